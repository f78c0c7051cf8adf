// @ts-check
/** What was made of a line of a transcript: who, when, and undo. */

import { localTime } from "./clock.js";
import { RefusedError } from "./correction-requests.js";
import { make } from "./dom.js";
import { inserted, gettext } from "./i18n.js";

/** @typedef {import("./correction-requests.js").History} History */
/** @typedef {import("./correction-requests.js").LineRequests} LineRequests */
/** @typedef {import("./correction-requests.js").Revision} Revision */

const NONE = gettext("Nobody has corrected this line. A second transcript has changed it.");
const NOTHING = gettext("(nothing was said)");

/** Event: `changed` (detail: what to say of it). */
export class LineHistory extends EventTarget {
  /**
   * @param {HTMLElement} row with `data-revision`
   * @param {LineRequests} requests
   */
  constructor(row, requests) {
    super();
    this._row = row;
    this._requests = requests;
    this._panel = make("section", "line-history");
    this._panel.setAttribute("aria-label", gettext("History of this line"));
    this._told = make("p", "line-editor-told");
    this._told.setAttribute("role", "alert");
  }

  /** Shows it below the line; throws RefusedError. */
  async open() {
    this._fill(await this._requests.history());
    const line = /** @type {HTMLElement} */ (this._row.querySelector("[data-line-text]"));
    line.after(this._panel);
  }

  close() {
    this._panel.remove();
  }

  /** @param {History} history */
  _fill({ revisions, may_correct: mayCorrect, more }) {
    const list = make("ol");
    list.append(...revisions.map(shown));
    this._panel.replaceChildren(revisions.length ? list : make("p", "", NONE), this._told);
    if (more) {
      list.append(make("li", "", gettext("Older ones are left out.")));
    }
    if (mayCorrect && revisions.some(({ undone, undoes }) => !undone && undoes === null)) {
      const undo = /** @type {HTMLButtonElement} */ (make("button", "line-tool", gettext("Undo the last correction")));
      undo.type = "button";
      undo.addEventListener("click", () => this._undo(undo));
      this._panel.prepend(undo);
    }
  }

  /** @param {string} words */
  _changed(words) {
    this.dispatchEvent(new CustomEvent("changed", { detail: words }));
  }

  /** @param {HTMLButtonElement} button */
  async _undo(button) {
    button.disabled = true;
    try {
      await this._requests.undo(Number(this._row.dataset.revision));
      this._changed(gettext("Undone."));
    } catch (error) {
      if (error instanceof RefusedError && error.segment) {
        this._changed(gettext("Somebody else has changed this line meanwhile: look at it before you undo that."));
        return;
      }
      this._told.textContent = /** @type {Error} */ (error).message;
      button.disabled = false;
      button.focus();
    }
  }
}

/**
 * @param {Revision} revision
 * @returns {HTMLElement}
 */
function shown(revision) {
  const item = make("li");
  const who = make("p", "line-history-who");
  const name = make("bdi", "", revision.by_name || revision.by || gettext("A deleted user"));
  const when = /** @type {HTMLTimeElement} */ (make("time", "", localTime(new Date(revision.at), "short")));
  when.dateTime = revision.at;
  who.append(name, `, `, when, `: ${deed(revision)}`);
  const texts = make("p", "line-history-texts");
  texts.dir = "auto";
  texts.append(part("del", gettext("Before"), revision.before), " ", part("ins", gettext("After"), revision.after));
  item.append(who, texts);
  return item;
}

/**
 * @param {Revision} revision
 * @returns {string} what was done, in a word or two
 */
export function deed({ undoes, undone, is_corrected: isCorrected }) {
  if (undoes !== null) {
    return gettext("undid a correction");
  }
  const done = isCorrected ? gettext("corrected it") : gettext("took the correction back");
  return undone ? inserted(gettext("{deed}, undone since"), { deed: done }) : done;
}

/**
 * @param {"del" | "ins"} name
 * @param {string} label
 * @param {string} text
 */
function part(name, label, text) {
  const element = make(name);
  element.append(make("span", "visually-hidden", `${label}: `), text || NOTHING);
  return element;
}
