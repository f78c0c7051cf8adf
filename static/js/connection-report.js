// @ts-check
/**
 * A call's connection as text that can be given to others. It is made only of what is named here, so that no address, key,
 * ticket, token or cookie and nothing that was said can be in it. It is in English, whatever the page is in. No DOM.
 */

import { answerBars } from "./answer-stages.js";
import { clock } from "./clock.js";
import { chartsIn, told, valuesOf } from "./connection-figures.js";

/** @typedef {import("./candidates.js").Candidate} Candidate */
/** @typedef {import("./call-record.js").CallRecord} CallRecord */

/** Attributes of SDP (RFC 8866 and those of WebRTC) that say how, and not where or with which key. */
const ATTRIBUTES = [
  ...["rtpmap", "fmtp", "rtcp-fb", "rtcp-mux", "rtcp-rsize", "ptime", "maxptime", "extmap", "extmap-allow-mixed", "mid", "group"],
  ...["sendrecv", "sendonly", "recvonly", "inactive", "setup", "ice-options", "ice-lite", "sctp-port", "max-message-size", "end-of-candidates"],
];
const KEPT = new RegExp(`^a=(${ATTRIBUTES.join("|")})(:|$)`);
const CANDIDATE = /^a=candidate:\S+ \d+ (udp|tcp) .* typ (host|srflx|prflx|relay)\b/i;
const BROWSERS = [/\b(Edg|OPR|Firefox|SamsungBrowser)\/(\d+)/, /(Chrome|CriOS|FxiOS)\/(\d+)/, /\b(Version)\/(\d+)/];
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "CrOS", "Linux"];

/**
 * @param {CallRecord} record
 * @param {{candidates: import("./candidates.js").Candidates | null, userAgent: string, when: Date}} around
 * @returns {string} lines of text, for people and programs
 */
export function reportOf(record, { candidates, userAgent, when }) {
  const last = record.samples.at(-1);
  return [
    "voicesite: report on a call's connection",
    `Written: ${when.toISOString()}`,
    `Call: ${/^[\w-]{1,64}$/.test(record.callId) ? record.callId : "none yet"}`,
    `Browser: ${browserName(userAgent)}`,
    `Sound goes by: ${/^(webrtc|websocket)$/.test(record.transport) ? record.transport : "nothing yet"}${last?.figures.relayed ? ", through a TURN relay" : ""}`,
    `Quality: ${last?.level ?? "not known yet"}`,
    `States: ${record.states.map(({ atMs, state }) => `${clock(atMs)} ${word(state)}`).join(", ")}`,
    ...section("Figures", figures(record)),
    ...section("Candidates", candidates ? pairs(candidates) : ["none: no WebRTC"]),
    ...section("Answers", answers(record)),
    ...section("Offer, without addresses, keys and names", bareSdp(record.offer)),
    ...section("Answer, without addresses, keys and names", bareSdp(record.answer)),
    "",
  ].join("\n");
}

/**
 * @param {string} title
 * @param {string[]} lines
 */
function section(title, lines) {
  return ["", title, ...(lines.length ? lines : ["none yet"]).map((line) => `  ${line}`)];
}

/** @param {string} text */
function english(text) {
  return text;
}

/** @param {CallRecord} record */
function figures({ samples }) {
  return chartsIn(english).flatMap((chart) =>
    valuesOf(samples, chart).flatMap((values, at) => {
      const words = told(values, chart.unit, english);
      const { label } = chart.series[at];
      return words ? [`${chart.title}${label && ` (${label})`}: ${words}`] : [];
    }),
  );
}

/** @param {import("./candidates.js").Candidates} candidates */
function pairs({ local, remote, chosen }) {
  return [
    `Chosen: ${chosen ? chosen.map(kind).join(" to ") : "none yet"}`,
    `Of this browser: ${counted(local)}`,
    `Of the server: ${counted(remote)}`,
  ];
}

/** @param {Candidate[]} candidates */
function counted(candidates) {
  const counts = new Map();
  candidates.forEach((one) => counts.set(kind(one), (counts.get(kind(one)) ?? 0) + 1));
  return [...counts].map(([name, many]) => `${many} ${name}`).join(", ") || "none";
}

/** @param {Candidate} candidate */
function kind({ type, protocol, relayProtocol }) {
  return `${word(type)} ${word(relayProtocol ? `${protocol} over ${relayProtocol}` : protocol)}`;
}

/** @param {CallRecord} record */
function answers(record) {
  return answerBars(record.answers).map(({ turn, totalMs, bars }) => {
    const stages = bars.map(({ stage, lengthMs }) => `${stage} ${lengthMs} ms`).join(", ");
    return `turn ${Number(turn)}: ${totalMs === null ? "no sound" : `${totalMs} ms`} (${stages})`;
  });
}

/**
 * @param {string} sdp
 * @returns {string[]} its lines without whatever tells addresses, keys or names
 */
export function bareSdp(sdp) {
  return sdp.split(/\r?\n/).flatMap((line) => {
    const candidate = CANDIDATE.exec(line);
    if (candidate) {
      return [`a=candidate: ${candidate[1].toLowerCase()} ${candidate[2]}`];
    }
    // a port is one of this machine's, or of its router's
    const media = /^m=(\w+) \d+ (.*)$/.exec(line);
    return media ? [`m=${media[1]} 9 ${media[2]}`] : KEPT.test(line) ? [line] : [];
  });
}

/**
 * @param {string} userAgent
 * @returns {string} such as `Chrome 148, Linux`: versions in full look like addresses
 */
export function browserName(userAgent) {
  const found = BROWSERS.map((pattern) => pattern.exec(userAgent)).find(Boolean);
  const system = SYSTEMS.find((name) => userAgent.includes(name)) ?? "another system";
  const name = found?.[1] === "Version" ? "Safari" : found?.[1] === "Edg" ? "Edge" : found?.[1];
  return `${found ? `${name} ${found[2]}` : "another browser"}, ${system}`;
}

/**
 * @param {string} text from the server or the browser
 * @returns {string} only if it is a few short words
 */
function word(text) {
  return /^[a-z]{1,12}( [a-z]{1,12}){0,2}$/.test(text) ? text : "?";
}
