// @ts-check
/**
 * How a call's audio gets through: WebRTC, then one more WebRTC attempt if it was connected before, then a
 * WebSocket. No DOM. A browser without WebRTC uses the WebSocket at once; one without an AudioWorklet, too,
 * sends what MediaRecorder writes.
 */

import { uplinkKind } from "./devices.js";
import { PeerLink } from "./peer-link.js";
import { MicrophoneBuffer } from "./microphone-buffer.js";
import { MicrophoneRecorder, recorderMimeType } from "./microphone-recorder.js";
import { judge, socketFigures } from "./quality.js";
import { SocketLink } from "./socket-link.js";
import { Emitter } from "./emitter.js";

/** @typedef {import("./signaling.js").Signaling} Signaling */

/** How long one WebRTC attempt may take. Longer: blocked networks wait longer for sound; shorter: slow ones lose WebRTC. */
export const CONNECT_TIMEOUT_MS = 5000;
/** How long a `disconnected` peer connection may take to recover by itself before it is replaced. */
export const DISCONNECTED_GRACE_MS = 2500;

/**
 * Events: `state` (detail: "connected", "weak", "lost" or "failed"), `track` (detail:
 * MediaStream), `description` (detail: {kind, sdp}), `path` (detail: "webrtc" or "websocket", the
 * latter also with ", relay refused", ", no webrtc", ", recorder" or ", chosen" after it), `refused` (detail: the server's error, before the call began).
 */
export class MediaPath extends Emitter {
  /** @param {import("./details.js").MediaPathOptions} options */
  constructor({ signaling, iceServers, openMedia, transport = "auto", relayOnly = false, prepared = null }) {
    super();
    this._signaling = signaling;
    this._iceServers = iceServers;
    this._openMedia = openMedia;
    /** @type {PeerLink | null} */
    this._peer = null;
    this._prepared = prepared;
    /** @type {SocketLink | null} */
    this._socket = null;
    /** @type {MediaStream | null} */
    this._stream = null;
    /** The microphone, while it opens. @type {Promise<void> | null} */
    this._opening = null;
    /** Whether the microphone's sound goes out once there is a way. */
    this._sends = false;
    this._transport = transport;
    this._uplink = uplinkKind(transport === "websocket");
    /** @type {MicrophoneBuffer | MicrophoneRecorder} */
    this._microphone = this._uplink === "recorder" ? new MicrophoneRecorder() : new MicrophoneBuffer();
    this._closed = false;
    this._wasConnected = false;
    this._retried = false;
    /** Counts offers and the ways given up: what belongs to an earlier one does not count any more. */
    this._attempt = 0;
    this._relayOnly = relayOnly;
    this._relayRefused = false;
    this._candidates = 0;
    this._timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  }

  /** Whether a new call begins on the WebSocket, without a try of WebRTC. */
  get beginsOnSocket() {
    return this._uplink !== "webrtc" && !this._signaling.callId;
  }

  /** What is known of the way so far: how many addresses this browser has found, and whether a relay refused it. */
  get found() {
    return { candidates: this._candidates, relayRefused: this._relayRefused };
  }

  /**
   * Offers the call.
   * @param {MediaStream | Promise<MediaStream>} microphone WebRTC connects while it opens, but is told only then
   * @param {object} request the offer's fields besides its SDP
   */
  async start(microphone, request) {
    if (microphone instanceof Promise) {
      this._opening = microphone.then((stream) => this._opened(stream));
    } else {
      this._listen(microphone);
      this._sends = true;
    }
    if (this._uplink === "webrtc") {
      await Promise.all([this._offer(request), this._opening]);
    } else {
      this._prepared?.close();
      await this._opening;
      await this._useSocket(request);
    }
  }

  /** @param {MediaStream} stream */
  _listen(stream) {
    this._stream = stream;
    this._microphone.listen(stream); // words from before a path is found are sent later
  }

  /** @param {MediaStream} stream the microphone, after the call was offered */
  async _opened(stream) {
    if (this._closed) {
      return;
    }
    const sent = this._peer?.replaceMicrophone(stream); // first: what follows takes longer
    this._listen(stream);
    await sent;
    this._sends = true;
    if (this._peer?.connected) {
      this._emit("state", "connected");
    }
  }

  /**
   * Sends another microphone from now on.
   * @param {MediaStream} stream
   */
  async replaceMicrophone(stream) {
    const { _stream: before, _peer: peer } = this;
    this._microphone.replace(stream); // throws where a recorder writes a container, which cannot go on with another
    this._stream = stream;
    try {
      await peer?.replaceMicrophone(stream);
    } catch (error) {
      if (peer !== this._peer || this._closed || !before) {
        return; // the path was given up: the next one takes the new microphone
      }
      this._microphone.replace(before);
      this._stream = before;
      throw error;
    }
  }

  /** @returns {Promise<void> | null} resolves once the last audio has been sent; null if nothing is pending */
  flush() {
    return this._microphone instanceof MicrophoneRecorder && this._socket ? this._microphone.finish() : null;
  }

  /**
   * Takes the server's answer; throws what `setRemoteDescription` throws.
   * @param {string} sdp
   */
  async accept(sdp) {
    this._emit("description", { kind: "answer", sdp });
    const peer = this._peer;
    if (!peer || peer.answered) {
      return;
    }
    this._wait(CONNECT_TIMEOUT_MS, () => this._fallBack());
    try {
      await peer.accept(sdp);
    } catch (error) {
      if (peer === this._peer && !this._closed) {
        throw error;
      }
    }
  }

  /** @param {RTCIceCandidateInit | null} candidate */
  addCandidate(candidate) {
    this._peer?.addCandidate(candidate);
  }

  /** @returns {Promise<import("./quality.js").Quality | null>} how good the path is; null where there is none yet */
  async quality() {
    if (this._socket) {
      return judge(socketFigures(this._socket.queuedMs, this._socket.roundTripMs));
    }
    return this._peer?.connected ? judge(await this._peer.figures()) : null;
  }

  /** @returns {Promise<RTCStatsReport> | null} what the browser tells of the connection; null where there is none */
  stats() {
    return this._peer?.stats() ?? null;
  }

  close() {
    this._closed = true;
    this._attempt += 1;
    clearTimeout(this._timer);
    this._peer?.close();
    this._prepared?.close();
    this._socket?.close();
    this._microphone.close();
  }

  /** @param {object} request */
  async _offer(request) {
    this._attempt += 1;
    const attempt = this._attempt;
    const prepared = await this._takePrepared();
    const iceServers = prepared ? [] : await this._iceServers();
    if (this._closed || attempt !== this._attempt) {
      prepared?.close();
      return;
    }
    const peer = prepared ?? new PeerLink({ iceServers, relayOnly: this._relayOnly });
    this._peer = peer;
    const sdp = await peer.offer(this._stream);
    if (peer !== this._peer || this._closed) {
      return; // it took too long, and another way is tried
    }
    this._signaling.startCall({ sdp, ...request });
    this._candidates += peer.candidates;
    peer.listen({
      onCandidate: (candidate) => peer === this._peer && this._addOwn(candidate),
      onGathered: () => peer === this._peer && this._allGathered(),
      onState: (state) => peer === this._peer && this._connectionChanged(state),
      onTrack: (stream) => peer === this._peer && this._emit("track", stream),
      onRelayRefused: () => {
        this._relayRefused = true;
      },
    });
    this._emit("description", { kind: "offer", sdp });
  }

  /** @returns {Promise<PeerLink | null>} what was prepared, the first time, if it is still there */
  async _takePrepared() {
    const prepared = this._prepared;
    this._prepared = null;
    return (await prepared?.take()) ?? null;
  }

  /** @param {RTCIceCandidate} candidate of this browser */
  _addOwn(candidate) {
    this._candidates += 1;
    this._signaling.addCandidate(candidate);
  }

  /** A relay that gives no address gives none later either. */
  _allGathered() {
    if (this._relayOnly && !this._candidates) {
      this._fallBack();
    }
  }

  /** @param {RTCPeerConnectionState} state */
  _connectionChanged(state) {
    if (state === "connected") {
      clearTimeout(this._timer);
      this._wasConnected = true;
      this._retried = false;
      this._emit("path", "webrtc");
      if (this._sends) {
        this._emit("state", "connected");
      }
    } else if (state === "disconnected") {
      this._emit("state", "weak");
      this._wait(DISCONNECTED_GRACE_MS, () => this._fallBack());
    } else if (state === "failed") {
      this._fallBack();
    }
  }

  /** The present path does not work: tries the next one. */
  _fallBack() {
    clearTimeout(this._timer);
    this._attempt += 1;
    this._peer?.close();
    this._peer = null;
    if (this._closed) {
      return;
    }
    this._signaling.withdrawOffer(); // said again later it would take the sound from the way that works by then
    if (!this._signaling.callId) {
      this._emit("state", "failed");
      return;
    }
    this._emit("state", "lost");
    if (this._wasConnected && !this._retried) {
      this._retried = true;
      this._wait(CONNECT_TIMEOUT_MS, () => this._fallBack());
      const offered = this._offer({ callId: this._signaling.callId });
      const attempt = this._attempt;
      offered.catch(() => attempt === this._attempt && this._fallBack());
    } else if (this._transport === "webrtc") {
      this._emit("state", "failed");
    } else {
      this._useSocket();
    }
  }

  /** @param {object} [request] the fields of a new call, if it begins here */
  async _useSocket(request = {}) {
    if (!this._sends) {
      await this._opening?.catch(() => {}); // whoever started is told
    }
    if (this._closed || !this._stream) {
      return;
    }
    const link = new SocketLink({
      open: this._openMedia,
      callId: this._signaling.callId,
      request,
      microphone: this._microphone,
      onCall: (callId, resumeToken) => this._signaling.follow(callId, resumeToken),
      onRefused: (message) => this._emit("refused", message),
      onState: (state) => this._socketChanged(state),
      onTrack: (stream) => this._emit("track", stream),
    });
    this._socket = link;
    try {
      await link.start();
    } catch {
      link.close();
      if (this._closed) {
        return;
      }
      await (this._useRecorder() ? this._useSocket(request) : this._emit("state", "failed"));
    }
  }

  /**
   * Switches to MediaRecorder, if the microphone's samples turn out to be unavailable.
   * @returns {boolean} whether it could
   */
  _useRecorder() {
    if (this._closed || !this._stream || this._microphone instanceof MicrophoneRecorder || !recorderMimeType()) {
      return false;
    }
    this._microphone.close();
    this._microphone = new MicrophoneRecorder();
    this._microphone.listen(this._stream);
    this._uplink = this._uplink === "samples" ? "recorder" : this._uplink;
    return true;
  }

  /** @param {"connected" | "lost" | "failed"} state */
  _socketChanged(state) {
    if (state === "connected") {
      this._emit("path", `websocket${this._socketReason()}`);
    }
    this._emit("state", state);
  }

  /** Returns why the audio goes over the socket, if not because of the network: a suffix of the `path` event. */
  _socketReason() {
    if (this._transport === "websocket") {
      return ", chosen";
    }
    if (this._uplink === "webrtc") {
      return this._relayRefused ? ", relay refused" : "";
    }
    return this._uplink === "recorder" ? ", recorder" : ", no webrtc";
  }

  /**
   * @param {number} afterMs
   * @param {() => void} work
   */
  _wait(afterMs, work) {
    clearTimeout(this._timer);
    this._timer = setTimeout(work, afterMs);
  }
}
