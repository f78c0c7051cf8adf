// @ts-check
/** The ways to the server that a connection check tries: each alone, with a short call of which nothing is kept. No DOM. */

import { judge } from "../voicesite/quality.js";
import { failed, passed } from "./check-run.js";

/** @typedef {import("../voicesite/call-client.js").CallClient} CallClient */
/** @typedef {import("../voicesite/call-client.js").CallOptions} CallOptions */
/** @typedef {import("../voicesite/quality.js").Figures} Measured */
/** @typedef {import("./check-run.js").Finding} Finding */
/** @typedef {Pick<CallOptions, "transport" | "relayOnly"> & {iceServers: RTCIceServer[]}} Way */
/** @typedef {(way: Way) => CallClient} NewCall */

/** How often a way is measured, every second. */
export const SAMPLES = 5;
/** How many figures may come over a WebSocket, one a second, before the server has acknowledged any sound. */
const UNANSWERED = 15;
/** How long the server may take to say that a check is over. */
const BYE_MS = 3000;

const RELAYS = ["relay-udp", "relay-tcp", "relay-tls"];
const SCHEME = /^turns?:/i;

/**
 * @param {RTCIceServer[]} servers STUN and TURN servers of this installation
 * @returns {Record<string, Way | null>} by the step's name, in the order they are tried; null: there is no such relay
 */
export function waysOf(servers) {
  const listed = servers.flatMap(({ urls, ...rest }) => [urls].flat().map((url) => ({ ...rest, urls: url })));
  const direct = listed.filter(({ urls }) => !SCHEME.test(urls));
  const relays = RELAYS.map((name) => [name, listed.filter(({ urls }) => SCHEME.test(urls) && kindOf(urls) === name)]);
  return {
    udp: { transport: "webrtc", iceServers: direct },
    ...Object.fromEntries(
      relays.map(([name, found]) => [name, found.length ? { transport: "webrtc", relayOnly: true, iceServers: found } : null]),
    ),
    socket: { transport: "websocket", iceServers: [] },
  };
}

/** @param {string} url of a TURN server (RFC 7065) @returns {string} */
function kindOf(url) {
  if (/^turns:/i.test(url)) {
    return /transport=udp/i.test(url) ? "relay-udp" : "relay-tls";
  }
  return /transport=tcp/i.test(url) ? "relay-tcp" : "relay-udp";
}

/**
 * Tries one way: connects, and measures it for 5 s from when sound goes over it.
 * @param {Way} way
 * @param {object} options
 * @param {NewCall} options.newCall
 * @param {MediaStream} options.stream which is sent; the call stops it
 * @param {AbortSignal} options.signal
 * @returns {Promise<Finding>}
 */
export function tryWay(way, { newCall, stream, signal }) {
  const began = performance.now();
  /** @type {Measured[]} */
  const samples = [];
  let connectMs = 0;
  let unanswered = 0;
  return duringCall(way, { newCall, stream, signal }, (on, finish) => {
    on("state", ({ state }) => {
      if (state === "active") {
        connectMs ||= performance.now() - began;
      } else if (state === "reconnecting" && connectMs) {
        finish(failed("lost"));
      }
    });
    on("quality", ({ figures }) => {
      if (nothingHeard(figures)) {
        unanswered += 1;
        return unanswered === UNANSWERED && finish(failed("no-way"));
      }
      samples.push(figures);
      if (samples.length === SAMPLES) {
        finish(judged(samples, connectMs));
      }
    });
  });
}

/**
 * Whether nothing is known yet: over a WebSocket only the server's acknowledgements show that sound arrives.
 * @param {Measured} figures
 */
function nothingHeard({ transport, roundTripMs }) {
  return transport === "websocket" && roundTripMs === null;
}

/**
 * Makes a call of which nothing is kept, until `listen` has found something, or it fails.
 * @param {Way} way
 * @param {{newCall: NewCall, stream: MediaStream, signal: AbortSignal}} options
 * @param {(on: (name: string, take: (detail: any) => void) => void, finish: (finding: Finding) => void) => void} listen
 * @returns {Promise<Finding>}
 */
export async function duringCall(way, { newCall, stream, signal }, listen) {
  const call = newCall(way);
  const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ take) =>
    call.addEventListener(name, (event) => take(/** @type {CustomEvent} */ (event).detail));
  const over = new Promise((resolve) => ["ended", "problem"].forEach((name) => on(name, resolve)));
  try {
    return await new Promise((resolve) => {
      signal.addEventListener("abort", () => call.leave(), { once: true });
      on("problem", ({ code }) => resolve(failed(reasonOf(code, call, way))));
      on("ended", () => resolve(failed("lost")));
      listen(on, resolve);
      call.open();
      call.start(stream).catch((error) => resolve(failed(startReason(error))));
    });
  } finally {
    call.hangUp();
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, BYE_MS))]);
    call.leave();
  }
}

/** @type {Record<string, string>} */
const REASONS = {
  "server-gone": "server-gone",
  "not-found": "server-gone",
  "connection-lost": "lost",
  "server-stopped": "lost",
  "signed-out": "signed-out",
  "not-allowed": "signed-out",
  agent_not_ready: "recogniser",
  unknown_agent: "recogniser",
};

/**
 * @param {string} code of a problem
 * @param {CallClient} call
 * @param {Way} way
 */
function reasonOf(code, call, way) {
  if (code !== "no-media") {
    return REASONS[code] ?? (/^(busy|too_many_)/.test(code) ? "refused" : "other");
  }
  if (call.found.relayRefused) {
    return "relay-refused";
  }
  return way.relayOnly && !call.found.candidates ? "relay-silent" : "no-way";
}

/** @param {any} error what starting the call threw */
function startReason(error) {
  return /^(InvalidAccess|Syntax)Error$/.test(error?.name) ? "relay-settings" : "other";
}

/**
 * @param {Measured[]} samples
 * @param {number} connectMs
 * @returns {Finding}
 */
export function judged(samples, connectMs) {
  const mean = (/** @type {keyof Measured} */ name) => meanOf(samples.map((one) => /** @type {number | null} */ (one[name])));
  const found = {
    roundTripMs: mean("roundTripMs"),
    lossUp: mean("lossUp"),
    lossDown: mean("lossDown"),
    jitterMs: mean("jitterMs"),
  };
  const { level } = judge({ ...samples[0], ...found, queuedMs: mean("queuedMs") });
  const known = Object.entries({ connectMs, ...found }).filter(([, value]) => value !== null);
  const figures = /** @type {Record<string, number>} */ (Object.fromEntries(known));
  return level === "poor" ? failed("poor", figures) : passed(level === "fair" ? "fair" : "ok", figures);
}

/**
 * @param {(number | null)[]} values
 * @returns {number | null} null where none is known
 */
function meanOf(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
