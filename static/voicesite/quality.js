// @ts-check
/** How good a connection is, with a reason for people. Pure. No DOM. */

import { inDigits, words } from "./messages.js";

/**
 * @typedef {object} Figures what is not known is null
 * @property {"webrtc" | "websocket"} transport
 * @property {number | null} roundTripMs
 * @property {number | null} lossUp share of the caller's packets that were lost lately, 0..1
 * @property {number | null} lossDown the same of the agent's voice
 * @property {number | null} jitterMs how unevenly the agent's voice arrives
 * @property {number | null} queuedMs the caller's audio that waits to be sent
 * @property {number | null} sentKbps the caller's sound lately, in kbit/s, headers left out
 * @property {number | null} receivedKbps the same of the agent's voice
 * @property {boolean} relayed whether a TURN server is between
 */
/** @typedef {{level: "good" | "fair" | "poor", reason: string, figures: Figures}} Quality `reason` is empty where it is good */
/**
 * @typedef {object} Counts so far
 * @property {number} received the agent's packets
 * @property {number} lost
 * @property {number} [sentBytes]
 * @property {number} [receivedBytes]
 * @property {number} [atMs] when the browser counted them
 */

/**
 * From which figure on a connection is fair, and poor. Round trip: half of it is one way, for which ITU-T G.114 names 150 and
 * 400 ms. Loss: Opus conceals about 2 % unheard. Higher tells callers later, lower worries them without need.
 * @type {{name: "roundTripMs" | "lossUp" | "lossDown" | "jitterMs" | "queuedMs", fair: number, poor: number, tell: (value: number) => string}[]}
 */
const LIMITS = [
  { name: "lossUp", fair: 0.02, poor: 0.08, tell: (share) => words("lossUp", { share: percent(share) }) },
  { name: "queuedMs", fair: 700, poor: 2500, tell: (ms) => words("queued", { time: seconds(ms) }) },
  { name: "lossDown", fair: 0.02, poor: 0.08, tell: (share) => words("lossDown", { share: percent(share) }) },
  { name: "roundTripMs", fair: 300, poor: 800, tell: (ms) => words("roundTrip", { time: seconds(ms) }) },
  { name: "jitterMs", fair: 40, poor: 100, tell: (ms) => words("jitter", { time: `${inDigits(ms)} ms` }) },
];

/**
 * @param {Figures} figures
 * @returns {Quality}
 */
export function judge(figures) {
  /** @type {Quality} */
  const found = { level: "good", reason: "", figures };
  for (const { name, fair, poor, tell } of LIMITS) {
    const value = figures[name] ?? 0;
    const level = value >= poor ? "poor" : value >= fair ? "fair" : "good";
    if (level === "poor" ? found.level !== "poor" : level === "fair" && found.level === "good") {
      Object.assign(found, { level, reason: tell(value) });
    }
  }
  return found;
}

/**
 * @param {Iterable<any>} report the entries of an RTCStatsReport (W3C webrtc-stats)
 * @param {Counts} before
 * @returns {{figures: Figures, counts: Counts}}
 */
export function figuresOf(report, before) {
  const entries = [...report];
  const ofKind = (/** @type {string} */ type) => entries.find((one) => one.type === type && one.kind !== "video");
  const inbound = ofKind("inbound-rtp");
  const outbound = ofKind("outbound-rtp");
  const remote = ofKind("remote-inbound-rtp");
  const pair = entries.find((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded");
  const local = entries.find((one) => one.type === "local-candidate" && one.id === pair?.localCandidateId);
  const counts = {
    received: inbound?.packetsReceived ?? 0,
    lost: inbound?.packetsLost ?? 0,
    sentBytes: outbound?.bytesSent,
    receivedBytes: inbound?.bytesReceived,
    atMs: (outbound ?? inbound)?.timestamp,
  };
  const kbps = (/** @type {"sentBytes" | "receivedBytes"} */ name) => rate(counts[name], before[name], (counts.atMs ?? 0) - (before.atMs ?? 0));
  return {
    counts,
    figures: {
      transport: "webrtc",
      roundTripMs: inMs(pair?.currentRoundTripTime ?? remote?.roundTripTime),
      lossUp: remote?.fractionLost ?? null,
      lossDown: inbound ? share(counts, before) : null,
      jitterMs: inMs(inbound?.jitter),
      queuedMs: null,
      sentKbps: kbps("sentBytes"),
      receivedKbps: kbps("receivedBytes"),
      relayed: local?.candidateType === "relay",
    },
  };
}

/**
 * @param {number} queuedMs
 * @param {number | null} [roundTripMs] null before the first answer
 * @returns {Figures}
 */
export function socketFigures(queuedMs, roundTripMs = null) {
  const unknown = { roundTripMs, lossUp: null, lossDown: null, jitterMs: null, sentKbps: null, receivedKbps: null };
  return { transport: "websocket", ...unknown, queuedMs, relayed: false };
}

/**
 * @param {Counts} now
 * @param {Counts} before
 * @returns {number} the share that was lost in between; 0 where hardly anything came
 */
function share(now, before) {
  const lost = Math.max(0, now.lost - before.lost);
  const all = lost + Math.max(0, now.received - before.received);
  return all >= 10 ? lost / all : 0;
}

/**
 * @param {number | undefined} now bytes so far; undefined where the browser does not count them
 * @param {number | undefined} before
 * @param {number} ms in between
 * @returns {number | null} kbit/s
 */
function rate(now, before, ms) {
  return now === undefined || before === undefined || ms <= 0 ? null : Math.max(0, (8 * (now - before)) / ms);
}

/** @param {number | undefined} seconds_ */
function inMs(seconds_) {
  return seconds_ === undefined ? null : 1000 * seconds_;
}

/** @param {number} value */
function percent(value) {
  return `${inDigits(100 * value)} %`;
}

/** @param {number} ms */
function seconds(ms) {
  return ms < 1000 ? `${inDigits(ms)} ms` : `${inDigits(ms / 1000, 1)} s`;
}
