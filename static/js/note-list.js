// @ts-check
/** The notes of a call, put together from messages that each tell what changed. No DOM. */

/** @typedef {{number: number, kind: string, text: string, atMs: number}} Note */
/** @typedef {{notes: Note[], removed?: number[], whole?: boolean}} Change */

/**
 * @param {Note[]} known
 * @param {Change} change
 * @returns {Note[]} all notes there are now, in order
 */
export function applyNoteChange(known, { notes, removed = [], whole = false }) {
  const gone = new Set([...removed, ...notes.map(({ number }) => number)]);
  const kept = whole ? [] : known.filter(({ number }) => !gone.has(number));
  return [...kept, ...notes].sort((a, b) => a.number - b.number);
}
