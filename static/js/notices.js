// @ts-check
/** The one notice above a call: how its sound goes, and for a while that there is none. No DOM. */

const SILENCE = "Your microphone is silent. It may be switched off, or your system may be using another one. Check its sound settings.";
const FAINT = "We can hardly hear you. Move closer to your microphone, or raise its level in the sound settings.";

export class Notices {
  /** @param {(words: string) => void} show empty takes it back */
  constructor(show) {
    this._show = show;
    this._words = "";
    this._silent = this._faint = false;
  }

  /** @param {string} words what stays until something else is said */
  say(words) {
    this._words = words;
    this._update();
  }

  /** @param {boolean} on whether nothing at all comes from the microphone */
  silence(on) {
    this._silent = on;
    this._update();
  }

  /** @param {boolean} on whether somebody speaks who can hardly be heard */
  faint(on) {
    this._faint = on;
    this._update();
  }

  /** Forgets all of it: another call begins. */
  clear() {
    this._words = "";
    this._faint = false;
    this.silence(false);
  }

  _update() {
    const heard = this._silent ? SILENCE : this._faint ? FAINT : "";
    this._show([this._words, heard].filter(Boolean).join(" "));
  }
}
