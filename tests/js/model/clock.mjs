/** Virtual time in place of timers and clocks. What the world itself waits for does not count as a timer of the page. */

const KEPT = { setImmediate: globalThis.setImmediate };

export class Clock {
  constructor() {
    this.now = 0;
    this._number = 0;
    /** @type {Map<number, {at: number, work: () => void, every: number, ours: boolean}>} */
    this._due = new Map();
  }

  /** Takes the place of the timers that modules use. */
  install() {
    const page = (/** @type {() => void} */ work, /** @type {number} */ ms, every = 0) => this._add(work, ms, every, false);
    const cancel = (/** @type {number} */ number) => this._due.delete(number);
    Object.assign(globalThis, {
      setTimeout: (/** @type {() => void} */ work, ms = 0) => page(work, ms),
      setInterval: (/** @type {() => void} */ work, /** @type {number} */ ms) => page(work, ms, ms),
      clearTimeout: cancel,
      clearInterval: cancel,
    });
    AbortSignal.timeout = () => new AbortController().signal;
    performance.now = () => this.now;
  }

  /** Does something later on behalf of the world: the network, a device, a person. */
  later(ms, work) {
    return this._add(work, ms, 0, true);
  }

  /** @returns {Promise<void>} resolves after that much virtual time */
  wait(ms) {
    return new Promise((done) => this.later(ms, done));
  }

  /** How many timers of the page run. */
  get timers() {
    return [...this._due.values()].filter(({ ours }) => !ours).length;
  }

  /** Lets time pass; what falls due is done in order, each with all that follows at once. */
  async pass(ms) {
    const end = this.now + ms;
    await settled();
    for (let next = this._next(end); next; next = this._next(end)) {
      const [number, timer] = next;
      this.now = Math.max(this.now, timer.at);
      if (timer.every) {
        timer.at += timer.every;
      } else {
        this._due.delete(number);
      }
      timer.work();
      await settled();
    }
    this.now = end;
  }

  _add(work, ms, every, ours) {
    this._number += 1;
    this._due.set(this._number, { at: this.now + ms, work, every, ours });
    return this._number;
  }

  _next(end) {
    let found = null;
    for (const entry of this._due) {
      if (entry[1].at <= end && (!found || entry[1].at < found[1].at)) {
        found = entry;
      }
    }
    return found;
  }
}

/** All that follows at once has happened. */
export function settled() {
  return new Promise((done) => KEPT.setImmediate(done));
}
