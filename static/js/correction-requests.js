// @ts-check
/** Asks the server to correct a line of a transcript, for its history, and to undo. */

import { inserted, gettext } from "./i18n.js";

const OFFLINE = gettext("The server could not be reached.");

/**
 * @typedef {object} Segment a line as the server tells it
 * @property {number} seq
 * @property {number} revision
 * @property {string} shown_text
 */

/**
 * @typedef {object} Revision
 * @property {number} number
 * @property {string} before
 * @property {string} after
 * @property {boolean} is_corrected
 * @property {string | null} by
 * @property {string} by_name
 * @property {string} at
 * @property {number | null} undoes
 * @property {boolean} undone
 */

/** @typedef {{revision: number, may_correct: boolean, revisions: Revision[], more: boolean}} History */

/** Why something was refused, in a sentence; `segment` is what somebody else made of the line meanwhile. */
export class RefusedError extends Error {
  /**
   * @param {string} message
   * @param {Segment} [segment]
   */
  constructor(message, segment) {
    super(message);
    this.segment = segment;
  }
}

/** The requests for one line; all throw RefusedError. */
export class LineRequests {
  /** @param {string} url of the line */
  constructor(url) {
    this._url = url;
  }

  /**
   * @param {string} text empty to say that nothing was said
   * @param {number} revision
   * @returns {Promise<Segment>}
   */
  correct(text, revision) {
    const body = { edited_text: text, nothing_said: !text, revision };
    return this._ask("", { method: "PATCH", body: JSON.stringify(body) });
  }

  /**
   * @param {number} revision
   * @returns {Promise<Segment>}
   */
  undo(revision) {
    return this._ask("/undo", { method: "POST", body: JSON.stringify({ revision }) });
  }

  /** @returns {Promise<History>} */
  history() {
    return this._ask("/history", {});
  }

  /**
   * @param {string} tail
   * @param {RequestInit} options
   */
  async _ask(tail, options) {
    const token = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"));
    const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token?.value ?? "" };
    const answer = await fetch(this._url + tail, { ...options, headers }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (answer?.ok && told) {
      return told;
    }
    throw new RefusedError(reason(answer, told), told?.segment);
  }
}

/**
 * @param {Response | null | undefined} answer
 * @param {any} told
 * @returns {string}
 */
function reason(answer, told) {
  const [first] = Object.values(told?.fields ?? {}).flat();
  return first ?? told?.message ?? (answer ? inserted(gettext("The server answered {status}."), { status: answer.status }) : OFFLINE);
}
