// @ts-check
/**
 * A tab's current call, kept in sessionStorage so that it survives a reload. No DOM.
 *
 * A duplicated tab gets a copy of the storage: a Web Lock decides which of the two has the call.
 */

/** The page before the reload may hold the lock for a moment: TRIES attempts, AGAIN_MS apart. */
const TRIES = 8;
const AGAIN_MS = 250;

/** @template {{callId: string}} Call */
export class KeptCall {
  /** @param {string} name of the entry in the storage */
  constructor(name) {
    this._name = name;
  }

  /** @param {Call} call */
  save(call) {
    try {
      sessionStorage.setItem(this._name, JSON.stringify(call));
    } catch {
      // storage is turned off: a reload ends the call
    }
  }

  /** @returns {Call | null} */
  read() {
    try {
      const call = JSON.parse(sessionStorage.getItem(this._name) ?? "null");
      return typeof call?.callId === "string" ? call : null;
    } catch {
      return null;
    }
  }

  /** Forgets the call, which is over. */
  clear() {
    try {
      sessionStorage.removeItem(this._name);
    } catch {
      // storage is turned off: nothing was saved
    }
    for (const [name, letGo] of held) {
      if (name.startsWith(`${this._name}.`)) {
        held.delete(name);
        letGo();
      }
    }
  }

  /**
   * Locks the call for this tab until it is over, or the page is closed.
   * @param {string} callId
   * @returns {Promise<boolean>} false if another tab has it
   */
  async lock(callId) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (await locked(`${this._name}.${callId}`)) {
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    return false;
  }
}

/** Names of the locks that this page holds, with what lets go of each. @type {Map<string, () => void>} */
const held = new Map();

/**
 * @param {string} name
 * @returns {Promise<boolean>}
 */
function locked(name) {
  if (!navigator.locks || held.has(name)) {
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock ? new Promise((letGo) => held.set(name, () => letGo(undefined))) : undefined;
      })
      .catch(() => resolve(true));
  });
}
