// @ts-check
/** Keeps a phone's screen on while a call goes on: a phone that sleeps takes the microphone away. */

const PHONE = "(pointer: coarse)";

export class WakeLock {
  constructor() {
    this._wanted = false;
    /** @type {WakeLockSentinel | null} */
    this._lock = null;
    this._asking = false;
    // the browser takes it back whenever the page is out of sight
    document.addEventListener("visibilitychange", () => this._ask());
  }

  /** Holds the screen on until `release()`, where the browser can and the device is held in a hand. */
  hold() {
    this._wanted = matchMedia(PHONE).matches;
    return this._ask();
  }

  release() {
    this._wanted = false;
    this._drop();
  }

  async _ask() {
    const held = this._lock !== null && !this._lock.released;
    if (!this._wanted || held || this._asking || document.visibilityState !== "visible") {
      return;
    }
    this._asking = true;
    try {
      this._lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      // the battery is low, or the page may not: the call goes on without
    }
    this._asking = false;
    if (!this._wanted) {
      this._drop(); // the call ended meanwhile
    }
  }

  _drop() {
    this._lock?.release().catch(() => {});
    this._lock = null;
  }
}
