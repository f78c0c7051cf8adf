// @ts-check
/** One call: takes the microphone, runs signaling and media, emits events. No DOM. */

import { AgentCommands } from "./agent-commands.js";
import { stopTracks } from "./devices.js";
import { applyNoteChange } from "./note-list.js";
import { byeProblem, isAgentTrouble } from "./problem-codes.js";
import { refusalOf } from "./refusals.js";
import { Signaling } from "./signaling.js";
import { Emitter } from "./emitter.js";
import { MediaPath } from "./media-path.js";
import { isEnglish, words } from "./messages.js";

/** @typedef {import("./signaling.js").Message} Message */
/** @typedef {import("./details.js").CallOptions} CallOptions */

/** How long the answer to `bye` may take: the server transcribes the last words first. */
const BYE_MS = 8000;
const RENEW_MS = 1500;
/** Between two looks at how good the connection is. */
const QUALITY_MS = 2000;
/** How long a connection may take; the server gives up after 15 s and says so. */
const CONNECT_MS = 20_000;
/** By what the media path calls itself. @type {Record<string, keyof import("./messages.js").Messages>} */
const NOTICES = {
  "websocket, no webrtc": "noWebrtc",
  "websocket, recorder": "recorder",
  websocket: "blocked",
  "websocket, relay refused": "relayRefused",
};
/** What the server says of a state, in the library's language. @type {Record<string, keyof import("./messages.js").Messages>} */
const STATES = { connecting: "calling", active: "connected", reconnecting: "reconnecting", ending: "ending" };

/**
 * The server writes English, and says more there, such as that staff end the call.
 * @param {Message} message
 * @returns {string}
 */
function statusWords({ state, status }) {
  const key = STATES[state];
  return key && !isEnglish() ? words(key) : status;
}

/**
 * Events: `state` (detail: {state, words}), `transcript` (detail: Message), `caught-up`,
 * `quality` (detail: Quality, every two seconds), `notice` (detail: string), `path` (detail: "webrtc" or "websocket"), `description` (detail: {kind, sdp}), `track` (detail: MediaStream),
 * `floor` (detail: string), `gap` (detail: {startMs, endMs}), `staff` (detail: {listening}),
 * `notes` (detail: Note[], all there are), `metrics` (detail: Message, when the stages of an answer came), `app` (detail: the operator's JSON), `trouble` (detail: an error's code),
 * and at the end one of `ended` (detail: {callId, reason}) and `problem` (detail: {code, message,
 * retryAfterS, callId}).
 */
export class CallClient extends Emitter {
  /** @param {CallOptions} options */
  constructor(options) {
    super();
    this._options = options;
    this._over = false;
    this._hangingUp = false;
    this._wasActive = false;
    this._muted = false;
    /** @type {MediaStream | null} */
    this._stream = null;
    /** @type {Set<ReturnType<typeof setTimeout>>} */
    this._timers = new Set();
    /** @type {import("./note-list.js").Note[]} */
    this._notes = [];
    this._signaling = new Signaling({ open: options.openSocket, lastSeq: options.lastSeq });
    this._signaling.callId = options.resume ?? "";
    this._signaling.resumeToken = options.resumeToken ?? "";
    const { iceServers, openMedia, transport, relayOnly, prepared } = options;
    this._media = new MediaPath({ signaling: this._signaling, iceServers, openMedia, transport, relayOnly, prepared });
    /** What the caller asks of the agent. */
    this.agent = new AgentCommands(this._signaling);
    this._listen();
  }

  get callId() {
    return this._signaling.callId;
  }

  /** Lets a client that came with a ticket come back to this call; empty for others. */
  get resumeToken() {
    return this._signaling.resumeToken;
  }

  /** What is known of the way through the network so far. */
  get found() {
    return this._media.found;
  }

  /** Whether a call has begun and not ended: leaving the page would lose it. */
  get inProgress() {
    return !this._over && !this._hangingUp && this.callId !== "";
  }

  /**
   * Opens the signaling socket, so that it is ready when the microphone is.
   *
   * A call that begins on the WebSocket for audio opens it afterwards: a ticket counts for one socket.
   */
  open() {
    if (!this._media.beginsOnSocket) {
      this._signaling.open();
    }
  }

  /**
   * Offers the call; candidates follow as they are found.
   * @param {MediaStream | Promise<MediaStream>} microphone the client stops it at the end. While a promise is open the call
   *   connects: to be given where nobody is asked for the microphone. Rejects as it does
   */
  async start(microphone) {
    const later = microphone instanceof Promise;
    if (!later) {
      this._take(microphone);
    }
    if (this._over) {
      return;
    }
    const { resume } = this._options;
    this._state(resume ? "reconnecting" : "connecting", words(resume ? "reconnecting" : "calling"));
    this._timers.add(setTimeout(() => !this._wasActive && this._fail("no-media"), CONNECT_MS));
    const opened = later ? microphone.then((stream) => this._take(stream)) : microphone;
    await this._media.start(opened, resume ? { callId: resume } : this._request());
  }

  /** @param {MediaStream} stream the microphone */
  _take(stream) {
    this._stream = stream;
    if (this._over || this._hangingUp) {
      stopTracks(stream);
    }
    this.mute(this._muted); // the caller may have muted while it opened
    return stream;
  }

  /** @returns {object} what a new call is asked for with */
  _request() {
    const { agentId, consent, variables, metadata, check } = this._options;
    return {
      ...(check && { check }),
      ...(agentId && { agentId }),
      ...(consent && { consent }),
      ...(variables && { variables }),
      ...(metadata && { metadata }),
    };
  }

  /** @param {boolean} muted */
  mute(muted) {
    this._muted = muted;
    this._stream?.getAudioTracks().forEach((track) => {
      track.enabled = !muted;
    });
  }

  /**
   * Sends another microphone from now on, and stops the one before, or the new one where it throws what `replaceTrack` throws.
   * @param {MediaStream} stream
   */
  async replaceMicrophone(stream) {
    if (this._over || this._hangingUp) {
      stopTracks(stream);
      return;
    }
    const before = this._stream;
    this._stream = stream;
    this.mute(this._muted);
    try {
      await this._media.replaceMicrophone(stream);
      stopTracks(before);
    } catch (error) {
      if (this._over || this._hangingUp) {
        stopTracks(before);
        return;
      }
      stopTracks(stream);
      this._stream = before;
      throw error;
    }
  }

  /** Ends the call; `ended` follows once the server has transcribed the last words. */
  hangUp() {
    if (this._over || this._hangingUp) {
      return;
    }
    this._hangingUp = true;
    const flushed = this._media.flush();
    stopTracks(this._stream);
    this._state("ending", words("hangingUp"));
    if (flushed) {
      flushed.then(() => this._sayBye());
    } else {
      this._sayBye();
    }
  }

  _sayBye() {
    if (this._signaling.send({ type: "bye" }) && this.callId) {
      this._timers.add(setTimeout(() => this._signaling.reconnectIfSilent(), RENEW_MS));
      this._timers.add(setTimeout(() => this._end("caller_hung_up"), BYE_MS));
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

  /** The page is being left, maybe for a reload: the server keeps the call open for a few seconds. */
  goAway() {
    if (this.inProgress && this._signaling.send({ type: "away" })) {
      this._release();
    } else {
      this.leave();
    }
  }

  /** @returns {Promise<RTCStatsReport> | null} what the browser tells of the connection; null where it is no WebRTC */
  stats() {
    return this._media.stats();
  }

  /** Reconnects at once: the browser is online again. */
  retryNow() {
    this._signaling.retryNow();
  }

  _listen() {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ take) =>
      this._signaling.addEventListener(name, (event) => take(/** @type {CustomEvent} */ (event).detail));
    on("message", (message) => this._onMessage(message));
    on("down", () => this.callId && !this._hangingUp && this._state("reconnecting", words("reconnecting")));
    on("up", () => this._hangingUp && this.callId && this._signaling.send({ type: "bye" }));
    on("refused", (closed) => this._fail(refusalOf(closed).code, refusalOf(closed)));
    on("gone", () => this._fail(this.callId ? "connection-lost" : "server-gone"));
    const onMedia = (/** @type {string} */ name, /** @type {(detail: any) => void} */ take) =>
      this._media.addEventListener(name, (event) => take(/** @type {CustomEvent} */ (event).detail));
    onMedia("track", (voice) => this._emit("track", voice));
    onMedia("description", (detail) => this._emit("description", detail));
    onMedia("path", (name) => {
      this._emit("path", name.split(",")[0]);
      this._emit("notice", NOTICES[name] ? words(NOTICES[name]) : "");
    });
    onMedia("refused", (message) => this._onError(message));
    onMedia("state", (state) => this._onMediaState(state));
  }

  /** @param {Message} message */
  _onMessage(message) {
    const take = /** @type {Record<string, () => void>} */ ({
      answer: () => this._accept(message.sdp),
      "ice-candidate": () => this._media.addCandidate(message.candidate),
      transcript: () => this._emit("transcript", message),
      status: () => this._onStatus(message),
      floor: () => this._emit("floor", message.floor),
      notes: () => this._onNotes(message),
      metrics: () => this._emit("metrics", message),
      gap: () => this._emit("gap", message),
      "app-message": () => this._emit("app", message.data),
      staff: () => this._emit("staff", message),
      resumed: () => this._emit("caught-up"),
      bye: () => this._onBye(message.reason),
      error: () => this._onError(message),
    })[message.type];
    take?.(); // newer servers may send other types
  }

  /** @param {Message} message */
  _onNotes({ notes, removed, whole }) {
    this._notes = applyNoteChange(this._notes, { notes, removed, whole });
    this._emit("notes", this._notes);
  }

  /** @param {string} sdp */
  async _accept(sdp) {
    try {
      await this._media.accept(sdp);
    } catch (error) {
      this._fail("other", { message: `The server's answer could not be used (${error}).` });
    }
  }

  /** @param {Message} message */
  _onStatus(message) {
    if (!this._hangingUp && message.state !== "ended" && message.state !== "failed") {
      this._state(message.state, statusWords(message));
    }
  }

  /** @param {"connected" | "weak" | "lost" | "failed"} state */
  _onMediaState(state) {
    if (this._hangingUp) {
      return;
    }
    if (state === "connected") {
      this._signaling.reconnectIfSilent();
      this._state("active", words("connected"));
    } else if (state === "failed") {
      this._signaling.send({ type: "bye" });
      this._fail(this._wasActive ? "connection-lost" : "no-media");
    } else if (this._wasActive) {
      this._state("reconnecting", words("weak"));
    } else {
      this._state("connecting", words("anotherWay"));
    }
  }

  /** @param {string} reason */
  _onBye(reason) {
    const code = this._hangingUp ? "" : byeProblem(reason);
    if (code) {
      this._fail(code);
    } else {
      this._end(reason);
    }
  }

  /** @param {Message} message */
  _onError(message) {
    const { code, retryAfterS } = message;
    if (code === "unknown_call" && this.callId) {
      if (this._options.resume && !this._wasActive) {
        this._fail("ended-meanwhile");
      } else {
        this._end(""); // it ended while we were away
      }
    } else if (code === "recogniser_failed") {
      this._emit("notice", words("recogniserFailed"));
    } else if (isAgentTrouble(code)) {
      this._emit("trouble", code);
    } else if (!this.callId) {
      this._fail(code || "other", { message: message.message, retryAfterS });
    }
  }

  /**
   * @param {string} state
   * @param {string} words
   */
  _state(state, words) {
    if (this._over || (state === "active" && !this._stream)) {
      return; // nobody is connected before they can be heard
    }
    if (state === "active" && !this._wasActive) {
      this._wasActive = true;
      this._watchQuality();
    }
    this._emit("state", { state, words });
  }

  _watchQuality() {
    const timer = setTimeout(async () => {
      this._timers.delete(timer);
      const quality = await this._media.quality().catch(() => null);
      if (quality && !this._over && !this._hangingUp) {
        this._emit("quality", quality);
      }
      if (!this._over) {
        this._watchQuality();
      }
    }, this._options.qualityMs ?? QUALITY_MS);
    /** @type {any} */ (timer).unref?.(); // no program waits for it to end
    this._timers.add(timer);
  }

  /** @param {string} reason */
  _end(reason) {
    if (!this._over) {
      this._release();
      this._emit("ended", { callId: this.callId, reason });
    }
  }

  /**
   * @param {string} code
   * @param {object} [more]
   */
  _fail(code, more = {}) {
    if (!this._over) {
      this._release();
      this._emit("problem", { code, callId: this.callId, ...more });
    }
  }

  _release() {
    this._over = true;
    this._timers.forEach(clearTimeout);
    stopTracks(this._stream);
    this._media.close();
    this._signaling.close();
  }

}
