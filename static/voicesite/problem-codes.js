// @ts-check
/** The codes of what can go wrong in a call. docs/embedding.md lists them. No DOM. */

/** What `getUserMedia` throws (W3C Media Capture, 10.4.2). */
/** @type {Record<string, string>} */
const MEDIA_ERRORS = {
  NotAllowedError: "permission",
  SecurityError: "permission",
  NotFoundError: "no-microphone",
  OverconstrainedError: "no-microphone",
  NotReadableError: "microphone-busy",
  AbortError: "microphone-busy",
};

/** What setting up a peer connection throws (W3C WebRTC, 4.4); a microphone is open by then. */
/** @type {Record<string, string>} */
const START_ERRORS = {
  InvalidAccessError: "relay-settings",
  SyntaxError: "relay-settings",
  NotSupportedError: "unsupported",
};

/** Reasons of `bye` that need an explanation; all others are an ordinary end. */
/** @type {Record<string, string>} */
const BYE_PROBLEMS = {
  never_connected: "no-media",
  connection_lost: "connection-lost",
  server_stopped: "server-stopped",
  signed_out: "signed-out",
  staff_ended: "staff-ended",
  internal_error: "other",
};

/**
 * @param {string} code of an `error`
 * @returns {boolean} whether it concerns only the agent, so that the call continues
 */
export function isAgentTrouble(code) {
  return /^(responder|synthesiser)_/.test(code);
}

/**
 * @param {unknown} error what `getUserMedia` threw
 * @returns {string} a code for `problemOf`
 */
export function mediaProblem(error) {
  return MEDIA_ERRORS[/** @type {any} */ (error)?.name] ?? "microphone-busy";
}

/**
 * @param {unknown} error what starting a call threw once the microphone was open
 * @returns {{code: string, message: string}} for `problemOf`
 */
export function startProblem(error) {
  const { name = "", message = "" } = /** @type {Partial<Error>} */ (error ?? {});
  return { code: START_ERRORS[name] ?? "not-started", message: [name, message].filter(Boolean).join(": ") };
}

/**
 * @param {string} reason of a `bye`
 * @returns {string} a code for `problemOf`; empty for an ordinary end
 */
export function byeProblem(reason) {
  return BYE_PROBLEMS[reason] ?? "";
}
