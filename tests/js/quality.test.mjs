import assert from "node:assert/strict";
import test from "node:test";

import { figuresOf, judge, socketFigures } from "../../static/voicesite/quality.js";

const FINE = { transport: "webrtc", roundTripMs: 40, lossUp: 0, lossDown: 0, jitterMs: 5, queuedMs: null, relayed: false };

for (const [change, level, reason] of [
  [{}, "good", ""],
  [{ roundTripMs: null, lossUp: null, lossDown: null, jitterMs: null }, "good", ""],
  [{ lossUp: 0.05 }, "fair", "5 % of what you say is lost on the way."],
  [{ lossUp: 0.2 }, "poor", "20 % of what you say is lost on the way."],
  [{ lossDown: 0.1 }, "poor", "10 % of the agent's voice is lost on the way."],
  [{ roundTripMs: 450 }, "fair", "Sound needs 450 ms to the server and back."],
  [{ roundTripMs: 1200 }, "poor", "Sound needs 1.2 s to the server and back."],
  [{ jitterMs: 60 }, "fair", "Sound arrives unevenly, by 60 ms."],
  [{ lossUp: 0.03, roundTripMs: 900 }, "poor", "Sound needs 900 ms to the server and back."],
  [{ lossUp: 0.03, jitterMs: 60 }, "fair", "3 % of what you say is lost on the way."],
]) {
  test(`${JSON.stringify(change)} is ${level}`, () => {
    const found = judge({ ...FINE, ...change });
    assert.deepEqual([found.level, found.reason], [level, reason]);
  });
}

test("what waits to be sent tells of a slow socket", () => {
  assert.equal(judge(socketFigures(300)).level, "good");
  assert.match(judge(socketFigures(3000)).reason, /^What you say is 3\.0 s late/);
});

const REPORT = [
  { type: "inbound-rtp", kind: "video", packetsLost: 900, packetsReceived: 1, jitter: 9 },
  { type: "inbound-rtp", kind: "audio", packetsLost: 12, packetsReceived: 188, jitter: 0.012 },
  { type: "remote-inbound-rtp", kind: "audio", fractionLost: 0.25, roundTripTime: 0.5 },
  { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.06, localCandidateId: "L2" },
  { type: "candidate-pair", nominated: false, state: "succeeded", currentRoundTripTime: 3, localCandidateId: "L1" },
  { type: "local-candidate", id: "L1", candidateType: "host" },
  { type: "local-candidate", id: "L2", candidateType: "relay" },
];

test("a browser's report is read, as of the time since the last one", () => {
  const { figures, counts } = figuresOf(REPORT, { received: 100, lost: 2 });
  assert.deepEqual([counts.received, counts.lost], [188, 12]);
  assert.equal(figures.roundTripMs, 60);
  assert.equal(figures.jitterMs, 12);
  assert.equal(figures.lossUp, 0.25);
  assert.ok(Math.abs(figures.lossDown - 10 / 98) < 1e-9);
  assert.equal(figures.relayed, true);
});

test("bitrates are of the time in between, and unknown at first", () => {
  const at = (timestamp, bytesSent, bytesReceived) => [
    { type: "outbound-rtp", kind: "audio", timestamp, bytesSent },
    { type: "inbound-rtp", kind: "audio", timestamp, bytesReceived },
  ];
  const first = figuresOf(at(1000, 5000, 0), { received: 0, lost: 0 });
  assert.deepEqual([first.figures.sentKbps, first.figures.receivedKbps], [null, null]);
  const { figures } = figuresOf(at(3000, 13000, 6000), first.counts);
  assert.deepEqual([figures.sentKbps, figures.receivedKbps], [32, 24]);
});

test("a report without sound yet tells nothing bad", () => {
  assert.equal(judge(figuresOf([], { received: 0, lost: 0 }).figures).level, "good");
});

test("a socket's round trip counts, once it is known", () => {
  assert.equal(socketFigures(0).roundTripMs, null);
  assert.equal(judge(socketFigures(0, 900)).level, "poor");
});
