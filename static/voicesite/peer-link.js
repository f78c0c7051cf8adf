// @ts-check
/** The RTCPeerConnection of a call: sends the microphone, receives the agent's voice. No DOM. */

import { figuresOf } from "./quality.js";

/** @typedef {import("./quality.js").Figures} Figures */

/** TURN error codes for wrong or expired credentials (RFC 8656, section 19). */
const REFUSED = new Set([401, 403, 438, 441]);

export class PeerLink {
  /**
   * @param {object} options
   * @param {RTCIceServer[]} options.iceServers
   * @param {boolean} [options.relayOnly] whether nothing but the relay is tried
   */
  constructor({ iceServers, relayOnly = false }) {
    const peer = new RTCPeerConnection({ iceServers, ...(relayOnly && { iceTransportPolicy: "relay" }) });
    this._peer = peer;
    /** Whether the server's answer is in place. */
    this.answered = false;
    /** How many local candidates there are. */
    this.candidates = 0;
    /** @type {RTCIceCandidateInit[]} */
    this._early = [];
    /** @type {import("./quality.js").Counts} */
    this._counts = { received: 0, lost: 0 };
    /** @type {import("./link-types.js").PeerHandlers | null} */
    this._handlers = null;
    this._relayRefused = false;
    /** @type {Promise<void> | null} */
    this._offered = null;
    peer.onicecandidate = ({ candidate }) => candidate?.candidate && this._found(candidate);
    peer.onicecandidateerror = ({ errorCode }) => REFUSED.has(errorCode) && this._refused();
    peer.onicegatheringstatechange = () => this._gathered();
    peer.onconnectionstatechange = () => this._handlers?.onState(peer.connectionState);
    peer.ontrack = ({ streams, track }) => this._handlers?.onTrack(streams[0] ?? new MediaStream([track]));
    peer.createDataChannel("control", { ordered: true });
    this._sender = peer.addTransceiver("audio", { direction: "sendrecv" }).sender;
  }

  get connected() {
    return this._peer.connectionState === "connected";
  }

  /** Makes the offer, and looks for candidates; there need not be a microphone yet. */
  prepare() {
    this._offered ??= this._prepare();
    return this._offered;
  }

  /**
   * @param {MediaStream | null} stream the microphone; null: it comes later
   * @returns {Promise<string>} the offer's SDP, with the candidates that were found by now
   */
  async offer(stream) {
    await Promise.all([stream && this.replaceMicrophone(stream), this.prepare()]);
    return this._peer.localDescription?.sdp ?? "";
  }

  /**
   * Tells what happens from now on; to be called at once when the offer is there.
   * @param {import("./link-types.js").PeerHandlers} handlers
   */
  listen(handlers) {
    this._handlers = handlers;
    if (this._relayRefused) {
      handlers.onRelayRefused?.();
    }
    this._gathered();
  }

  /** @param {MediaStream} stream another microphone, which is sent from now on */
  async replaceMicrophone(stream) {
    await this._sender.replaceTrack(stream.getAudioTracks()[0] ?? null);
  }

  /**
   * Takes the server's answer; throws what `setRemoteDescription` throws.
   * @param {string} sdp
   */
  async accept(sdp) {
    await this._peer.setRemoteDescription({ type: "answer", sdp });
    this.answered = true;
    this._early.splice(0).forEach((candidate) => this.addCandidate(candidate));
  }

  /** @param {RTCIceCandidateInit | null} candidate a candidate of the server; null for end of candidates */
  addCandidate(candidate) {
    if (!candidate?.candidate) {
      return;
    }
    if (!this.answered) {
      this._early.push(candidate);
      return;
    }
    // a candidate that this browser rejects does no harm: there are others
    this._peer.addIceCandidate(candidate).catch(() => {});
  }

  /** @returns {Promise<RTCStatsReport>} */
  stats() {
    return this._peer.getStats();
  }

  /** @returns {Promise<Figures>} of the time since it was last asked */
  async figures() {
    const { figures, counts } = figuresOf((await this.stats()).values(), this._counts);
    this._counts = counts;
    return figures;
  }

  close() {
    this._peer.close();
  }

  async _prepare() {
    await this._peer.setLocalDescription(await this._peer.createOffer());
  }

  /** @param {RTCIceCandidate} candidate */
  _found(candidate) {
    this.candidates += 1;
    this._handlers?.onCandidate(candidate);
  }

  _refused() {
    this._relayRefused = true;
    this._handlers?.onRelayRefused?.();
  }

  _gathered() {
    if (this._peer.iceGatheringState === "complete") {
      this._handlers?.onGathered?.();
    }
  }
}
