// @ts-check
/** What a caller asks of the agent. No DOM. */

/** @typedef {import("./signaling.js").Signaling} Signaling */

/** Each method returns whether the wish went out: the socket may be away for a moment. */
export class AgentCommands {
  /** @param {Signaling} signaling */
  constructor(signaling) {
    this._signaling = signaling;
  }

  /**
   * Says it by typing.
   * @param {string} text
   */
  say(text) {
    return this._signaling.send({ type: "text", text });
  }

  /** Silences the present answer. */
  interrupt() {
    return this._signaling.send({ type: "interrupt" });
  }

  /** @param {boolean} paused whether to hold still */
  pause(paused) {
    return this._signaling.send({ type: "agent", paused });
  }
}
