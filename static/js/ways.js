// @ts-check
/**
 * How a call's sound gets through: WebRTC, WebRTC anew, and at last a WebSocket. No DOM.
 * A browser without WebRTC takes the WebSocket at once; without an AudioWorklet it sends what its recorder writes.
 */

import { wayOut } from "./microphone.js";
import { PeerLink } from "./peer-link.js";
import { RecentSound } from "./recent-sound.js";
import { RecordedSound, recordedKind } from "./recorded-sound.js";
import { SocketLink } from "./socket-link.js";
import { Teller } from "./teller.js";

/** @typedef {import("./signaling.js").Signaling} Signaling */
/**
 * @typedef {object} WaysOptions
 * @property {Signaling} signaling
 * @property {() => Promise<RTCIceServer[]>} iceServers STUN and TURN servers, with credentials
 * @property {() => WebSocket} openMedia opens `/ws/voice`
 */

/** How long each attempt over WebRTC may take before the next way is tried. */
export const PATIENCE_MS = 5000;
/** A connection that went quiet often comes back by itself. */
export const QUIET_MS = 2500;

/**
 * Events: `state` (detail: "connected", "weak", "lost" or "failed"), `track` (detail:
 * MediaStream), `description` (detail: {kind, sdp}), `way` (detail: "webrtc", or "websocket" alone or with ", relay refused",
 * ", no webrtc" or ", recorder"), `refused` (detail: the server's error, before the call began).
 */
export class Ways extends Teller {
  /** @param {WaysOptions} options */
  constructor({ signaling, iceServers, openMedia }) {
    super();
    this._signaling = signaling;
    this._iceServers = iceServers;
    this._openMedia = openMedia;
    /** @type {PeerLink | null} */
    this._peer = null;
    /** @type {SocketLink | null} */
    this._socket = null;
    /** @type {MediaStream | null} */
    this._stream = null;
    this._out = wayOut();
    /** @type {RecentSound | RecordedSound} */
    this._sound = this._out === "recorder" ? new RecordedSound() : new RecentSound();
    this._closed = false;
    this._worked = false;
    this._again = false;
    this._refused = false;
    this._timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  }

  /**
   * Offers the call.
   * @param {MediaStream} stream the microphone
   * @param {object} wish what the offer says besides its SDP
   */
  async start(stream, wish) {
    this._stream = stream;
    this._sound.listen(stream); // what is said before a way is found is sent when one is
    if (this._out === "webrtc") {
      await this._offer(wish);
    } else {
      await this._overSocket(wish);
    }
  }

  /** @returns {Promise<void> | null} done when what was said last is on its way; null where that is at once */
  lastWords() {
    return this._sound instanceof RecordedSound && this._socket ? this._sound.finish() : null;
  }

  /**
   * Takes the server's answer; throws what `setRemoteDescription` throws.
   * @param {string} sdp
   */
  async accept(sdp) {
    this._tell("description", { kind: "answer", sdp });
    if (this._peer && !this._peer.answered) {
      this._wait(PATIENCE_MS, () => this._next());
      await this._peer.accept(sdp);
    }
  }

  /** @param {RTCIceCandidateInit | null} candidate */
  addCandidate(candidate) {
    this._peer?.addCandidate(candidate);
  }

  close() {
    this._closed = true;
    clearTimeout(this._timer);
    this._peer?.close();
    this._socket?.close();
    this._sound.close();
  }

  /** @param {object} wish */
  async _offer(wish) {
    const iceServers = await this._iceServers();
    if (this._closed || !this._stream) {
      return;
    }
    const peer = new PeerLink({
      iceServers,
      onCandidate: (candidate) => peer === this._peer && this._signaling.addCandidate(candidate),
      onState: (state) => peer === this._peer && this._changed(state),
      onTrack: (stream) => peer === this._peer && this._tell("track", stream),
      onRelayRefused: () => {
        this._refused = true;
      },
    });
    this._peer = peer;
    const sdp = await peer.offer(this._stream);
    this._signaling.startCall({ sdp, ...wish });
    this._tell("description", { kind: "offer", sdp });
  }

  /** @param {RTCPeerConnectionState} state */
  _changed(state) {
    if (state === "connected") {
      clearTimeout(this._timer);
      this._worked = true;
      this._again = false;
      this._tell("way", "webrtc");
      this._tell("state", "connected");
    } else if (state === "disconnected") {
      this._tell("state", "weak");
      this._wait(QUIET_MS, () => this._next());
    } else if (state === "failed") {
      this._next();
    }
  }

  /** This way does not work: takes the next. */
  _next() {
    clearTimeout(this._timer);
    this._peer?.close();
    this._peer = null;
    if (this._closed) {
      return;
    }
    if (!this._signaling.callId) {
      this._tell("state", "failed");
      return;
    }
    this._tell("state", "lost");
    if (this._worked && !this._again) {
      this._again = true;
      this._wait(PATIENCE_MS, () => this._next());
      this._offer({ callId: this._signaling.callId }).catch(() => this._next());
    } else {
      this._overSocket();
    }
  }

  /** @param {object} [wish] what the call is to be, where it begins here */
  async _overSocket(wish = {}) {
    const link = new SocketLink({
      open: this._openMedia,
      callId: this._signaling.callId,
      wish,
      sound: this._sound,
      onCall: (callId) => this._signaling.follow(callId),
      onRefused: (message) => this._tell("refused", message),
      onState: (state) => this._socketChanged(state),
      onTrack: (stream) => this._tell("track", stream),
    });
    this._socket = link;
    try {
      await link.start();
    } catch {
      link.close();
      await (this._record() ? this._overSocket(wish) : this._tell("state", "failed"));
    }
  }

  /**
   * Takes the recorder, where the samples of the microphone are not to be had after all.
   * @returns {boolean} whether there is one
   */
  _record() {
    if (this._closed || !this._stream || this._sound instanceof RecordedSound || !recordedKind()) {
      return false;
    }
    this._sound.close();
    this._sound = new RecordedSound();
    this._sound.listen(this._stream);
    this._out = this._out === "samples" ? "recorder" : this._out;
    return true;
  }

  /** @param {"connected" | "lost" | "failed"} state */
  _socketChanged(state) {
    if (state === "connected") {
      this._tell("way", `websocket${this._why()}`);
    }
    this._tell("state", state);
  }

  /** Returns why the sound goes over the socket, where it is not for the network. */
  _why() {
    if (this._out === "webrtc") {
      return this._refused ? ", relay refused" : "";
    }
    return this._out === "recorder" ? ", recorder" : ", no webrtc";
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
