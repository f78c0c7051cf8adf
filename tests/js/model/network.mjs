/** Sockets and peer connections over a network that fails when told to. */

const FAR_MS = 10;
const REFUSED_MS = 100;
/** After so long a peer connection notices that nothing comes, and after so long it gives up. */
const NOTICED_MS = 3000;
const FAILED_MS = 15_000;

export class Socket {
  readyState = 0;
  bufferedAmount = 0;
  binaryType = "";
  onopen = null;
  onmessage = null;
  onclose = null;
  /** What waits while the network is away: TCP delivers it once it is back. */
  _stuck = [];

  constructor(world, url) {
    this.world = world;
    this.url = url;
    this.isMedia = url.endsWith("/ws/voice");
    world.sockets.push(this);
    world.clock.later(world.up && world.serverUp ? FAR_MS : REFUSED_MS, () => this._arrive());
  }

  send(data) {
    if (this.readyState !== 1) {
      throw Object.assign(new Error("not open"), { name: "InvalidStateError" });
    }
    this._carry(() => this.serverSide && this.world.server.take(this, data));
  }

  close(code = 1005) {
    if (this.readyState < 2) {
      this.readyState = 2;
      this._carry(() => this.world.server.left(this, code));
      this.world.clock.later(FAR_MS, () => this._closed(code));
    }
  }

  /** The server says something. */
  tell(message) {
    this._carry(() => this.readyState === 1 && this.onmessage?.({ data: JSON.stringify(message) }));
  }

  /** The server, or what is between, ends it. */
  end(code, reason = "") {
    this.serverSide = false;
    this._carry(() => this._closed(code, reason));
  }

  /** What waited goes on its way. */
  flow() {
    this._stuck.splice(0).forEach((work) => this.world.clock.later(FAR_MS, work));
  }

  _carry(work) {
    if (this.world.up) {
      this.world.clock.later(FAR_MS, work);
    } else {
      this._stuck.push(work);
    }
  }

  _arrive() {
    if (this.readyState !== 0) {
      return;
    }
    if (!this.world.up || !this.world.serverUp) {
      this._closed(1006);
      return;
    }
    this.readyState = 1;
    this.serverSide = true;
    this.onopen?.({});
    this.world.server.came(this);
  }

  _closed(code, reason = "") {
    if (this.readyState !== 3) {
      this.readyState = 3;
      this.serverSide = false;
      this.onclose?.({ code, reason });
    }
  }
}

export class Peer {
  connectionState = "new";
  iceGatheringState = "new";
  localDescription = null;
  answered = false;

  constructor(world) {
    this.world = world;
    this.id = world.peers.push(this);
  }

  createDataChannel() {}

  addTransceiver() {
    // before there is an answer there is nothing to change
    const replaceTrack = (track) => this._do(this.answered ? 200 : 1, () => (this.sender.track = track));
    this.sender = { track: null, replaceTrack };
    return { sender: this.sender };
  }

  createOffer() {
    return this._do(this.world.offerMs, () => ({ type: "offer", sdp: `peer ${this.id}` }));
  }

  setLocalDescription(description) {
    return this._do(1, () => (this.localDescription = description));
  }

  setRemoteDescription({ sdp }) {
    return this._do(1, () => {
      if (sdp !== `to peer ${this.id}`) {
        throw Object.assign(new Error("the answer to another offer"), { name: "InvalidAccessError" });
      }
      this.answered = true;
      this.ontrack?.({ streams: [new MediaStream([])], track: null });
      this.world.clock.later(2 * FAR_MS, () => this.see());
    });
  }

  async addIceCandidate() {}

  async getStats() {
    return new Map();
  }

  close() {
    this.connectionState = "closed";
  }

  /** Whether its packets arrive. */
  get carries() {
    const { world } = this;
    return this.answered && world.up && world.udp && world.server.knows(this);
  }

  /** Looks whether the connection stands, now that something may have changed. */
  see() {
    const { connectionState: state, world } = this;
    if (!this.answered || state === "closed" || state === "failed") {
      return;
    }
    if (this.carries) {
      this._become("connected");
    } else if (state === "connected") {
      world.clock.later(NOTICED_MS, () => !this.carries && this.connectionState === "connected" && this._become("disconnected"));
      world.clock.later(FAILED_MS, () => !this.carries && this.connectionState === "disconnected" && this._become("failed"));
    }
  }

  _become(state) {
    if (this.connectionState !== state) {
      this.connectionState = state;
      this.onconnectionstatechange?.();
      if (state === "connected") {
        this.world.server.hears(this);
      }
    }
  }

  async _do(ms, work) {
    await this.world.clock.wait(ms);
    if (this.connectionState === "closed") {
      throw Object.assign(new Error("closed"), { name: "InvalidStateError" });
    }
    return work();
  }
}
