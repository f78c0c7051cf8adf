// @ts-check
/** Plays the agent's voice, and finds out whether the browser lets it. */

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
   * Plays on another device; throws what `setSinkId` throws, and NotSupportedError where the browser cannot.
   * @param {string} deviceId empty for the default one
   */
  async setDevice(deviceId) {
    if (!this._audio.setSinkId) {
      throw new DOMException("This browser plays on the system's loudspeaker only.", "NotSupportedError");
    }
    await this._audio.setSinkId(deviceId);
  }

  stop() {
    this._audio.srcObject = null;
  }
}
