// @ts-check
/** How a line of a conversation is written: what was heard, and what was not. */

import { make } from "./dom.js";

/**
 * @param {string} heard
 * @param {string} full the whole sentence
 * @returns {string} the words after those heard
 */
export function unheardOf(heard, full) {
  const count = heard.split(/\s+/).filter(Boolean).length;
  return full.split(/\s+/).filter(Boolean).slice(count).join(" ");
}

/**
 * Writes a line's words into `element`.
 * @param {HTMLElement} element
 * @param {{text: string, fullText?: string}} entry `fullText` where it was interrupted
 */
export function writeCaption(element, { text, fullText }) {
  element.textContent = text;
  if (fullText === undefined) {
    return;
  }
  const unheard = unheardOf(text, fullText);
  if (unheard) {
    const rest = make("s", "unheard");
    rest.append(make("span", "visually-hidden", "Not heard: "), unheard);
    element.append(text ? " " : "", rest);
  }
  element.append(" ", make("span", "badge interrupted-badge", "Interrupted"));
}
