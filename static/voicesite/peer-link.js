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
   * @param {(candidate: RTCIceCandidate) => void} options.onCandidate called with each local candidate
   * @param {(state: RTCPeerConnectionState) => void} options.onState
   * @param {(stream: MediaStream) => void} options.onTrack
   * @param {() => void} [options.onRelayRefused] called when a TURN server rejects the credentials
   * @param {() => void} [options.onGathered] called when no further local candidate will come
   * @param {boolean} [options.relayOnly] whether nothing but the relay is tried
   */
  constructor({ iceServers, onCandidate, onState, onTrack, onRelayRefused, onGathered, relayOnly = false }) {
    const peer = new RTCPeerConnection({ iceServers, ...(relayOnly && { iceTransportPolicy: "relay" }) });
    this._peer = peer;
    /** Whether the server's answer is in place. */
    this.answered = false;
    /** @type {RTCIceCandidateInit[]} */
    this._early = [];
    /** @type {import("./quality.js").Counts} */
    this._counts = { received: 0, lost: 0 };
    peer.onicecandidate = ({ candidate }) => candidate?.candidate && onCandidate(candidate);
    peer.onicecandidateerror = ({ errorCode }) => REFUSED.has(errorCode) && onRelayRefused?.();
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && onGathered?.();
    peer.onconnectionstatechange = () => onState(peer.connectionState);
    peer.ontrack = ({ streams, track }) => onTrack(streams[0] ?? new MediaStream([track]));
    peer.createDataChannel("control", { ordered: true });
  }

  get connected() {
    return this._peer.connectionState === "connected";
  }

  /**
   * @param {MediaStream} stream the microphone; the transceiver is sendrecv
   * @returns {Promise<string>} the offer's SDP
   */
  async offer(stream) {
    stream.getAudioTracks().forEach((track) => this._peer.addTrack(track, stream));
    await this._peer.setLocalDescription(await this._peer.createOffer());
    return this._peer.localDescription?.sdp ?? "";
  }

  /** @param {MediaStream} stream another microphone, which is sent from now on */
  async replaceMicrophone(stream) {
    const [track] = stream.getAudioTracks();
    const sender = this._peer.getSenders().find((one) => one.track?.kind === "audio");
    await sender?.replaceTrack(track);
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
}
