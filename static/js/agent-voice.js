// @ts-check
/** Plays the agent's voice; if the browser blocks autoplay, shows a button that starts it. */

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
      // any other error means that the stream ended or was replaced
      if (/** @type {any} */ (error)?.name === "NotAllowedError") {
        this._button.hidden = false;
      }
    }
  }
}
