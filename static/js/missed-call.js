// @ts-check
/** Why a call ended before the page was back that had it. No DOM. */

import { byeProblem } from "../voicesite/problem-codes.js";

/** How long the server may take to say it. */
const ASK_MS = 2000;

/**
 * @param {string} address of the call over REST
 * @returns {Promise<string>} a code for `problemOf`
 */
export async function whyMissed(address) {
  return missedProblem(await endReason(address));
}

/**
 * @param {string} reason why the call ended before the page could resume it; empty if unknown
 * @returns {string} a code for `problemOf`
 */
export function missedProblem(reason) {
  return reason === "caller_left" ? "away-too-long" : byeProblem(reason) || "ended-meanwhile";
}

/**
 * @param {string} address
 * @returns {Promise<string>} the end reason; empty if unknown
 */
async function endReason(address) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(ASK_MS) });
    return answer.ok ? (await answer.json()).end_reason : "";
  } catch {
    return "";
  }
}
