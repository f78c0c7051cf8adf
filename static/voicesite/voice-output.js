// @ts-check
/** Plays the agent's voice, and finds out whether the browser lets it. */

import { VoiceError } from "./voice-error.js";

/** @typedef {HTMLAudioElement & {setSinkId?: (id: string) => Promise<void>}} Output */

export class VoiceOutput {
  /** @param {HTMLAudioElement} [element] plays it; a new one that is in no page without it */
  constructor(element = new Audio()) {
    this._audio = /** @type {Output} */ (element);
    this._audio.autoplay = true;
  }

  /**
   * @param {MediaStream} stream
   * @returns {Promise<boolean>} whether it plays; false where the browser waits for a click (`unlock`)
   */
  play(stream) {
    this._audio.srcObject = stream;
    return this.unlock();
  }

  /**
   * Plays what was blocked. To be called within a click.
   * @returns {Promise<boolean>} whether it plays
   */
  async unlock() {
    if (!this._audio.srcObject) {
      return true;
    }
    try {
      await this._audio.play();
    } catch (error) {
      // any other error means that the stream ended or was replaced
      return /** @type {Partial<Error>} */ (error).name !== "NotAllowedError";
    }
    return true;
  }

  /**
   * Plays on another device; throws a VoiceError where the browser cannot, does not know it, or may not.
   * @param {string} deviceId empty for the default one
   */
  async setDevice(deviceId) {
    if (!this._audio.setSinkId) {
      throw new VoiceError({ code: "unsupported", message: "This browser plays on the system's loudspeaker only." });
    }
    try {
      await this._audio.setSinkId(deviceId);
    } catch (error) {
      const { name = "", message = "" } = /** @type {Partial<Error>} */ (error);
      if (name === "NotAllowedError" || name === "SecurityError") {
        throw new VoiceError({ code: "permission", message: "The browser does not allow that loudspeaker." });
      }
      throw new VoiceError({ code: "no-loudspeaker", message: name === "NotFoundError" ? "" : message });
    }
  }

  stop() {
    this._audio.srcObject = null;
  }
}
