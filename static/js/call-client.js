// @ts-check
/** One call: microphone in, peer connection, signaling, events out. No DOM. */

import { CLOSE, Signaling } from "./signaling.js";
import { byeProblem } from "./problems.js";

/** @typedef {import("./signaling.js").Message} Message */
/**
 * @typedef {object} CallOptions
 * @property {() => WebSocket} openSocket
 * @property {string[]} iceServers addresses of STUN and TURN servers
 * @property {string} agentId
 * @property {{recording: true, notice: string} | null} consent null: no sound is kept
 * @property {() => number} lastSeq
 */

/** How long `bye` may take: the server writes down the last words first. */
const BYE_MS = 8000;
/** How long a connection may take; the server gives up after 15 s and says so. */
const CONNECT_MS = 20_000;

const REFUSALS = new Map([
  [CLOSE.signedOut, "signed-out"],
  [CLOSE.notAllowed, "not-allowed"],
  [CLOSE.busy, "busy"],
]);

/**
 * Events: `state` (detail: {state, words}), `transcript` (detail: Message), `caught-up`,
 * `notice` (detail: string), `description` (detail: {kind, sdp}), `track` (detail: MediaStream),
 * and at the end one of `ended` (detail: {callId, reason}) and `problem` (detail: {code, message,
 * retryAfterS, callId}).
 */
export class CallClient extends EventTarget {
  /** @param {CallOptions} options */
  constructor(options) {
    super();
    this._options = options;
    this._over = false;
    this._hangingUp = false;
    this._wasActive = false;
    /** @type {RTCPeerConnection | null} */
    this._peer = null;
    /** @type {MediaStream | null} */
    this._stream = null;
    /** @type {RTCIceCandidateInit[]} */
    this._early = [];
    this._answered = false;
    /** @type {Set<ReturnType<typeof setTimeout>>} */
    this._timers = new Set();
    this._signaling = new Signaling({ open: options.openSocket, lastSeq: options.lastSeq });
    this._listen();
  }

  get callId() {
    return this._signaling.callId;
  }

  /** Opens the socket, so that it is there when the microphone is. */
  open() {
    this._signaling.open();
  }

  /**
   * Offers the call; candidates follow as they are found.
   * @param {MediaStream} stream the microphone; the client stops it at the end
   */
  async start(stream) {
    this._stream = stream;
    if (this._over) {
      stopTracks(stream);
      return;
    }
    const peer = new RTCPeerConnection({ iceServers: this._options.iceServers.map((urls) => ({ urls })) });
    this._peer = peer;
    peer.onicecandidate = ({ candidate }) => candidate?.candidate && this._signaling.addCandidate(candidate);
    peer.onconnectionstatechange = () => this._peerChanged(peer.connectionState);
    peer.ontrack = ({ streams, track }) => this._tell("track", streams[0] ?? new MediaStream([track]));
    peer.createDataChannel("control", { ordered: true });
    stream.getAudioTracks().forEach((track) => peer.addTrack(track, stream));
    await peer.setLocalDescription(await peer.createOffer());
    const sdp = peer.localDescription?.sdp ?? "";
    const { agentId, consent } = this._options;
    this._signaling.startCall({ sdp, ...(agentId && { agentId }), ...(consent && { consent }) });
    this._tell("description", { kind: "offer", sdp });
    this._state("connecting", "Calling…");
    this._after(CONNECT_MS, () => peer.connectionState !== "connected" && this._fail("no-media"));
  }

  /** @param {boolean} muted */
  mute(muted) {
    this._stream?.getAudioTracks().forEach((track) => {
      track.enabled = !muted;
    });
  }

  /** Ends the call; `ended` follows once the server has written down the last words. */
  hangUp() {
    if (this._over || this._hangingUp) {
      return;
    }
    this._hangingUp = true;
    stopTracks(this._stream);
    this._state("ending", "Hanging up…");
    if (this._signaling.send({ type: "bye" }) && this.callId) {
      this._after(BYE_MS, () => this._end("caller_hung_up"));
    } else {
      this._end("caller_hung_up");
    }
  }

  /** Ends the call at once, without waiting: the page is going away. */
  leave() {
    if (!this._over) {
      this._signaling.send({ type: "bye" });
      this._release();
    }
  }

  /** Tries to come back at once: the network is there again. */
  retryNow() {
    this._signaling.retryNow();
  }

  _listen() {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ take) =>
      this._signaling.addEventListener(name, (event) => take(/** @type {CustomEvent} */ (event).detail));
    on("message", (message) => this._received(message));
    on("down", () => this.callId && !this._hangingUp && this._state("reconnecting", "Reconnecting…"));
    on("refused", ({ code, reason }) => {
      const retryAfterS = Number.parseInt(/\d+/.exec(reason)?.[0] ?? "0", 10);
      this._fail(REFUSALS.get(code) ?? "other", { message: reason, retryAfterS });
    });
    on("gone", () => this._fail(this.callId ? "connection-lost" : "server-gone"));
  }

  /** @param {Message} message */
  _received(message) {
    switch (message.type) {
      case "answer":
        this._accept(message.sdp);
        break;
      case "ice-candidate":
        this._addCandidate(message.candidate);
        break;
      case "transcript":
        this._tell("transcript", message);
        break;
      case "status":
        this._status(message);
        break;
      case "resumed":
        this._tell("caught-up");
        break;
      case "bye":
        this._said(message.reason);
        break;
      case "error":
        this._refused(message);
        break;
      default: // newer servers may say more
    }
  }

  /** @param {string} sdp */
  async _accept(sdp) {
    this._tell("description", { kind: "answer", sdp });
    try {
      await this._peer?.setRemoteDescription({ type: "answer", sdp });
    } catch (error) {
      this._fail("other", { message: `The answer cannot be used (${error}).` });
      return;
    }
    this._answered = true;
    this._early.splice(0).forEach((candidate) => this._addCandidate(candidate));
  }

  /** @param {RTCIceCandidateInit | null} candidate */
  _addCandidate(candidate) {
    if (!candidate?.candidate || this._over) {
      return;
    }
    if (!this._answered) {
      this._early.push(candidate);
      return;
    }
    // one that this browser cannot use is no harm: others follow
    this._peer?.addIceCandidate(candidate).catch(() => {});
  }

  /** @param {Message} message */
  _status(message) {
    if (!this._hangingUp && message.state !== "ended" && message.state !== "failed") {
      this._state(message.state, message.status);
    }
  }

  /** @param {RTCPeerConnectionState} state */
  _peerChanged(state) {
    if (state === "disconnected") {
      this._state("reconnecting", "The connection is weak. Reconnecting…");
    } else if (state === "connected" && this._answered) {
      this._state("active", "Connected. Speak now.");
    } else if (state === "failed") {
      this._signaling.send({ type: "bye" });
      this._fail(this._wasActive ? "connection-lost" : "no-media");
    }
  }

  /** @param {string} reason */
  _said(reason) {
    const code = this._hangingUp ? "" : byeProblem(reason);
    if (code) {
      this._fail(code);
    } else {
      this._end(reason);
    }
  }

  /** @param {Message} message */
  _refused(message) {
    const { code, retryAfterS } = message;
    if (code === "unknown_call" && this.callId) {
      this._end(""); // it ended while we were away
    } else if (code === "recogniser_failed") {
      this._tell("notice", "Recognition has stopped: new words are not written down. The call itself goes on.");
    } else if (!this.callId) {
      this._fail(code, { message: message.message, retryAfterS });
    }
  }

  /**
   * @param {string} state
   * @param {string} words
   */
  _state(state, words) {
    if (this._over) {
      return;
    }
    this._wasActive ||= state === "active";
    this._tell("state", { state, words });
  }

  /** @param {string} reason */
  _end(reason) {
    if (!this._over) {
      this._release();
      this._tell("ended", { callId: this.callId, reason });
    }
  }

  /**
   * @param {string} code
   * @param {object} [more]
   */
  _fail(code, more = {}) {
    if (!this._over) {
      this._release();
      this._tell("problem", { code, callId: this.callId, ...more });
    }
  }

  _release() {
    this._over = true;
    this._timers.forEach(clearTimeout);
    stopTracks(this._stream);
    this._peer?.close();
    this._signaling.close();
  }

  /**
   * @param {number} ms
   * @param {() => void} work
   */
  _after(ms, work) {
    this._timers.add(setTimeout(work, ms));
  }

  /**
   * @param {string} name
   * @param {any} [detail]
   */
  _tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {MediaStream | null} stream */
function stopTracks(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}
