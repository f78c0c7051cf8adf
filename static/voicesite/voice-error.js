// @ts-check
/** Why a call could not be made, or ended before it was meant to. No DOM. */

import { isEnglish, wordsOfError } from "./messages.js";
import { mediaProblem, startProblem } from "./problem-codes.js";

/** @typedef {{code: string, message?: string, retryAfterS?: number, callId?: string}} Problem */

/** Codes after which the same call may succeed a little later. */
const RETRYABLE = new Set(["busy", "server-gone", "server-stopped", "connection-lost", "no-media", "too_many_calls", "too_many_offers"]);

export class VoiceError extends Error {
  /** @param {Problem} problem */
  constructor({ code, message = "", retryAfterS = 0, callId = "" }) {
    // what a server says is English
    super((isEnglish() && message) || wordsOfError(code));
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
