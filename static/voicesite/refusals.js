// @ts-check
/** Maps close codes of the signaling socket to problem codes. No DOM. */

import { CLOSE } from "./signaling.js";

const CODES = new Map([
  [CLOSE.signedOut, "signed-out"],
  [CLOSE.notAllowed, "not-allowed"],
  [CLOSE.notFound, "not-found"],
  [CLOSE.busy, "busy"],
]);

/**
 * @param {{code: number, reason: string}} closed
 * @returns {{code: string, message: string, retryAfterS: number}} the arguments of `problemOf`
 */
export function refusalOf({ code, reason }) {
  const retryAfterS = Number.parseInt(/\d+/.exec(reason)?.[0] ?? "0", 10);
  return { code: CODES.get(code) ?? "other", message: reason, retryAfterS };
}
