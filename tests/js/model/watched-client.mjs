/** One client in a world, what it promised, and what must hold whatever happens to it. */

import assert from "node:assert/strict";

import { VoiceAgentClient } from "../../../static/voicesite/client.js";
import { VoiceError } from "../../../static/voicesite/voice-error.js";
import { settled } from "./clock.mjs";
import { World } from "./world.mjs";

/** From each state to which: docs/embedding.md has the same graph. */
export const GRAPH = {
  idle: ["connecting", "failed"],
  connecting: ["connecting", "connected", "ending", "ended", "failed"],
  connected: ["connected", "reconnecting", "ending", "ended", "failed"],
  reconnecting: ["connected", "reconnecting", "ending", "ended", "failed"],
  ending: ["ended", "failed"],
  ended: ["connecting", "failed"],
  failed: ["connecting", "failed"],
};
const OVER = new Set(["idle", "ended", "failed"]);

export class WatchedClient {
  constructor(options = {}) {
    this.world = new World();
    this.abort = new AbortController();
    this.faults = [];
    this._state = "idle";
    /** Whether a call is on: begun by `connect()`, not yet told to be over. */
    this._on = false;
    /** @type {Map<Promise<void>, {settled: number, connected: boolean}>} */
    this._connects = new Map();
    this._asked = 0;
    this._passing = Promise.resolve();
    const { world } = this;
    const given = { serverUrl: "https://voice.example", ticket: () => world.ticket(), output: world.output };
    const client = new VoiceAgentClient({ ...given, signal: this.abort.signal, ...options });
    world.onEvent = (name, detail) => this._hear(name, detail);
    world.watch(client);
  }

  connect() {
    this._on = true;
    const promise = this.world.client.connect();
    if (this._connects.has(promise)) {
      return;
    }
    const told = { settled: 0, connected: false };
    this._connects.set(promise, told);
    this._latest = told;
    promise.then(
      () => this._demand(told.connected, "connect() resolved though it was never connected"),
      (error) => this._isVoiceError(error),
    ).finally(() => (told.settled += 1));
  }

  disconnect() {
    this._asked += 1;
    const was = this._state;
    this.world.client.disconnect().then(() => {
      this._asked -= 1;
      this._demand(!this._on || was !== this._state, "disconnect() resolved while the call is on");
    });
  }

  /** Waits for a promise that must settle, and reject with VoiceErrors alone. */
  ask(promise) {
    this._asked += 1;
    promise.catch((error) => this._isVoiceError(error)).finally(() => (this._asked -= 1));
  }

  pass(ms) {
    this._passing = this.world.clock.pass(ms);
  }

  async settled() {
    await this._passing;
    await settled();
  }

  /** What must hold at any time. */
  check(model) {
    assert.deepEqual(this.faults, []);
    model.state = this.world.client.state;
    assert.equal(model.state, this._state, "the event `state` told another");
    for (const stream of this.world.server.streams) {
      const wrong = stream.findIndex((number, place) => place > 0 && number <= stream[place - 1]);
      assert.equal(wrong, -1, `sound was sent twice or out of order: ${stream.slice(Math.max(0, wrong - 3), wrong + 3)}`);
    }
    if (OVER.has(this._state) && !this._on) {
      assert.deepEqual(this.world.left(), [], `left in ${this._state}`);
    }
  }

  /** Ends what is on once all is well again; nothing may stay open, then. */
  async finish(model) {
    const { world } = this;
    world.setNetwork(true);
    Object.assign(world, { serverUp: true, microphoneError: "", ticketFails: false });
    await world.clock.pass(10);
    this.disconnect();
    await world.clock.pass(10_000);
    this.check(model);
    assert.ok(OVER.has(this._state), `still ${this._state}`);
    assert.deepEqual(world.left(), []);
    assert.equal(this._asked, 0, "a promise never settled");
    assert.deepEqual([...this._connects.values()].filter(({ settled: times }) => times !== 1), []);
  }

  _hear(name, detail) {
    if (name === "state") {
      const { state } = detail;
      this._demand(GRAPH[this._state].includes(state), `${this._state} became ${state}`);
      this._state = state;
      if (state === "connected") {
        this._latest.connected = true;
      }
      return;
    }
    this._demand(this._on, `${name} came after the end`);
    if (name === "error") {
      this._isVoiceError(detail.error);
    }
    if (name === "error" || name === "ended") {
      this._demand(this._state === (name === "error" ? "failed" : "ended"), `${name} in ${this._state}`);
      this._on = false;
    }
  }

  _isVoiceError(error) {
    const ours = error instanceof VoiceError && typeof error.code === "string" && error.code !== "";
    this._demand(ours, `no VoiceError with a code: ${error?.name} ${error?.message} ${error?.code}`);
  }

  _demand(holds, otherwise) {
    if (!holds) {
      this.faults.push(otherwise);
    }
  }
}
