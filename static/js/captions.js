// @ts-check
/** How a line of a conversation is written: what was heard, and what was not. */

import { make } from "./dom.js";

/**
 * @param {string} heard
 * @param {string} full the whole sentence
 * @returns {string} the words after those heard
 */
export function unheardOf(heard, full) {
  // what was heard is the beginning of the sentence; where it is not, words are counted
  const count = heard.split(/\s+/).filter(Boolean).length;
  const rest = full.startsWith(heard)
    ? full.slice(heard.length).trim()
    : full.split(/\s+/).filter(Boolean).slice(count).join(" ");
  return /[\p{L}\p{N}]/u.test(rest) ? rest : "";
}

/**
 * Writes a line's words into `element`.
 * @param {HTMLElement} element
 * @param {{text: string, fullText?: string}} entry `fullText` where it was interrupted
 */
export function writeCaption(element, { text, fullText }) {
  element.dir = "auto";
  element.textContent = text;
  if (fullText === undefined) {
    return;
  }
  const unheard = unheardOf(text, fullText);
  if (unheard) {
    const rest = make("s", "unheard");
    rest.append(make("span", "visually-hidden", "Not heard: "), unheard);
    // no blank is put between the words of a script that has none
    const close = fullText.startsWith(text) && !/^\s/.test(fullText.slice(text.length));
    element.append(text && !close ? " " : "", rest);
  }
  element.append(" ", make("span", "badge interrupted-badge", "Interrupted"));
}
