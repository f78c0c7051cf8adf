// @ts-check
/** A peer connection whose offer is made before there is a microphone, so that a call connects sooner. No DOM. */

import { PeerLink } from "./peer-link.js";

export class PreparedPeer {
  /** @param {() => Promise<RTCIceServer[]>} iceServers */
  constructor(iceServers) {
    this._closed = false;
    /** @type {PeerLink | null} */
    this._peer = null;
    /** @type {Promise<PeerLink | null>} */
    this._made = this._make(iceServers).catch(() => {
      this.close(); // whoever takes it makes another, and learns what is wrong
      return null;
    });
  }

  /**
   * Gives it away: whoever has it closes it.
   * @returns {Promise<PeerLink | null>} null if it was closed, or could not be made
   */
  async take() {
    const peer = await this._made;
    this._peer = null;
    return this._closed ? null : peer;
  }

  /** Ends what was not taken. */
  close() {
    this._closed = true;
    this._peer?.close();
    this._peer = null;
  }

  /** @param {() => Promise<RTCIceServer[]>} iceServers */
  async _make(iceServers) {
    const found = await iceServers();
    if (this._closed) {
      return null;
    }
    const peer = new PeerLink({ iceServers: found });
    this._peer = peer;
    await peer.prepare();
    return peer;
  }
}
