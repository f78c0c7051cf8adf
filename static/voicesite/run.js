// @ts-check
/** One call of a client, from `connect()` to its end: what it promised, and all that is open for it. No DOM. */

/** @typedef {import("./call-client.js").CallClient} CallClient */
/** @typedef {import("./microphone.js").CallMicrophone} CallMicrophone */

export class Run {
  constructor() {
    /** @type {() => void} */
    this.resolve = () => {};
    /** @type {(error: unknown) => void} */
    this.reject = () => {};
    /** @type {() => void} */
    this.finish = () => {};
    /** Resolves once the caller can speak. @type {Promise<void>} */
    this.connected = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.connected.catch(() => {}); // the event `error` tells, too
    /** Resolves once it is over. @type {Promise<void>} */
    this.over = new Promise((resolve) => {
      this.finish = resolve;
    });
    this.wasConnected = false;
    /** @type {CallClient | null} */
    this.call = null;
    /** @type {CallMicrophone | null} */
    this.microphone = null;
    /** @type {(() => void)[]} */
    this._undo = [];
  }

  /**
   * Listens for as long as the call lasts.
   * @param {EventTarget | undefined} target a page that is rendered on a server has none
   * @param {string} name
   * @param {(event: any) => void} work
   */
  listen(target, name, work) {
    target?.addEventListener?.(name, work);
    this._undo.push(() => target?.removeEventListener?.(name, work));
  }

  /** Closes all that is open for it. */
  release() {
    this._undo.splice(0).forEach((undo) => undo());
    this.microphone?.close();
    this.call?.leave();
  }
}
