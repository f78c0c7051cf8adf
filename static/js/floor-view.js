// @ts-check
/** Shows who has the floor in a call with an agent; buttons to interrupt and pause the agent. */

import { inserted, gettext } from "./i18n.js";

/** @typedef {"listening" | "user_speaking" | "thinking" | "agent_speaking" | "paused"} Floor */

/** @type {Record<string, (agent: string) => string>} */
const WORDS = {
  listening: () => gettext("Listening"),
  user_speaking: () => gettext("You are speaking"),
  thinking: () => gettext("Thinking…"),
  agent_speaking: (agent) => inserted(gettext("{agent} is speaking"), { agent }),
  paused: () => gettext("Paused"),
};

/**
 * @param {string} floor
 * @param {string} agent its name
 * @returns {string} empty for a floor that this page does not know
 */
export function floorWords(floor, agent) {
  return WORDS[floor]?.(agent) ?? "";
}

/**
 * @param {string} floor as the server says
 * @returns {boolean} whether there is an answer to interrupt
 */
export function canInterrupt(floor) {
  return floor === "thinking" || floor === "agent_speaking" || floor === "paused";
}

/**
 * The server sends `paused` for any paused answer, also while it decides whether the caller
 * interrupts it, and nothing for a paused agent without an answer.
 * @param {string} floor as the server says
 * @param {boolean} pausedByCaller whether the caller paused the agent
 * @returns {string} the floor to show
 */
export function shownFloor(floor, pausedByCaller) {
  if (pausedByCaller) {
    return floor === "user_speaking" ? floor : "paused";
  }
  return floor === "paused" ? "user_speaking" : floor;
}

export class FloorView {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box its `data-floor` selects the animation
   * @param {HTMLElement} parts.words no live region: it changes with every sentence, and the voices are heard
   * @param {HTMLButtonElement} parts.interrupt
   * @param {HTMLElement} parts.pause
   * @param {HTMLElement} parts.pauseLabel
   * @param {{interrupt: () => boolean, pause: (paused: boolean) => boolean}} commands return whether they were sent to the server
   */
  constructor({ box, words, interrupt, pause, pauseLabel }, commands) {
    this._parts = { box, words, interrupt, pause, pauseLabel };
    this._commands = commands;
    this._agent = "";
    this._floor = "";
    this._paused = false;
    interrupt.addEventListener("click", () => this.interrupt());
    pause.addEventListener("click", () => this._toggle());
  }

  /** @param {string} agent its name */
  begin(agent) {
    this._agent = agent;
    this._paused = false;
    this.show("");
  }

  /** @param {string} floor as the server says; empty for none yet */
  show(floor) {
    const { box, words, interrupt, pause, pauseLabel } = this._parts;
    const shown = shownFloor(floor, this._paused);
    this._floor = floor;
    box.dataset.floor = shown;
    words.textContent = floorWords(shown, this._agent);
    interrupt.disabled = !canInterrupt(floor);
    pause.dataset.paused = String(this._paused);
    pauseLabel.textContent = this._paused ? gettext("Resume agent") : gettext("Pause agent");
  }

  /** Interrupts the current answer, if there is one. */
  interrupt() {
    if (canInterrupt(this._floor)) {
      this._commands.interrupt();
    }
  }

  _toggle() {
    const paused = !this._paused;
    if (this._commands.pause(paused)) {
      this._paused = paused;
      this.show(this._floor);
    }
  }
}
