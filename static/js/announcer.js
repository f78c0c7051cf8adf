// @ts-check
/** Tells screen readers what was said: each line once, one at a time, an agent's answer as a whole. No interims. */

import { make } from "./dom.js";
import { gettext, inserted } from "./i18n.js";

/** @typedef {import("../voicesite/transcript.js").Entry} Entry */

/** Between two announcements: shorter, and screen readers run them together. */
const APART_MS = 1000;
/** More than that are not read out: they came at once, after a connection was lost, and stand in the transcript. */
const MOST_WAITING = 3;
const MOST_KEPT = 3;
/** How long the last sentence of an answer may come after the agent has fallen silent. */
const SETTLE_MS = 700;
/** A pause of that length is worth a word. */
const LONG_MS = 4000;

const STRINGS = {
  said: (/** @type {string} */ who, /** @type {string} */ text) => `${who}: ${text}`,
  thinking: (/** @type {string} */ agent) => inserted(gettext("{agent} is thinking."), { agent }),
};

/** @typedef {{later: (work: () => void, ms: number) => any, cancel: (timer: any) => void}} Timers */

/** @type {Timers} */
const REAL = { later: (work, ms) => setTimeout(work, ms), cancel: (timer) => clearTimeout(timer) };

export class Announcer {
  /**
   * @param {HTMLElement} region a polite live region
   * @param {Timers} [timers]
   */
  constructor(region, timers = REAL) {
    this._region = region;
    this._timers = timers;
    this._agent = "";
    this._floor = "";
    /** @type {Set<string>} lines that were told, by role and seq */
    this._told = new Set();
    /** @type {string[]} */
    this._waiting = [];
    /** @type {string[]} the sentences of an answer that is not over */
    this._answer = [];
    /** @type {Record<"apart" | "settle" | "long", any>} */
    this._timer = { apart: null, settle: null, long: null };
  }

  /** @param {string} agent its name */
  clear(agent) {
    this._agent = agent;
    this._floor = "";
    this._told.clear();
    this._waiting = [];
    this._answer = [];
    Object.values(this._timer).forEach(this._timers.cancel);
    this._timer = { apart: null, settle: null, long: null };
    this._region.replaceChildren();
  }

  /** @param {Entry} entry */
  line({ role, seq, text, final }) {
    const key = `${role} ${seq}`;
    if (!final || !text || this._told.has(key)) {
      return;
    }
    this._told.add(key);
    if (role === "agent") {
      this._answer.push(text);
      this._settle();
    } else {
      this._tellAnswer();
      this._say(text);
    }
  }

  /** @param {string} floor as the server says */
  floor(floor) {
    this._floor = floor;
    this._timers.cancel(this._timer.long);
    if (floor === "thinking") {
      this._timer.long = this._timers.later(() => this._say(STRINGS.thinking(this._agent)), LONG_MS);
    }
    this._settle();
  }

  /** Tells the answer once the agent is silent; one that is held may go on. */
  _settle() {
    this._timers.cancel(this._timer.settle);
    if (this._answer.length && this._floor !== "agent_speaking" && this._floor !== "paused") {
      this._timer.settle = this._timers.later(() => this._tellAnswer(), SETTLE_MS);
    }
  }

  _tellAnswer() {
    this._timers.cancel(this._timer.settle);
    if (this._answer.length) {
      this._say(STRINGS.said(this._agent, this._answer.splice(0).join(" ")));
    }
  }

  /** @param {string} words */
  _say(words) {
    this._waiting = [...this._waiting, words].slice(-MOST_WAITING);
    if (this._timer.apart === null) {
      this._next();
    }
  }

  _next() {
    const words = this._waiting.shift();
    if (words === undefined) {
      this._timer.apart = null;
      return;
    }
    const line = make("p", "", words);
    line.dir = "auto";
    this._region.append(line);
    while (this._region.children.length > MOST_KEPT) {
      this._region.firstElementChild?.remove();
    }
    this._timer.apart = this._timers.later(() => this._next(), APART_MS);
  }
}
