// @ts-check
/** Fetches finals that are missing because a message was dropped. No DOM. */

/** @typedef {import("./transcript.js").Transcript} Transcript */
/** @typedef {import("./transcript.js").Change} Change */

const WAIT_MS = 400;

/** Waits WAIT_MS for finals that may only be late, then fetches missing ones. One request at a time. */
export class CatchUp {
  /**
   * @param {Transcript} transcript
   * @param {(after: number) => string} addressOf
   * @param {(changes: Change[]) => void} show
   * @param {{get?: typeof fetch, waitMs?: number}} [tools]
   */
  constructor(transcript, addressOf, show, { get = (...args) => fetch(...args), waitMs = WAIT_MS } = {}) {
    this._transcript = transcript;
    this._addressOf = addressOf;
    this._show = show;
    this._get = get;
    this._waitMs = waitMs;
    this._busy = false;
  }

  /** Fetches missing finals, if there are any. */
  async check() {
    if (this._busy || !this._transcript.hasGap) {
      return;
    }
    this._busy = true;
    await new Promise((resolve) => setTimeout(resolve, this._waitMs));
    try {
      while (this._transcript.hasGap && (await this._fetch())) {
        // there may be more than one answer holds
      }
    } finally {
      this._busy = false;
    }
  }

  /** Fetches all finals after the last known one. */
  async all() {
    while (await this._fetch()) {
      // there may be more than one answer holds
    }
  }

  /** @returns {Promise<boolean>} whether new finals came */
  async _fetch() {
    const before = this._transcript.lastSeq;
    try {
      const answer = await this._get(this._addressOf(before), { headers: { Accept: "application/json" } });
      if (!answer.ok) {
        return false;
      }
      this._show(this._transcript.catchUp((await answer.json()).segments));
    } catch {
      return false; // the next message asks again
    }
    return this._transcript.lastSeq > before;
  }
}
