// @ts-check
/** The socket by which staff look on at a live call; it reconnects by itself. No DOM. */

import { Emitter } from "../voicesite/emitter.js";
import { inserted, gettext } from "./i18n.js";

const RECONNECT_MS = 2000;
const FATAL = new Set([4401, 4403, 4404, 4430]);
const OPEN = 1;

/**
 * @typedef {object} Talk how a call stands
 * @property {boolean} caller whether the caller speaks
 * @property {boolean} agent
 * @property {boolean} over
 * @property {boolean} answers whether its agent can be spoken for
 * @property {boolean} heeds whether that follows instructions
 * @property {string} [heldBy] who has taken it over
 * @property {boolean} [mine] whether that is this page's user
 */

/**
 * @param {{caller: boolean, agent: boolean}} talk
 * @returns {"caller" | "agent" | "both" | ""} who talks
 */
export function talks({ caller, agent }) {
  return caller && agent ? "both" : caller ? "caller" : agent ? "agent" : "";
}

/**
 * @param {"caller" | "agent" | "both" | ""} who
 * @param {string} agent its name
 */
export function talkWords(who, agent) {
  return { caller: gettext("Caller speaks"), agent: inserted(gettext("{agent} speaks"), { agent }), both: gettext("Both speak"), "": gettext("Nobody speaks") }[who];
}

/**
 * Events: `desk` (detail: Talk), `message` (detail: any other message), `sound` (detail: ArrayBuffer), `up`, `down`,
 * `over`, and `refused` (detail: the reason), after which nothing follows.
 */
export class DeskLink extends Emitter {
  /** @param {string} address of the socket, from the page's root */
  constructor(address) {
    super();
    this._address = new URL(address, location.href.replace(/^http/, "ws"));
    this._stopped = false;
    this._connect();
  }

  stop() {
    this._stopped = true;
    this._socket?.close();
  }

  /**
   * @param {Record<string, any>} message
   * @returns {boolean} whether the socket was open
   */
  send(message) {
    if (this._socket?.readyState !== OPEN) {
      return false;
    }
    this._socket.send(JSON.stringify(message));
    return true;
  }

  _connect() {
    const socket = new WebSocket(this._address);
    socket.binaryType = "arraybuffer";
    this._socket = socket;
    socket.onopen = () => this._emit("up");
    socket.onmessage = ({ data }) => this._received(data);
    socket.onclose = ({ code, reason }) => this._closed(code, reason);
  }

  /** @param {string | ArrayBuffer} data */
  _received(data) {
    if (typeof data !== "string") {
      this._emit("sound", data);
      return;
    }
    const message = JSON.parse(data);
    if (message.type !== "desk") {
      this._emit("message", message);
      return;
    }
    this._emit("desk", message);
    if (message.over) {
      this.stop();
      this._emit("over");
    }
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  _closed(code, reason) {
    if (this._stopped) {
      return;
    }
    this._emit("down");
    if (FATAL.has(code)) {
      this._stopped = true;
      this._emit("refused", reason);
    } else {
      setTimeout(() => this._stopped || this._connect(), RECONNECT_MS);
    }
  }
}
