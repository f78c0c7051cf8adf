// @ts-check
/** Why a server did not let a call's socket in. No DOM. */

import { CLOSE } from "./signaling.js";

const CODES = new Map([
  [CLOSE.signedOut, "signed-out"],
  [CLOSE.notAllowed, "not-allowed"],
  [CLOSE.busy, "busy"],
]);

/**
 * @param {{code: number, reason: string}} closed
 * @returns {{code: string, message: string, retryAfterS: number}} a code for `problemOf`, and more of it
 */
export function refusalOf({ code, reason }) {
  const retryAfterS = Number.parseInt(/\d+/.exec(reason)?.[0] ?? "0", 10);
  return { code: CODES.get(code) ?? "other", message: reason, retryAfterS };
}
