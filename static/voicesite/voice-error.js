// @ts-check
/** Why a call could not be made, or ended before it was meant to. No DOM. */

import { mediaProblem, startProblem } from "./problem-codes.js";

/** @typedef {{code: string, message?: string, retryAfterS?: number, callId?: string}} Problem */

/** Codes after which the same call may succeed a little later. */
const RETRYABLE = new Set(["busy", "server-gone", "server-stopped", "connection-lost", "no-media", "too_many_calls", "too_many_offers"]);

/** @type {Record<string, string>} */
const MESSAGES = {
  aborted: "The call was aborted.",
  permission: "The browser does not allow the microphone.",
  "no-microphone": "No microphone was found.",
  "microphone-busy": "The microphone could not be opened: another program may be using it.",
  insecure: "Browsers allow the microphone only over HTTPS.",
  unsupported: "This browser can send no sound.",
  "server-gone": "The server does not answer.",
  "signed-out": "The ticket, token or session does not count, or no longer.",
  "not-allowed": "The server takes no calls from this page's origin.",
  "not-found": "The server has no such address: is the ticket or the server's address right?",
  "no-media": "Sound cannot get through to the server.",
  "connection-lost": "The connection was lost for too long.",
  "server-stopped": "The server was stopped.",
  "staff-ended": "Staff of the server ended the call.",
  "relay-settings": "The browser rejects the server's STUN or TURN addresses.",
  ticket: "No ticket could be had for the call.",
  "no-loudspeaker": "That loudspeaker was not found.",
  "ended-meanwhile": "The call ended before the page came back to it.",
  "in-another-tab": "The call is going on in another tab.",
};

export class VoiceError extends Error {
  /** @param {Problem} problem */
  constructor({ code, message = "", retryAfterS = 0, callId = "" }) {
    super(message || MESSAGES[code] || `The call failed (${code}).`);
    this.name = "VoiceError";
    /** What went wrong, for programs: docs/embedding.md lists the codes. */
    this.code = code;
    /** When to try again, in seconds; 0 where the server does not say. */
    this.retryAfterS = retryAfterS;
    /** Whether the same call may succeed later. */
    this.retryable = RETRYABLE.has(code);
    /** The call that it ended; empty where there was none yet. */
    this.callId = callId;
  }
}

/**
 * @param {unknown} error
 * @returns {VoiceError}
 */
export function asVoiceError(error) {
  if (error instanceof VoiceError) {
    return error;
  }
  const { name = "" } = /** @type {Partial<Error>} */ (error ?? {});
  const known = /^(NotAllowed|Security|NotFound|Overconstrained|NotReadable)Error$/.test(name);
  return new VoiceError(known ? { code: mediaProblem(error) } : startProblem(error));
}
