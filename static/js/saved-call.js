// @ts-check
/**
 * The tab's current call, saved in sessionStorage so that it survives a reload. No DOM.
 *
 * The call's id is useless without the caller's own session, and is not in the URL. A duplicated tab
 * gets a copy of the storage: a Web Lock decides which of the two has the call.
 */

/** @typedef {import("./agent-choice.js").Agent} Agent */
/** @typedef {{callId: string, agent: Agent, recorded: boolean, startedMs: number, muted: boolean}} SavedCall `startedMs`: wall time, 0 before the call was connected */

const NAME = "voicesite.call";
/** The page before the reload may hold the lock for a moment: TRIES attempts, AGAIN_MS apart. */
const TRIES = 8;
const AGAIN_MS = 250;

/** @param {SavedCall} call */
export function saveCall(call) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(call));
  } catch {
    // storage is turned off: a reload ends the call
  }
}

/** @returns {SavedCall | null} */
export function savedCall() {
  try {
    const call = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
    return typeof call?.callId === "string" && call.agent ? call : null;
  } catch {
    return null;
  }
}

export function clearSavedCall() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // storage is turned off: nothing was saved
  }
}

/**
 * Locks the call for this tab for as long as the page is open.
 * @param {string} callId
 * @returns {Promise<boolean>} false if another tab has it
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
        return lock ? new Promise(() => {}) : undefined; // held until the page is closed
      })
      .catch(() => resolve(true));
  });
}
