// @ts-check
/** The caller's commands to the agent, sent over signaling. No DOM. */

/** @typedef {import("./signaling.js").Signaling} Signaling */

/** Each method returns whether the command was sent: the socket may be down for a moment. */
export class AgentCommands {
  /** @param {Signaling} signaling */
  constructor(signaling) {
    this._signaling = signaling;
  }

  /**
   * Sends a typed turn.
   * @param {string} text
   */
  say(text) {
    return this._signaling.send({ type: "text", text });
  }

  /** Interrupts the current answer. */
  interrupt() {
    return this._signaling.send({ type: "interrupt" });
  }

  /** @param {unknown} data JSON for the operator's own code */
  sendApp(data) {
    return this._signaling.send({ type: "app-message", data });
  }

  /** @param {boolean} paused whether the agent is to pause */
  pause(paused) {
    return this._signaling.send({ type: "agent", paused });
  }
}
