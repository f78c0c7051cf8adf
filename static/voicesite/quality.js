// @ts-check
/** How good a connection is, with a reason for people. Pure. No DOM. */

/**
 * @typedef {object} Figures what is not known is null
 * @property {"webrtc" | "websocket"} transport
 * @property {number | null} roundTripMs
 * @property {number | null} lossUp share of the caller's packets that were lost lately, 0..1
 * @property {number | null} lossDown the same of the agent's voice
 * @property {number | null} jitterMs how unevenly the agent's voice arrives
 * @property {number | null} queuedMs the caller's audio that waits to be sent
 * @property {boolean} relayed whether a TURN server is between
 */
/** @typedef {{level: "good" | "fair" | "poor", reason: string, figures: Figures}} Quality `reason` is empty where it is good */
/** @typedef {{received: number, lost: number}} Counts of the agent's packets so far */

/**
 * From which figure on a connection is fair, and poor. Round trip: half of it is one way, for which ITU-T G.114 names 150 and
 * 400 ms. Loss: Opus conceals about 2 % unheard. Higher tells callers later, lower worries them without need.
 * @type {{name: "roundTripMs" | "lossUp" | "lossDown" | "jitterMs" | "queuedMs", fair: number, poor: number, words: (value: number) => string}[]}
 */
const LIMITS = [
  { name: "lossUp", fair: 0.02, poor: 0.08, words: (share) => `${percent(share)} of what you say is lost on the way.` },
  { name: "queuedMs", fair: 700, poor: 2500, words: (ms) => `What you say is ${seconds(ms)} late: the network is too slow.` },
  { name: "lossDown", fair: 0.02, poor: 0.08, words: (share) => `${percent(share)} of the agent's voice is lost on the way.` },
  { name: "roundTripMs", fair: 300, poor: 800, words: (ms) => `Sound needs ${seconds(ms)} to the server and back.` },
  { name: "jitterMs", fair: 40, poor: 100, words: (ms) => `Sound arrives unevenly, by ${Math.round(ms)} ms.` },
];

/**
 * @param {Figures} figures
 * @returns {Quality}
 */
export function judge(figures) {
  /** @type {Quality} */
  const found = { level: "good", reason: "", figures };
  for (const { name, fair, poor, words } of LIMITS) {
    const value = figures[name] ?? 0;
    const level = value >= poor ? "poor" : value >= fair ? "fair" : "good";
    if (level === "poor" ? found.level !== "poor" : level === "fair" && found.level === "good") {
      Object.assign(found, { level, reason: words(value) });
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
  const remote = ofKind("remote-inbound-rtp");
  const pair = entries.find((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded");
  const local = entries.find((one) => one.type === "local-candidate" && one.id === pair?.localCandidateId);
  const counts = { received: inbound?.packetsReceived ?? 0, lost: inbound?.packetsLost ?? 0 };
  return {
    counts,
    figures: {
      transport: "webrtc",
      roundTripMs: inMs(pair?.currentRoundTripTime ?? remote?.roundTripTime),
      lossUp: remote?.fractionLost ?? null,
      lossDown: inbound ? share(counts, before) : null,
      jitterMs: inMs(inbound?.jitter),
      queuedMs: null,
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
  return { transport: "websocket", roundTripMs, lossUp: null, lossDown: null, jitterMs: null, queuedMs, relayed: false };
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

/** @param {number | undefined} seconds_ */
function inMs(seconds_) {
  return seconds_ === undefined ? null : 1000 * seconds_;
}

/** @param {number} value */
function percent(value) {
  return `${Math.round(100 * value)} %`;
}

/** @param {number} ms */
function seconds(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
