// @ts-check
/** Shows the agent's notes during a call. */

import { clock } from "./clock.js";
import { make } from "./dom.js";
import { gettext } from "./i18n.js";

/** @typedef {{number: number, kind: string, text: string, atMs: number}} Note */

const KINDS = /** @type {Record<string, string>} */ ({ note: gettext("Note"), action: gettext("To do") });

export class NotesView {
  /**
   * @param {HTMLElement} box hidden while there are no notes
   * @param {HTMLElement} list
   */
  constructor(box, list) {
    this._box = box;
    this._list = list;
    /** @type {Set<number>} */
    this._known = new Set();
  }

  /** @param {Note[]} notes all of them, as they are now */
  show(notes) {
    const inOrder = [...notes].sort((a, b) => a.number - b.number);
    this._list.replaceChildren(...inOrder.map((note) => this._row(note)));
    this._known = new Set(inOrder.map(({ number }) => number));
    this._box.hidden = notes.length === 0;
  }

  /** @param {Note} note */
  _row({ number, kind, text, atMs }) {
    const row = make("li", this._known.has(number) ? "note" : "note note-new");
    row.dataset.number = String(number);
    row.dataset.kind = kind;
    const head = make("p", "note-head");
    head.append(make("span", kind === "action" ? "badge badge-good" : "badge", KINDS[kind] ?? gettext("Note")));
    head.append(make("span", "note-time", clock(atMs)));
    const words = make("p", "note-text", text);
    words.dir = "auto";
    row.append(head, words);
    return row;
  }
}
