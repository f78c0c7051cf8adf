// @ts-check
/**
 * The signaling WebSocket of a call: it reconnects by itself while media flows on. No DOM.
 * docs/protocol.md describes every message.
 */

import { Emitter } from "./emitter.js";

/** @typedef {Record<string, any> & {type: string}} Message */

export const FEATURES = ["details", "interims", "status", "agent"];
export const CLOSE = { another: 4000, signedOut: 4401, notAllowed: 4403, notFound: 4404, busy: 4429, stopping: 4012 };

const FATAL = new Set([CLOSE.signedOut, CLOSE.notAllowed, CLOSE.notFound, CLOSE.busy]);
const BACKOFF_MS = [200, 500, 1000, 2000, 4000];
const STOPPING_MS = 2000;
/** Failed attempts before a server that never answered counts as gone. */
const FIRST_TRIES = 3;
/** Failed attempts before a server that did answer counts as gone: about a minute. */
const LATER_TRIES = 18;
const OPEN = 1;
/** After a network change a dead socket may look open, so a `ping` is sent every PING_MS; DEAD_MS without an answer is a loss. */
const PING_MS = 3000;
const DEAD_MS = 7000;
const LATE_MS = 1000;

/**
 * Events: `message` (detail: Message), `up`, `down`, `refused` (detail: {code, reason}),
 * `gone`. After `refused`, `gone` and `close()` nothing follows.
 */
export class Signaling extends Emitter {
  /** @param {import("./link-types.js").SignalingOptions} options */
  constructor({ open, lastSeq = () => 0, later = defaultLater, cancel = defaultCancel, pingLater = defaultLater, random = Math.random }) {
    super();
    this._openSocket = open;
    this._lastSeq = lastSeq;
    this._later = later;
    this._cancel = cancel;
    this._pingLater = pingLater;
    this._random = random;
    /** @type {import("./link-types.js").SocketLike | null} */
    this._socket = null;
    this._timer = /** @type {any} */ (null);
    this._pingTimer = /** @type {any} */ (null);
    this._lastMessageAt = 0;
    this._closed = false;
    this._failures = 0;
    this._everOpen = false;
    /** @type {Message[]} messages that are sent again if the socket drops before the answer */
    this._untilAnswered = [];
    this.callId = "";
    /** Lets a client that came with a ticket come back to this call; empty for others. */
    this.resumeToken = "";
  }

  /** Opens the socket. */
  open() {
    this._connect();
  }

  /**
   * Sends the offer, now or once the socket is open. Sending the same offer again makes no second call.
   * With `callId` a live call continues over the new connection.
   * @param {{sdp: string, callId?: string, agentId?: string, consent?: object}} offer
   */
  startCall(offer) {
    this._sendUntilAnswered({ type: "offer", features: FEATURES, ...offer });
  }

  /**
   * Attaches to a call that began on another socket: its messages come here from now on.
   * @param {string} callId
   * @param {string} [resumeToken] of a call that began with a ticket
   */
  follow(callId, resumeToken = "") {
    if (this.callId) {
      return;
    }
    this.callId = callId;
    this.resumeToken = resumeToken;
    if (this._socket) {
      this._resume();
    } else if (this._timer === null) {
      this._connect();
    }
  }

  /** An offer that was not answered is not said again: another way has been taken. */
  withdrawOffer() {
    this._untilAnswered = [];
  }

  _resume() {
    this.send({ type: "resume", callId: this.callId, lastSeq: this._lastSeq(), features: FEATURES });
  }

  /** @param {{candidate?: string, sdpMid?: string | null, sdpMLineIndex?: number | null}} candidate */
  addCandidate(candidate) {
    const { candidate: line, sdpMid, sdpMLineIndex } = candidate;
    const message = { type: "ice-candidate", candidate: { candidate: line, sdpMid, sdpMLineIndex } };
    if (this.callId) {
      this.send(message);
    } else {
      this._sendUntilAnswered(message);
    }
  }

  /**
   * @param {Message} message
   * @returns {boolean} whether the socket was open
   */
  send(message) {
    if (this._socket?.readyState !== OPEN) {
      return false;
    }
    this._socket.send(JSON.stringify(message));
    return true;
  }

  /** Reconnects at once: the network is back. */
  retryNow() {
    if (this._timer !== null) {
      this._cancel(this._timer);
      this._timer = null;
      this._connect();
    }
  }

  /** Replaces a socket that has received nothing lately: after a network change it may be dead. */
  reconnectIfSilent() {
    if (this._socket?.readyState === OPEN && now() - this._lastMessageAt > PING_MS + LATE_MS) {
      this._dropSocket(this._socket);
      this.retryNow();
    }
  }

  /** Closes for good; no event follows. */
  close() {
    this._closed = true;
    this._cancel(this._timer);
    clearTimeout(this._pingTimer);
    this._timer = null;
    this._socket?.close();
  }

  _connect() {
    const socket = this._openSocket();
    this._socket = socket;
    socket.onopen = () => this._onOpen();
    socket.onmessage = (event) => this._onMessage(event.data);
    socket.onclose = (event) => this._onClose(socket, event.code, event.reason);
  }

  _onOpen() {
    this._everOpen = true;
    this._lastMessageAt = now();
    this._schedulePing();
    if (this.callId) {
      this._resume();
    }
    this._untilAnswered.forEach((message) => this.send(message));
    this._emit("up"); // messages sent from now on belong to the call
  }

  /** Pings the server regularly; replaces a socket that gets no answer. */
  _schedulePing() {
    clearTimeout(this._pingTimer);
    this._pingTimer = this._pingLater(() => {
      const socket = this._socket;
      if (socket && now() - this._lastMessageAt > DEAD_MS) {
        this._dropSocket(socket);
      } else if (this.send({ type: "ping" })) {
        this._schedulePing();
      }
    }, PING_MS);
  }

  /** @param {import("./link-types.js").SocketLike} socket */
  _dropSocket(socket) {
    socket.onclose = socket.onmessage = null;
    socket.close(CLOSE.another); // another code would mean that the client leaves its call
    this._onClose(socket, 1006, "no answer");
  }

  /** @param {Message} message */
  _sendUntilAnswered(message) {
    this._untilAnswered.push(message);
    this.send(message);
  }

  /** @param {string} text */
  _onMessage(text) {
    if (this._closed) {
      return;
    }
    this._lastMessageAt = now();
    /** @type {Message} */
    const message = JSON.parse(text);
    // reset only after a message: a server that closes right after accepting must not be retried for ever
    this._failures = 0;
    if (message.type === "answer") {
      this.callId = message.callId;
      this.resumeToken = message.resumeToken ?? this.resumeToken;
      this._untilAnswered = [];
    }
    this._emit("message", message);
  }

  /**
   * @param {import("./link-types.js").SocketLike} socket
   * @param {number} code
   * @param {string} reason
   */
  _onClose(socket, code, reason) {
    if (this._closed || socket !== this._socket) {
      return;
    }
    this._socket = null;
    clearTimeout(this._pingTimer);
    const onlyBusy = code === CLOSE.busy && this.callId !== ""; // the call goes on: there may be room again soon
    if (FATAL.has(code) && !onlyBusy) {
      this._closed = true;
      this._emit("refused", { code, reason });
      return;
    }
    this._failures += 1;
    if (this._failures >= (this._everOpen ? LATER_TRIES : FIRST_TRIES)) {
      this._closed = true;
      this._emit("gone");
      return;
    }
    this._emit("down");
    const step = BACKOFF_MS[Math.min(this._failures - 1, BACKOFF_MS.length - 1)];
    const wait = Math.max(step, code === CLOSE.stopping || onlyBusy ? STOPPING_MS : 0);
    this._timer = this._later(() => {
      this._timer = null;
      this._connect();
    }, wait * (0.75 + this._random() / 2));
  }
}

/** @returns {number} ms on a monotonic clock */
function now() {
  return performance.now();
}

/**
 * @param {() => void} work
 * @param {number} afterMs
 */
function defaultLater(work, afterMs) {
  return setTimeout(work, afterMs);
}

/** @param {any} timer */
function defaultCancel(timer) {
  clearTimeout(timer);
}
