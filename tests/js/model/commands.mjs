/** What people, networks, devices and servers do to a client, for fast-check. */

import fc from "fast-check";

export const CODES = [1000, 1001, 1006, 1011, 1013, 4000, 4012, 4401, 4403, 4404, 4408, 4410, 4429, 4430];
const ERRORS = ["too_many_calls", "no_recogniser", "not_allowed", "", "", ""];
const REASONS = ["agent_hung_up", "server_stopped", "staff_ended", "signed_out", "connection_lost", "max_duration", "internal_error"];
const MICROPHONE = ["", "", "", "NotAllowedError", "NotFoundError", "NotReadableError"];
const SAYINGS = [
  { type: "floor", floor: "agent_speaking", atMs: 1 },
  { type: "notes", notes: [], whole: true },
  { type: "transcript", role: "user", text: "hello", final: true, seq: 1, startMs: 1 },
  { type: "transcript", role: "agent", text: "good", final: false, seq: 2, startMs: 2 },
  { type: "status", status: "Connecting.", state: "connecting" },
  { type: "status", status: "Ended.", state: "ended" },
  { type: "error", code: "responder_failed", message: "No.", recoverable: true },
  { type: "error", code: "recogniser_failed", message: "No.", recoverable: true },
  { type: "of tomorrow" },
];
const OPEN = 1;

/** The doings of the page: each calls one method of the client. */
const PAGE = {
  connect: (run) => run.connect(),
  disconnect: (run) => run.disconnect(),
  mute: ({ world }) => world.client.mute(),
  unmute: ({ world }) => world.client.mute(false),
  interrupt: ({ world }) => world.client.interrupt(),
  "say something": ({ world }) => world.client.sendText("hello"),
  "send JSON": ({ world }) => world.client.sendApp({ a: 1 }),
  "another microphone": (run) => run.ask(run.world.client.setInputDevice("other")),
  "another loudspeaker": (run) => run.ask(run.world.client.setOutputDevice("other")),
  "a loudspeaker that is gone": (run) => run.ask(run.world.client.setOutputDevice("gone")),
  unlock: (run) => run.ask(run.world.client.unlock()),
  abort: (run) => run.abort.abort(),
};

/** What happens to it. */
const FATE = {
  "the microphone is unplugged": ({ world }) => world.tracks.forEach((track) => track.unplug()),
  "a device comes or goes": () => navigator.mediaDevices.dispatchEvent(new Event("devicechange")),
  "the network goes": ({ world }) => world.setNetwork(false),
  "the network comes": ({ world }) => world.setNetwork(true),
  "the page hears that it is online": () => globalThis.dispatchEvent(new Event("online")),
  "UDP is blocked": ({ world }) => world.setUdp(false),
  "UDP is free": ({ world }) => world.setUdp(true),
  "the server restarts": ({ world }) => world.restart(3000),
  "sound is sent slowly": ({ world }) => world.openSockets().forEach((socket) => (socket.bufferedAmount = 1e6)),
  "sound is sent fast": ({ world }) => world.openSockets().forEach((socket) => (socket.bufferedAmount = 0)),
};

/** @returns {fc.Arbitrary<fc.AsyncCommand<any, any>>[]} */
function fixed(doings) {
  return Object.entries(doings).map(([name, work]) => fc.constant(new Command(name, work)));
}

/**
 * @template T
 * @param {string} name
 * @param {T[]} values
 * @param {(run: any, value: T) => void} work
 */
function chosen(name, values, work) {
  return fc.constantFrom(...values).map((value) => new Command(`${name} ${JSON.stringify(value)}`, (run) => work(run, value)));
}

class Command {
  constructor(name, work) {
    this._name = name;
    this._work = work;
  }

  check() {
    return true;
  }

  /** Does it, and looks whether all still holds. */
  async run(model, run) {
    this._work(run);
    await run.settled();
    run.check(model);
  }

  toString() {
    return this._name;
  }
}

const close = (/** @type {boolean} */ media) => ({ world }, /** @type {number} */ code) =>
  world.sockets.filter((socket) => socket.readyState === OPEN && socket.isMedia === media).forEach((socket) => socket.end(code, "Why."));

export const COMMANDS = [
  ...fixed(PAGE),
  // without calls that go on for a while nothing else matters
  ...Array(4).fill(fc.constant(new Command("a call", (run) => {
    run.connect();
    run.pass(200);
  }))),
  ...fixed(FATE),
  chosen("signaling closes with", CODES, close(false)),
  chosen("the sound's socket closes with", CODES, close(true)),
  chosen("the server refuses with", [...Array(8).fill(0), ...CODES], ({ world }, code) => (world.server.refusal = code)),
  chosen("the server answers", ERRORS, ({ world }, code) => (world.server.error = code)),
  chosen("the server ends the call:", REASONS, ({ world }, why) =>
    [...world.server.calls.values()].forEach((call) => world.server.end(call, why))),
  chosen("the server says", SAYINGS, ({ world }, message) =>
    [...world.server.calls.values()].forEach(({ socket }) => socket?.tell(message))),
  chosen("getUserMedia from now on:", MICROPHONE, ({ world }, name) => (world.microphoneError = name)),
  chosen("ms that a microphone takes:", [5, 4000], ({ world }, ms) => (world.microphoneMs = ms)),
  chosen("ms that a ticket takes:", [5, 4000], ({ world }, ms) => (world.ticketMs = ms)),
  chosen("ms that an offer takes:", [1, 6000], ({ world }, ms) => (world.offerMs = ms)),
  chosen("no ticket:", [true, false, false], ({ world }, fails) => (world.ticketFails = fails)),
  chosen("autoplay refused:", [true, false], ({ world }, refused) => (world.autoplayRefused = refused)),
  ...Array(4).fill(chosen("ms pass:", [1, 9, 30, 150, 700, 3000, 8000], (run, ms) => run.pass(ms))),
  chosen("ms pass:", [40_000], (run, ms) => run.pass(ms)),
];
