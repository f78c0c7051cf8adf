// @ts-check
/** Renders a line of the transcript; the part of an interrupted answer that was not heard is struck out. */

import { make } from "./dom.js";
import { gettext } from "./i18n.js";

const SAYS = {
  interrupted: gettext("Interrupted"),
  notHeard: `${gettext("Not heard:")} `,
  typedBy: gettext("Typed by"),
  whyTyped: gettext("A member of staff had taken the call over, and typed this for the agent to say"),
};

/**
 * @param {string} heard
 * @param {string} full the whole sentence
 * @returns {string} the words that were not heard; empty for none
 */
export function unheardOf(heard, full) {
  // what was heard is usually a prefix of the sentence; else its words are counted
  const count = heard.split(/\s+/).filter(Boolean).length;
  const rest = full.startsWith(heard)
    ? full.slice(heard.length).trim()
    : full.split(/\s+/).filter(Boolean).slice(count).join(" ");
  return /[\p{L}\p{N}]/u.test(rest) ? rest : "";
}

/**
 * Writes a line's words into `element`.
 * @param {HTMLElement} element
 * @param {{text: string, fullText?: string, typedBy?: string}} entry `fullText` only if it was interrupted
 */
export function writeCaption(element, { text, fullText, typedBy }) {
  element.dir = "auto";
  element.textContent = text;
  if (fullText !== undefined) {
    writeInterruption(element, text, fullText);
  }
  if (typedBy) {
    element.append(" ", typedMark(typedBy));
  }
}

/**
 * @param {string} name of the member of staff who typed a line for the agent to say
 * @returns {HTMLElement}
 */
export function typedMark(name) {
  const mark = make("span", "badge typed-by", `${SAYS.typedBy} `);
  mark.title = SAYS.whyTyped;
  mark.append(make("bdi", "", name));
  return mark;
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 * @param {string} fullText
 */
function writeInterruption(element, text, fullText) {
  const unheard = unheardOf(text, fullText);
  if (unheard) {
    const rest = make("s", "unheard");
    rest.append(make("span", "visually-hidden", SAYS.notHeard), unheard);
    // scripts without blanks between words get none here either
    const close = fullText.startsWith(text) && !/^\s/.test(fullText.slice(text.length));
    element.append(text && !close ? " " : "", rest);
  }
  element.append(" ", make("span", "badge interrupted-badge", SAYS.interrupted));
}
