// @ts-check
/**
 * The tab's current call on our own pages, which survives a reload. No DOM.
 *
 * The call's id is useless without the caller's own session, and is not in the URL.
 */

import { KeptCall } from "../voicesite/kept-call.js";

/** @typedef {import("./agent-choice.js").Agent} Agent */
/** @typedef {{callId: string, agent: Agent, recorded: boolean, startedMs: number, muted: boolean}} SavedCall `startedMs`: wall time, 0 before the call was connected */

const kept = /** @type {KeptCall<SavedCall>} */ (new KeptCall("voicesite.call"));

/** @param {SavedCall} call */
export function saveCall(call) {
  kept.save(call);
}

/** @returns {SavedCall | null} */
export function savedCall() {
  const call = kept.read();
  return call?.agent ? call : null;
}

export function clearSavedCall() {
  kept.clear();
}

/**
 * Locks the call for this tab until it is over, or the page is closed.
 * @param {string} callId
 * @returns {Promise<boolean>} false if another tab has it
 */
export function lockCall(callId) {
  return kept.lock(callId);
}
