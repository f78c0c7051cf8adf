// @ts-check
/** Lets staff listen in to a live call: a button, and what plays the sound of the socket. */

import { byId } from "./dom.js";
import { gettext } from "./i18n.js";

/** @typedef {import("./desk-link.js").DeskLink} DeskLink */

const RATE = 16_000;
/** Where there is nothing to play on, some browsers never begin. */
const RESUME_MS = 3000;

export class DeskListener {
  /**
   * @param {DeskLink} link
   * @param {string} worklet the address of listen-worklet.js
   * @param {(words: string) => void} notice shows what went wrong
   */
  constructor(link, worklet, notice) {
    this._link = link;
    this._worklet = worklet;
    this._notice = notice;
    this._button = /** @type {HTMLButtonElement} */ (byId("desk-listen"));
    /** @type {AudioContext | null} */
    this._context = null;
    /** @type {AudioWorkletNode | null} */
    this._node = null;
    this._button.addEventListener("click", () => (this._context ? this.stop() : this._start()));
    link.addEventListener("sound", (event) => this._play(/** @type {CustomEvent} */ (event).detail));
    // after a lost connection the server has ended it
    link.addEventListener("up", () => this._context && link.send({ type: "listen", on: true }));
  }

  stop() {
    this._link.send({ type: "listen", on: false });
    this.ended();
  }

  /** Notes that the server sends no more. */
  ended() {
    this._context?.close();
    this._context = this._node = null;
    this._show();
  }

  async _start() {
    const context = new AudioContext({ sampleRate: RATE });
    this._context = context;
    this._show();
    try {
      await context.audioWorklet.addModule(this._worklet);
      if (this._context !== context) {
        return;
      }
      this._node = new AudioWorkletNode(context, "listen", { numberOfInputs: 0, outputChannelCount: [1] });
      this._node.connect(context.destination);
      const begins = context.resume().then(() => true);
      const late = new Promise((resolve) => setTimeout(resolve, RESUME_MS, false));
      if (!(await Promise.race([begins, late]))) {
        throw new Error(); // there is nothing to play on
      }
    } catch {
      this.stop();
      this._notice(gettext("This browser cannot play the sound of the call."));
      return;
    }
    this._link.send({ type: "listen", on: true });
  }

  /** @param {ArrayBuffer} sound */
  _play(sound) {
    this._node?.port.postMessage(sound, [sound]);
  }

  _show() {
    this._button.setAttribute("aria-pressed", String(Boolean(this._context)));
    this._button.textContent = this._context ? gettext("Stop listening") : gettext("Listen");
  }
}
