// @ts-check
/** A notice that hides itself after a few seconds. */

const SHOWN_MS = 9000;

export class Toast {
  /**
   * @param {HTMLElement} box
   * @param {HTMLElement} words
   * @param {number} [shownMs]
   */
  constructor(box, words, shownMs = SHOWN_MS) {
    this._box = box;
    this._words = words;
    this._shownMs = shownMs;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._timer = undefined;
  }

  /** @param {string} words */
  say(words) {
    clearTimeout(this._timer);
    this._words.textContent = words;
    this._box.hidden = false;
    this._timer = setTimeout(() => this.clear(), this._shownMs);
  }

  clear() {
    clearTimeout(this._timer);
    this._box.hidden = true;
    this._words.textContent = "";
  }
}
