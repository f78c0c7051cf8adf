/** The sound's socket in virtual time: what is kept is sent once and in order, and no faster than the network takes it. */

import assert from "node:assert/strict";
import test from "node:test";

import { SocketLink } from "../../static/voicesite/socket-link.js";
import { World } from "./model/world.mjs";

async function linked({ callId = "call", kept = 0 } = {}) {
  const world = new World();
  const socket = () => sockets.at(-1);
  const sockets = [];
  const states = [];
  const refusals = [];
  const chunks = Array.from({ length: kept }, (_, number) => Uint32Array.of(number).buffer);
  const microphone = { ready: Promise.resolve(), audio: {}, keptMs: 100 * kept, onChunk: () => {}, last: (ms) => chunks.slice(chunks.length - ms / 100) };
  const link = new SocketLink({
    open: () => {
      const one = { readyState: 1, bufferedAmount: 0, sent: [], numbers: [], send: (data) => (typeof data === "string" ? one.sent.push(JSON.parse(data)) : one.numbers.push(new Uint32Array(data)[0])), close: (code) => (one.closed = code) };
      sockets.push(one);
      return one;
    },
    callId,
    microphone,
    onRefused: (message) => refusals.push(message.code),
    onState: (state) => states.push(state),
    onTrack: () => {},
  });
  await link.start();
  const say = (message) => socket().onmessage({ data: JSON.stringify(message) });
  const started = (received, backlogMs = 0) => {
    socket().onopen();
    say({ type: "session_started", callId, received, backlogMs });
  };
  const speak = (from, to) => {
    for (let number = from; number < to; number += 1) {
      microphone.onChunk(Uint32Array.of(number).buffer);
    }
  };
  const range = (from, to) => Array.from({ length: to - from }, (_, place) => from + place);
  return { world, link, socket, sockets, states, refusals, say, started, speak, range };
}

test("what was kept goes first, then what is spoken", async () => {
  const { started, speak, socket, range, link } = await linked({ kept: 20 });
  started(0, 500);
  speak(20, 23);
  assert.equal(socket().sent[0].heldMs, 2000);
  assert.deepEqual(socket().numbers, range(15, 23));
  link.close();
});

test("after a loss only what the server lacks is sent again", async () => {
  const { world, started, speak, socket, states, range, link } = await linked();
  started(0);
  speak(0, 10);
  socket().onclose({ code: 1006, reason: "" });
  speak(10, 15);
  await world.clock.pass(200);
  assert.equal(socket().numbers.length, 0, "nothing before the server has said what it has");
  started(7);
  speak(15, 16);
  assert.equal(socket().sent[0].continues, true);
  assert.deepEqual(socket().numbers, range(7, 16));
  assert.deepEqual(states, ["connected", "lost", "connected"]);
  link.close();
});

test("a slow network is not filled, and loses the oldest alone", async () => {
  const { started, speak, say, socket, range, link, world } = await linked();
  started(0);
  speak(0, 5);
  socket().bufferedAmount = 1e6;
  speak(5, 400);
  assert.deepEqual(socket().numbers, range(0, 5));
  assert.equal(link.queuedMs, 32_000);
  socket().bufferedAmount = 0;
  speak(400, 401);
  const sent = [...range(0, 5), ...range(81, 401)];
  assert.deepEqual(socket().numbers, sent, "0 to 4 went, 5 to 80 were too old by then");
  say({ type: "audio_ack", received: sent.length - 2 });
  assert.equal(link.queuedMs, 200);
  socket().onclose({ code: 1006, reason: "" });
  await world.clock.pass(200);
  started(sent.length - 1);
  assert.deepEqual(socket().numbers, [400], "the server counts what it got, not what was dropped");
  link.close();
});

test("what was sent and got lost is sent again, though some of it is too old by then", async () => {
  const { world, started, speak, socket, range, link } = await linked();
  started(0);
  speak(0, 10);
  socket().onclose({ code: 1006, reason: "" });
  speak(10, 325);
  await world.clock.pass(200);
  started(2); // 0 and 1 came; 2 to 4 did not, and are gone
  assert.deepEqual(socket().numbers, range(5, 325));
  socket().onclose({ code: 1006, reason: "" });
  await world.clock.pass(200);
  started(2 + 320);
  assert.deepEqual(socket().numbers, []);
  link.close();
});

for (const [code, why] of [[4401, "signed-out"], [4403, "not-allowed"], [4404, "not-found"], [4429, "busy"]]) {
  test(`a new call that is refused with ${code} is told as ${why}, and not tried again`, async () => {
    const { world, socket, sockets, states, refusals } = await linked({ callId: "" });
    socket().onopen();
    socket().onclose({ code, reason: "No." });
    await world.clock.pass(60_000);
    assert.deepEqual([refusals, states, sockets.length], [[why], ["failed"], 1]);
  });
}

test("a server without room is tried again where the call is on", async () => {
  const { world, socket, sockets, states, started, link } = await linked();
  started(0);
  socket().onclose({ code: 4429, reason: "Later." });
  await world.clock.pass(200);
  assert.deepEqual([states, sockets.length], [["connected", "lost"], 2]);
  link.close();
});

test("a call that the server has ended is no lost connection", async () => {
  const { world, socket, sockets, states, started } = await linked();
  started(0);
  socket().onclose({ code: 1000, reason: "" });
  await world.clock.pass(5000);
  assert.deepEqual([states, sockets.length], [["connected"], 1], "signaling says why");
  await world.clock.pass(5000);
  assert.deepEqual(states, ["connected", "failed"], "signaling is away, too");
});

test("a socket that does not come back is given up after a while", async () => {
  const { world, socket, states, started } = await linked();
  started(0);
  for (let tries = 0; tries < 40 && states.at(-1) !== "failed"; tries += 1) {
    socket().onclose({ code: 1006, reason: "" });
    await world.clock.pass(2000);
  }
  assert.equal(states.at(-1), "failed");
  assert.ok(world.clock.now >= 45_000 && world.clock.now < 50_000, `${world.clock.now}`);
  assert.equal(world.clock.timers, 0);
});
