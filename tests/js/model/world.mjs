/** A browser, a network and a server in virtual time, and one client in them whose doings are watched. */

import { Clock } from "./clock.mjs";
import { installDevices, newOutput } from "./devices.mjs";
import { Peer, Socket } from "./network.mjs";
import { Server } from "./server.mjs";

const NAMES = [
  "state", "partial", "transcript", "floor", "level", "notes", "gap", "staff", "app", "quality", "notice", "transport",
  "voice", "blocked", "microphone", "trouble", "error", "ended",
];

export class World {
  constructor() {
    this.clock = new Clock();
    this.clock.install();
    this.tracks = [];
    this.contexts = [];
    this.sockets = [];
    this.peers = [];
    this.opening = 0;
    this.spoken = 0;
    this.up = this.serverUp = this.udp = true;
    this.microphoneMs = 5;
    this.ticketMs = 5;
    this.offerMs = 1;
    this.microphoneError = "";
    this.ticketFails = false;
    this.autoplayRefused = false;
    this.server = new Server(this);
    this.output = newOutput(this);
    /** What the client emitted, in order. @type {{name: string, detail: any}[]} */
    this.events = [];
    installDevices(this);
    const page = new EventTarget();
    for (const name of /** @type {const} */ (["addEventListener", "removeEventListener", "dispatchEvent"])) {
      globalThis[name] = page[name].bind(page);
    }
    const world = this;
    globalThis.WebSocket = function FakeSocket(url) {
      return new Socket(world, url);
    };
    globalThis.RTCPeerConnection = function FakePeer() {
      return new Peer(world);
    };
    globalThis.fetch = async () => {
      await this.clock.wait(5);
      return { ok: true, json: async () => ({ iceServers: [] }) };
    };
  }

  /** Watches a client. */
  watch(client) {
    this.client = client;
    for (const name of NAMES) {
      client.on(name, (detail) => {
        this.events.push({ name, detail });
        this.onEvent?.(name, detail);
      });
    }
  }

  async ticket() {
    await this.clock.wait(this.ticketMs);
    if (this.ticketFails) {
      throw new Error("no ticket today");
    }
    return "a-ticket";
  }

  setNetwork(up) {
    this.up = up;
    if (up) {
      this.sockets.forEach((socket) => socket.flow());
    }
    this.peers.forEach((peer) => peer.see());
  }

  setUdp(works) {
    this.udp = works;
    this.peers.forEach((peer) => peer.see());
  }

  /** The server's process ends, with all that it knew, and is back after a while. */
  restart(ms) {
    this.serverUp = false;
    this.server.forget();
    this.openSockets().forEach((socket) => socket.end(1006));
    this.peers.forEach((peer) => peer.see());
    this.clock.later(ms, () => {
      this.serverUp = true;
    });
  }

  openSockets() {
    return this.sockets.filter(({ readyState }) => readyState < 2);
  }

  /** What a client that has no call may not hold any more. */
  left() {
    return [
      ...this.tracks.filter(({ readyState }) => readyState === "live").map(() => "a track"),
      ...this.openSockets().map(({ url }) => url),
      ...this.peers.filter(({ connectionState }) => connectionState !== "closed").map(() => "a peer"),
      ...this.contexts.filter(({ state }) => state !== "closed").map(() => "an audio context"),
      ...(this.clock.timers ? [`${this.clock.timers} timers`] : []),
    ];
  }
}
