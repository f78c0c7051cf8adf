import assert from "node:assert/strict";
import test from "node:test";

import { explained, measured } from "../../static/js/check-words.js";
import { failed, passed, runSteps } from "../../static/js/check-run.js";
import { playTone } from "../../static/js/check-sound.js";
import { judged, SAMPLES, tryWay, waysOf } from "../../static/js/check-ways.js";

const clock = () => {
  let at = 0;
  return () => (at += 10);
};

test("steps run one after another; a fault in one is its failure", async () => {
  const told = [];
  const results = await runSteps(
    [
      { name: "one", run: async () => passed("ok", { roundTripMs: 12.34567 }) },
      { name: "two", run: async () => { throw new Error("private words"); } },
      { name: "three", run: async () => failed("silent") },
    ],
    {
      signal: new AbortController().signal,
      onStart: (name) => told.push(name),
      onEnd: ({ step, result }) => told.push(`${step} ${result}`),
      now: clock(),
    },
  );
  assert.deepEqual(told, ["one", "one pass", "two", "two fail", "three", "three fail"]);
  assert.deepEqual(results[0], { step: "one", result: "pass", reason: "ok", figures: { roundTripMs: 12.346 }, tookMs: 10 });
  assert.deepEqual(results[1], { step: "two", result: "fail", reason: "other", figures: {}, tookMs: 10 });
});

test("a check that is stopped skips the step that runs, and those after it", async () => {
  const controller = new AbortController();
  const begun = [];
  const results = await runSteps(
    [
      { name: "one", run: () => new Promise(() => controller.abort()) },
      { name: "two", run: async () => begun.push("two") },
    ],
    { signal: controller.signal },
  );
  assert.deepEqual(begun, []);
  assert.deepEqual(results.map(({ result, reason }) => `${result} ${reason}`), ["skipped cancelled", "skipped cancelled"]);
});

test("each kind of relay is a way of its own, and the direct way has none", () => {
  const credentials = { username: "a", credential: "b" };
  const ways = waysOf([
    { urls: ["stun:stun.example.com:3478"] },
    { urls: ["turn:t.example.com", "turn:t.example.com?transport=tcp", "turns:t.example.com:5349"], ...credentials },
  ]);
  const urls = (way) => way.iceServers.map((one) => one.urls);
  assert.deepEqual(urls(ways.udp), ["stun:stun.example.com:3478"]);
  assert.equal(ways.udp.relayOnly, undefined);
  assert.deepEqual(urls(ways["relay-udp"]), ["turn:t.example.com"]);
  assert.deepEqual(urls(ways["relay-tcp"]), ["turn:t.example.com?transport=tcp"]);
  assert.deepEqual(urls(ways["relay-tls"]), ["turns:t.example.com:5349"]);
  assert.deepEqual(ways["relay-tls"].iceServers[0].credential, "b");
  assert.equal(ways["relay-tls"].relayOnly, true);
  assert.equal(waysOf([])["relay-udp"], null);
  assert.equal(waysOf([]).socket.transport, "websocket");
});

class FakeCall extends EventTarget {
  found = { candidates: 1, relayRefused: false };
  said = [];

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  open() {}

  async start() {
    this.said.push("start");
  }

  hangUp() {
    this.said.push("bye");
    this.tell("ended", {});
  }

  leave() {
    this.said.push("leave");
  }
}

const FIGURES = { transport: "webrtc", roundTripMs: 20, lossUp: 0, lossDown: 0, jitterMs: 3, queuedMs: null, relayed: false };

function tried(way = { transport: "webrtc", iceServers: [] }) {
  const call = new FakeCall();
  const controller = new AbortController();
  const given = [];
  const newCall = (options) => (given.push(options), call);
  return { call, controller, given, finding: tryWay(way, { newCall, stream: {}, signal: controller.signal }) };
}

test("a way that connects is measured five times, and left", async () => {
  const { call, finding, given } = tried();
  call.tell("state", { state: "active", words: "" });
  for (let at = 0; at < SAMPLES; at += 1) {
    call.tell("quality", { figures: { ...FIGURES, roundTripMs: 10 * at } });
  }
  const { result, reason, figures } = await finding;
  assert.deepEqual([result, reason, figures.roundTripMs], ["pass", "ok", 20]);
  assert.ok(figures.connectMs >= 0);
  assert.equal(given[0].transport, "webrtc");
  assert.deepEqual(call.said, ["start", "bye", "leave"]);
});

const overSocket = (roundTripMs) => ({ figures: { ...FIGURES, transport: "websocket", roundTripMs } });

test("over a WebSocket, measuring waits for the first sound that the server acknowledges", async () => {
  const { call, finding } = tried({ transport: "websocket", iceServers: [] });
  call.tell("state", { state: "active", words: "" });
  [...Array(SAMPLES).fill(null), 10, 20, 30, 40, 50].forEach((ms) => call.tell("quality", overSocket(ms)));
  const { result, figures } = await finding;
  assert.deepEqual([result, figures.roundTripMs], ["pass", 30]);
});

test("a WebSocket that opens, and over which no sound arrives, does not pass", async () => {
  const { call, finding } = tried({ transport: "websocket", iceServers: [] });
  call.tell("state", { state: "active", words: "" });
  Array(15)
    .fill(null)
    .forEach((ms) => call.tell("quality", overSocket(ms)));
  assert.deepEqual(await finding, { result: "fail", reason: "no-way", figures: {} });
});

for (const [code, found, way, reason] of [
  ["no-media", {}, {}, "no-way"],
  ["no-media", { relayRefused: true }, { relayOnly: true }, "relay-refused"],
  ["no-media", { candidates: 0 }, { relayOnly: true }, "relay-silent"],
  ["no-media", { candidates: 2 }, { relayOnly: true }, "no-way"],
  ["server-gone", {}, {}, "server-gone"],
  ["signed-out", {}, {}, "signed-out"],
  ["too_many_calls", {}, {}, "refused"],
  ["busy", {}, {}, "refused"],
  ["agent_not_ready", {}, {}, "recogniser"],
  ["what is this", {}, {}, "other"],
]) {
  test(`${code} with ${JSON.stringify({ ...found, ...way })} is told as ${reason}`, async () => {
    const { call, finding } = tried({ transport: "webrtc", iceServers: [], ...way });
    Object.assign(call.found, found);
    call.tell("problem", { code });
    assert.deepEqual(await finding, { result: "fail", reason, figures: {} });
  });
}

test("a connection that is lost again fails; one that is stopped is left", async () => {
  const lost = tried();
  lost.call.tell("state", { state: "active" });
  lost.call.tell("state", { state: "reconnecting" });
  assert.equal((await lost.finding).reason, "lost");
  const stopped = tried();
  stopped.controller.abort();
  assert.ok(stopped.call.said.includes("leave"));
});

test("losses and delays decide, and what is unknown is left out", () => {
  const all = (change) => judged(Array(SAMPLES).fill({ ...FIGURES, ...change }), 100);
  assert.equal(all({}).result, "pass");
  assert.equal(all({ lossUp: 0.05 }).reason, "fair");
  assert.deepEqual([all({ roundTripMs: 1500 }).result, all({ roundTripMs: 1500 }).reason], ["fail", "poor"]);
  const unknown = all({ roundTripMs: null, lossUp: null, lossDown: null, jitterMs: null });
  assert.deepEqual(unknown.figures, { connectMs: 100 });
});

test("every reason has words, of the step where it has some", () => {
  assert.notEqual(explained("udp", "no-way"), explained("socket", "no-way"));
  assert.equal(explained("udp", "unheard of"), explained("udp", "other"));
  assert.equal(measured({ echoDb: -6.2 }), "Tone in the microphone: 0\u00a0dB above the noise");
  assert.equal(measured({ roundTripMs: 20.4, lossUp: 0.015, lossDown: 0 }), "round trip 20\u00a0ms, 1.5\u00a0% lost to the server, 0\u00a0% lost from the server");
});

test("a browser that has nothing to play on holds no check up", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  class Node {
    gain = { setTargetAtTime: () => {} };
    connect = (next) => next;
    start() {}
    stop() {}
  }
  const AudioContext = class {
    resume = () => new Promise(() => {});
    close = async () => {};
  };
  Object.assign(globalThis, { AudioContext, GainNode: Node, OscillatorNode: Node });
  const playing = playTone(null);
  t.mock.timers.tick(1000);
  await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(1200);
  assert.equal(await playing, null);
});
