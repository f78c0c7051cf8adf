// @ts-check
/**
 * The call that this tab carries, remembered beyond a reload. No DOM.
 *
 * Only the call's id is kept, which is worth nothing without the caller's own session; it is not in
 * the address. A tab that is duplicated gets a copy: the lock tells which of the two has the call.
 */

/** @typedef {import("./agent-choice.js").Agent} Agent */
/** @typedef {{callId: string, agent: Agent, recorded: boolean, startedMs: number, muted: boolean}} SavedCall `startedMs`: wall time, 0 before the call was connected */

const NAME = "voicesite.call";
/** The page before may be on its way out for a moment. */
const TRIES = 8;
const AGAIN_MS = 250;

/** @param {SavedCall} call */
export function saveCall(call) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(call));
  } catch {
    // storage is switched off: a reload ends the call
  }
}

/** @returns {SavedCall | null} */
export function savedCall() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
    return typeof kept?.callId === "string" && kept.agent ? kept : null;
  } catch {
    return null;
  }
}

export function clearSavedCall() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // nothing was kept then
  }
}

/**
 * Takes the call for this tab, for as long as the page is open.
 * @param {string} callId
 * @returns {Promise<boolean>} false where another tab has it
 */
export async function lockCall(callId) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await locked(`${NAME}.${callId}`)) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  return false;
}

/**
 * @param {string} name
 * @returns {Promise<boolean>}
 */
function locked(name) {
  if (!navigator.locks) {
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock ? new Promise(() => {}) : undefined; // held until the page is gone
      })
      .catch(() => resolve(true));
  });
}
