// @ts-check
/** Which line that the recogniser was unsure of is the next. No DOM. */

/** @typedef {{seq: number, startMs: number}} Unsure */

/** A place that is not farther ahead is where the player stands. */
const NEAR_MS = 50;
/** A line that has played for less than this is left for the one before it. */
const BEGUN_MS = 1500;

/**
 * @param {string} written
 * @returns {Unsure[]} by their starts
 */
export function unsureLines(written) {
  return written
    .split(" ")
    .filter(Boolean)
    .map((place) => place.split(":").map(Number))
    .map(([seq, startMs]) => ({ seq, startMs }));
}

/**
 * @param {Unsure[]} places
 * @param {number} ms where the player stands
 * @param {1 | -1} step
 * @returns {Unsure | undefined} the next or the one before; after the last the first
 */
export function besideOf(places, ms, step) {
  if (step > 0) {
    return places.find(({ startMs }) => startMs > ms + NEAR_MS) ?? places[0];
  }
  return places.findLast(({ startMs }) => startMs < ms - BEGUN_MS) ?? places.at(-1);
}
