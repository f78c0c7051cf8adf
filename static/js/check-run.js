// @ts-check
/** Runs the steps of a connection check one after another, until all are done or it is stopped. No DOM. */

/** @typedef {"pass" | "fail" | "skipped"} Outcome */
/** @typedef {Record<string, number>} Figures times in ms, losses as shares: services/connection_checks.py has the names */
/** @typedef {{result: Outcome, reason: string, figures?: Figures}} Finding */
/** @typedef {{step: string, result: Outcome, reason: string, figures: Figures, tookMs: number}} Result */
/** @typedef {{name: string, run: (signal: AbortSignal) => Promise<Finding>}} Step */

/** @type {(reason?: string, figures?: Figures) => Finding} */
export const passed = (reason = "ok", figures = {}) => ({ result: "pass", reason, figures });
/** @type {(reason: string, figures?: Figures) => Finding} */
export const failed = (reason, figures = {}) => ({ result: "fail", reason, figures });
/** @type {(reason: string) => Finding} */
export const skipped = (reason) => ({ result: "skipped", reason, figures: {} });

/**
 * Runs the steps; what one throws counts as its failure.
 * @param {Step[]} steps
 * @param {object} options
 * @param {AbortSignal} options.signal stops it: the step that runs and those after it are skipped
 * @param {(name: string) => void} [options.onStart]
 * @param {(result: Result) => void} [options.onEnd]
 * @param {() => number} [options.now] ms on a monotonic clock
 * @returns {Promise<Result[]>} one for each step, in order
 */
export async function runSteps(steps, { signal, onStart = () => {}, onEnd = () => {}, now = () => performance.now() }) {
  /** @type {Result[]} */
  const results = [];
  for (const { name, run } of steps) {
    const began = now();
    if (!signal.aborted) {
      onStart(name);
    }
    const { result, reason, figures = {} } = await found(run, signal);
    const one = { step: name, result, reason, figures: rounded(figures), tookMs: Math.round(now() - began) };
    results.push(one);
    onEnd(one);
  }
  return results;
}

/**
 * @param {Step["run"]} run
 * @param {AbortSignal} signal
 * @returns {Promise<Finding>}
 */
async function found(run, signal) {
  if (signal.aborted) {
    return skipped("cancelled");
  }
  const stopped = new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(skipped("cancelled")), { once: true });
  });
  return /** @type {Promise<Finding>} */ (Promise.race([stopped, run(signal).catch(() => failed("other"))]));
}

/** @param {Figures} figures */
function rounded(figures) {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(1000 * value) / 1000]));
}
