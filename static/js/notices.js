// @ts-check
/** The text of the notice above a call: its media path, and a silent or quiet microphone. No DOM. */

import { gettext } from "./i18n.js";

const SILENCE = gettext("Your microphone is silent. It may be switched off, or your system may be using another one. Check its sound settings.");
const FAINT = gettext("We can hardly hear you. Move closer to your microphone, or raise its level in the sound settings.");

export class Notices {
  /** @param {(words: string) => void} show shows the notice; hides it for an empty text */
  constructor(show) {
    this._show = show;
    this._words = "";
    this._silent = this._faint = false;
    this._lost = "";
  }

  /** @param {string} words a lasting notice; empty for none */
  say(words) {
    this._words = words;
    this._update();
  }

  /** @param {string} words on a microphone that went away, which says more than its silence; empty for none */
  lost(words) {
    this._lost = words;
    this._update();
  }

  /** @param {boolean} on whether the microphone sends no signal at all */
  silence(on) {
    this._silent = on;
    this._update();
  }

  /** @param {boolean} on whether the caller's voice is too quiet */
  faint(on) {
    this._faint = on;
    this._update();
  }

  /** Clears everything for a new call. */
  clear() {
    this._words = this._lost = "";
    this._faint = false;
    this.silence(false);
  }

  _update() {
    const heard = this._lost || (this._silent ? SILENCE : this._faint ? FAINT : "");
    this._show([this._words, heard].filter(Boolean).join(" "));
  }
}
