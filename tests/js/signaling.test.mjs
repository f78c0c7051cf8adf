import assert from "node:assert/strict";
import test from "node:test";

import { FEATURES, Signaling } from "../../static/voicesite/signaling.js";

/** A server's end of sockets, and timers that run when they are told to. */
class World {
  sockets = [];
  timers = [];
  events = [];

  constructor(lastSeq = 0) {
    this.signaling = new Signaling({
      open: () => this.newSocket(),
      lastSeq: () => lastSeq,
      later: (work, afterMs) => this.newTimer(work, afterMs),
      cancel: (timer) => {
        this.timers = this.timers.filter((other) => other !== timer);
      },
      pingLater: (work) => {
        this.ask = work;
      },
      random: () => 0.5,
    });
    for (const name of ["up", "down", "message", "refused", "gone"]) {
      this.signaling.addEventListener(name, ({ detail }) => this.events.push([name, detail]));
    }
    this.signaling.open();
  }

  newSocket() {
    const socket = { readyState: 0, sent: [], send: (text) => socket.sent.push(JSON.parse(text)), close: () => {} };
    this.sockets.push(socket);
    return socket;
  }

  newTimer(work, afterMs) {
    const timer = { work, afterMs };
    this.timers.push(timer);
    return timer;
  }

  get socket() {
    return this.sockets.at(-1);
  }

  get names() {
    return this.events.map(([name]) => name);
  }

  accept() {
    this.socket.readyState = 1;
    this.socket.onopen();
  }

  say(message) {
    this.socket.onmessage({ data: JSON.stringify(message) });
  }

  drop(code = 1006, reason = "") {
    this.socket.readyState = 3;
    this.socket.onclose({ code, reason });
  }

  pass() {
    const timer = this.timers.shift();
    timer.work();
    return timer.afterMs;
  }
}

const OFFER = { sdp: "v=0", agentId: "notes", consent: { recording: true, notice: "n" } };
const CANDIDATE = { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 };

test("an offer waits for the socket, and is sent with all features", () => {
  const world = new World();
  world.signaling.startCall(OFFER);
  world.signaling.addCandidate(CANDIDATE);
  assert.deepEqual(world.socket.sent, []);
  world.accept();
  assert.deepEqual(world.socket.sent, [
    { type: "offer", features: FEATURES, ...OFFER },
    { type: "ice-candidate", candidate: CANDIDATE },
  ]);
});

test("what the server may not have got before its answer is said again", () => {
  const world = new World();
  world.accept();
  world.signaling.startCall(OFFER);
  world.signaling.addCandidate(CANDIDATE);
  world.drop();
  world.pass();
  world.accept();
  assert.deepEqual(world.socket.sent.map(({ type }) => type), ["offer", "ice-candidate"]);
  assert.equal(world.socket.sent[0].sdp, OFFER.sdp);
});

test("a socket that drops in a call comes back and resumes from the last word", () => {
  const world = new World(7);
  world.accept();
  world.signaling.startCall(OFFER);
  world.say({ type: "answer", sdp: "v=0", callId: "abc" });
  world.drop();
  assert.equal(world.names.at(-1), "down");
  world.pass();
  world.accept();
  assert.deepEqual(world.socket.sent, [{ type: "resume", callId: "abc", lastSeq: 7, features: FEATURES }]);
});

test("candidates after the answer go out at once and are not said again", () => {
  const world = new World();
  world.accept();
  world.signaling.startCall(OFFER);
  world.say({ type: "answer", sdp: "v=0", callId: "abc" });
  world.signaling.addCandidate(CANDIDATE);
  assert.equal(world.socket.sent.at(-1).type, "ice-candidate");
  world.drop();
  world.pass();
  world.accept();
  assert.deepEqual(world.socket.sent.map(({ type }) => type), ["resume"]);
});

test("waits grow, and start small again after the server spoke", () => {
  const world = new World();
  world.accept();
  world.say({ type: "answer", sdp: "v=0", callId: "abc" });
  const waits = [];
  for (let round = 0; round < 6; round += 1) {
    world.drop();
    waits.push(world.pass());
  }
  assert.deepEqual(waits, [200, 500, 1000, 2000, 4000, 4000]);
  world.accept();
  world.say({ type: "resumed", callId: "abc", state: "active" });
  world.drop();
  assert.equal(world.pass(), 200);
});

test("a stopping server is given time", () => {
  const world = new World();
  world.accept();
  world.drop(4012);
  assert.equal(world.pass(), 2000);
});

test("a server that never answered is gone after three tries", () => {
  const world = new World();
  world.drop();
  world.pass();
  world.drop();
  world.pass();
  world.drop();
  assert.deepEqual(world.names, ["down", "down", "gone"]);
  assert.deepEqual(world.timers, []);
});

test("a server that was there is waited for longer, not for ever", () => {
  const world = new World();
  world.accept();
  let rounds = 0;
  for (; !world.names.includes("gone"); rounds += 1) {
    world.drop();
    if (world.timers.length) {
      world.pass();
    }
  }
  assert.equal(rounds, 18);
});

for (const code of [4401, 4403, 4429]) {
  test(`a refusal with ${code} is told and not tried again`, () => {
    const world = new World();
    world.accept();
    world.drop(code, "Wait 30 seconds.");
    assert.deepEqual(world.events.at(-1), ["refused", { code, reason: "Wait 30 seconds." }]);
    assert.deepEqual(world.timers, []);
  });
}

test("a network that is back is used at once", () => {
  const world = new World();
  world.accept();
  world.drop();
  world.signaling.retryNow();
  assert.equal(world.sockets.length, 2);
  assert.deepEqual(world.timers, []);
  world.signaling.retryNow();
  assert.equal(world.sockets.length, 2);
});

test("after close nothing follows", () => {
  const world = new World();
  world.accept();
  world.drop();
  world.signaling.close();
  assert.deepEqual(world.timers, []);
  const before = world.events.length;
  world.say({ type: "bye" });
  world.drop();
  assert.equal(world.events.length, before);
});

test("a message without a socket is refused, not lost silently", () => {
  const world = new World();
  assert.equal(world.signaling.send({ type: "bye" }), false);
  world.accept();
  assert.equal(world.signaling.send({ type: "bye" }), true);
});

test("a socket that leads nowhere is given up", (context) => {
  context.mock.method(performance, "now", () => 1000);
  const world = new World();
  world.accept();
  world.signaling.startCall({ sdp: "v=0" });
  world.say({ type: "answer", sdp: "v=0", callId: "c1" });
  world.ask();
  assert.equal(world.socket.sent.at(-1).type, "ping");
  performance.now.mock.mockImplementation(() => 9000);
  world.ask();
  assert.equal(world.names.at(-1), "down");
  world.timers.at(-1).work();
  world.accept();
  assert.equal(world.socket.sent[0].type, "resume");
});
