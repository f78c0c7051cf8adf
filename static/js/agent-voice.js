// @ts-check
/** Plays the agent's voice; where the browser refuses to, a button asks for it. */

export class AgentVoice {
  /**
   * @param {HTMLAudioElement} audio
   * @param {HTMLElement} button
   */
  constructor(audio, button) {
    this._audio = audio;
    this._button = button;
    button.addEventListener("click", () => this._play());
  }

  /** @param {MediaStream} stream */
  async play(stream) {
    this._audio.srcObject = stream;
    await this._play();
  }

  stop() {
    this._audio.srcObject = null;
    this._button.hidden = true;
  }

  async _play() {
    try {
      await this._audio.play();
      this._button.hidden = true;
    } catch (error) {
      // anything else is the end of the stream, or another one in its place
      if (/** @type {any} */ (error)?.name === "NotAllowedError") {
        this._button.hidden = false;
      }
    }
  }
}
