import assert from "node:assert/strict";
import test from "node:test";

import { answerBars } from "../../static/js/answer-stages.js";
import { CallRecord } from "../../static/js/call-record.js";
import { candidatesOf } from "../../static/js/candidates.js";
import { CHARTS, pathOf, scaleOf, told, valuesOf } from "../../static/js/connection-figures.js";
import { bareSdp, browserName, reportOf } from "../../static/js/connection-report.js";

const SDP = [
  "v=0",
  "o=alice 4611732 2 IN IP4 198.51.100.7",
  "s=What is the weather?",
  "c=IN IP6 2001:db8::17",
  "a=group:BUNDLE 0 1",
  "a=msid-semantic: WMS Kitchen",
  "m=audio 50123 UDP/TLS/RTP/SAVPF 111",
  "a=rtcp:50124 IN IP4 198.51.100.7",
  "a=candidate:842163049 1 udp 1677729535 198.51.100.7 50123 typ srflx raddr 192.168.7.9 rport 50123 generation 0 ufrag sEcR",
  "a=candidate:1 1 UDP 2122260223 0b7c1f2e-77aa.local 50125 typ host",
  "a=candidate:2 1 tcp 1518280447 fd00::9 9 typ host tcptype active",
  "a=ice-ufrag:sEcR",
  "a=ice-pwd:pAsSwOrD0123456789abcdef",
  "a=ice-options:trickle",
  "a=fingerprint:sha-256 AA:BB:CC:DD:EE:FF:00:11",
  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
  "a=identity:eyJpZHAi",
  "a=setup:actpass",
  "a=mid:0",
  "a=sendrecv",
  "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=ssrc:3735928559 cname:alice@shop",
  "a=msid:Kitchen 77aa",
  "a=of-tomorrow:ticket-tomorrow",
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
  "a=sctp-port:5000",
].join("\r\n");

const STATS = [
  { type: "transport", selectedCandidatePairId: "P2" },
  { type: "candidate-pair", id: "P1", localCandidateId: "L1", remoteCandidateId: "R1", nominated: true, state: "succeeded" },
  { type: "candidate-pair", id: "P2", localCandidateId: "L2", remoteCandidateId: "R1" },
  { type: "local-candidate", id: "L1", candidateType: "host", protocol: "udp", address: "192.168.7.9", port: 50123, usernameFragment: "sEcR" },
  { type: "local-candidate", id: "L2", candidateType: "relay", protocol: "udp", relayProtocol: "tls", address: "203.0.113.5", port: 61000, url: "turn:relay.example.com?transport=tcp" },
  { type: "local-candidate", id: "L3", candidateType: "host", protocol: "udp", address: "0b7c1f2e-77aa.local", port: 50125 },
  { type: "remote-candidate", id: "R1", candidateType: "host", protocol: "udp", address: "2001:db8::17", port: 40000, usernameFragment: "sRvR" },
];

const FIGURES = { transport: "webrtc", roundTripMs: 40, lossUp: 0.02, lossDown: null, jitterMs: 4.25, queuedMs: null, sentKbps: 32, receivedKbps: 24, relayed: true };
const TIMES = { turn: 2, speechEndMs: 1000, endpointMs: 1400, finalMs: 1300, firstTokenMs: 1600, firstAudioMs: 1900 };

const newRecord = () => {
  const call = new EventTarget();
  call.callId = "Ab12-cd_34";
  call.stats = async () => new Map();
  let nowMs = 5000;
  const record = new CallRecord(call, () => nowMs);
  const emit = (name, detail) => call.dispatchEvent(new CustomEvent(name, { detail }));
  return { call, record, emit, pass: (ms) => { nowMs += ms; } };
};

/** Returns the report of a call whose every message tries to bring something secret in. */
const leakyReport = () => {
  const { record, emit, pass } = newRecord();
  emit("state", { state: "connecting", words: "Calling 198.51.100.7…" });
  emit("description", { kind: "offer", sdp: SDP });
  emit("description", { kind: "answer", sdp: SDP });
  emit("path", "webrtc");
  pass(12_000);
  emit("state", { state: "active", words: "Connected." });
  emit("state", { state: "active", words: "Connected again." });
  emit("state", { state: "Ticket vs_abc", words: "" });
  emit("quality", { level: "fair", reason: "It is 198.51.100.7.", figures: FIGURES });
  emit("metrics", { ...TIMES, text: "What is the weather?" });
  emit("transcript", { role: "user", text: "What is the weather?", final: true });
  emit("track", {});
  emit("notes", [{ text: "Buy an umbrella." }]);
  emit("app", { token: "vs_abc" });
  const candidates = candidatesOf(STATS);
  const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36";
  return reportOf(record, { candidates, userAgent, when: new Date(0) });
};

test("a report has no address, key, ticket, token or name in it, and nothing that was said", () => {
  const report = leakyReport();
  const secrets = [
    ...["198.51.100.7", "192.168.7.9", "203.0.113.5", "2001:db8", "fd00::9", "0b7c1f2e", ".local", "relay.example.com"],
    ...["50123", "50124", "50125", "61000", "40000"],
    ...["sEcR", "sRvR", "pAsSwOrD", "AA:BB", "d0RmdmcmVC", "eyJpZHAi", "4611732", "3735928559"],
    ...["alice", "Kitchen", "weather", "umbrella", "vs_abc", "icket", "ufrag", "ice-pwd", "fingerprint", "ookie", "of-tomorrow"],
  ];
  assert.deepEqual(secrets.filter((secret) => report.includes(secret)), []);
  assert.doesNotMatch(report, /\d+\.\d+\.\d+\.\d+/);
  assert.doesNotMatch(report, /([0-9a-f]{2}:){4}|[0-9a-f]{1,4}::|\b[0-9a-f]{16}/i);
});

test("a report says what somebody needs who looks for the fault", () => {
  const report = leakyReport();
  for (const line of [
    "Written: 1970-01-01T00:00:00.000Z",
    "Call: Ab12-cd_34",
    "Browser: Chrome 148, Linux",
    "Sound goes by: webrtc, through a TURN relay",
    "Quality: fair",
    "States: 0:00 connecting, 0:12 active, 0:12 ?",
    "  Round trip: 40 ms now, 40 ms on average, 40 ms at most",
    "  Loss (You): 2 % now, 2 % on average, 2 % at most",
    "  Chosen: relay udp over tls to host udp",
    "  Of this browser: 2 host udp, 1 relay udp over tls",
    "  turn 2: 900 ms (endpoint 400 ms, final 0 ms, token 200 ms, audio 300 ms)",
    "  m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "  a=fmtp:111 minptime=10;useinbandfec=1",
    "  a=candidate: udp srflx",
  ]) {
    assert.ok(report.split("\n").includes(line), `${line}\n${report}`);
  }
});

test("the report of a call that has hardly begun says so", () => {
  const { record, call } = newRecord();
  call.callId = "";
  const report = reportOf(record, { candidates: null, userAgent: "", when: new Date(0) });
  assert.match(report, /^Call: none yet$/m);
  assert.match(report, /^Browser: another browser, another system$/m);
  assert.match(report, /Candidates\n  none: no WebRTC/);
  assert.match(report, /Figures\n  none yet/);
});

test("of SDP only what is known to be harmless stays", () => {
  assert.deepEqual(bareSdp(SDP), [
    "a=group:BUNDLE 0 1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "a=candidate: udp srflx",
    "a=candidate: udp host",
    "a=candidate: tcp host",
    "a=ice-options:trickle",
    "a=setup:actpass",
    "a=mid:0",
    "a=sendrecv",
    "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "a=sctp-port:5000",
  ]);
  assert.deepEqual(bareSdp(""), []);
});

for (const [userAgent, name] of [
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/148.0.0.0 Safari/537.36 Edg/148.0.1.2", "Edge 148, Windows"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140, Linux"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1", "Safari 18, iPhone"],
]) {
  test(`a browser is named ${name}`, () => assert.equal(browserName(userAgent), name));
}

test("candidates come with their addresses, and the pair as browsers tell it", () => {
  const { local, remote, chosen } = candidatesOf(STATS);
  assert.deepEqual(local.map(({ address }) => address), ["192.168.7.9:50123", "203.0.113.5:61000", "0b7c1f2e-77aa.local:50125"]);
  assert.deepEqual([remote[0].address, chosen[0].id, chosen[1].id], ["[2001:db8::17]:40000", "L2", "R1"]);
  // Firefox has no entry for the transport; some browsers tell no address
  const others = [...STATS.slice(1, 3), { type: "local-candidate", id: "L1", candidateType: "host", protocol: "udp" }, STATS.at(-1)];
  const found = candidatesOf(others);
  assert.deepEqual([found.chosen[0].id, found.local[0].address], ["L1", ""]);
  assert.equal(candidatesOf([]).chosen, null);
});

test("a record keeps the newest figures, each answer once, and no greeting", () => {
  const { record, emit } = newRecord();
  let changes = 0;
  record.addEventListener("changed", () => { changes += 1; });
  for (let at = 0; at < 200; at += 1) {
    emit("quality", { level: "good", reason: "", figures: { ...FIGURES, roundTripMs: at } });
  }
  emit("metrics", { ...TIMES, turn: 1, firstTokenMs: null, firstAudioMs: null });
  emit("metrics", TIMES);
  emit("metrics", { ...TIMES, firstAudioMs: 2000 });
  assert.equal(record.samples.length, 150);
  assert.equal(record.samples.at(-1).figures.roundTripMs, 199);
  assert.deepEqual(record.answers.map(({ turn, firstAudioMs }) => [turn, firstAudioMs]), [[2, 2000]]);
  assert.equal(changes, 203);
});

test("answers are drawn on one scale, typed ones from their first stage on", () => {
  const typed = { turn: 4, speechEndMs: null, endpointMs: null, finalMs: 5000, firstTokenMs: 5450, firstAudioMs: null };
  const [spoken, other] = answerBars([TIMES, typed]);
  assert.deepEqual([spoken.totalMs, other.totalMs, other.typed], [900, null, true]);
  assert.deepEqual(other.bars, [{ stage: "token", lengthMs: 450, x: 0, width: 50 }]);
  assert.ok(Math.abs(spoken.bars.at(-1).x + spoken.bars.at(-1).width - 100) < 1e-9);
  assert.deepEqual(answerBars([]), []);
});

test("a line is broken where nothing is known, and the numbers are of what is", () => {
  assert.equal(pathOf([0, 50, null, 100], 100), "M0.00 39.00L33.33 20.00M100.00 1.00");
  assert.equal(pathOf([null], 100), "");
  assert.equal(told([null, 10, 20.04, 4.25], "ms"), "4.3 ms now, 11 ms on average, 20 ms at most");
  assert.equal(told([null], "ms"), "");
  assert.equal(scaleOf([[null, 3], [70]], 50), 70);
  assert.equal(scaleOf([[]], 50), 50);
  const loss = CHARTS.find(({ unit }) => unit === "%");
  assert.deepEqual(valuesOf([{ figures: FIGURES }], loss), [[2], [null]]);
});
