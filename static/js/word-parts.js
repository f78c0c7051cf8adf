// @ts-check
/** Reads where the words of a line are. No DOM. */

/** @typedef {{from: number, to: number, startMs: number, endMs: number, hit: boolean}} Part a word of a line: where it is in the text and on the call clock, and whether it was searched for */

/**
 * @param {string} text of a line
 * @param {string} written its places: for each word its length, below zero for a hit, the ms from the end of
 * the word before (or from the start of the line) to its start, and the ms that it lasts
 * @param {number} startMs where the line begins
 * @returns {Part[]}
 */
export function partsOf(text, written, startMs) {
  const numbers = written ? written.split(" ").map(Number) : [];
  const parts = [];
  let [at, now] = [0, startMs];
  for (let index = 0; index + 2 < numbers.length; index += 3) {
    const [length, wait, lasting] = numbers.slice(index, index + 3);
    const from = text[at] === " " ? at + 1 : at;
    at = from + Math.abs(length);
    const start = now + wait;
    now = start + lasting;
    parts.push({ from, to: at, startMs: start, endMs: now, hit: length < 0 });
  }
  return parts;
}
