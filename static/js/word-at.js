// @ts-check
/** Finds the word that plays at a time. No DOM. */

/** @typedef {{startMs: number, endMs: number}} Span */

/** How long a word stays current after its end, so that short pauses do not flicker. */
const HOLD_MS = 350;

/**
 * @param {Span[]} spans in the order of their starts
 * @param {number} ms
 * @returns {number} the index of the span at `ms`; -1 for none
 */
export function wordAt(spans, ms) {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].startMs <= ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const index = low - 1;
  return index >= 0 && ms < spans[index].endMs + HOLD_MS ? index : -1;
}
