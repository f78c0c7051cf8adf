// @ts-check
/** Applies `notes` messages, each of which holds only what changed, to a list of notes. No DOM. */

/** @typedef {{number: number, kind: string, text: string, atMs: number}} Note */
/** @typedef {{notes: Note[], removed?: number[], whole?: boolean}} Change */

/**
 * @param {Note[]} known
 * @param {Change} change
 * @returns {Note[]} all notes after the change, by number
 */
export function applyNoteChange(known, { notes, removed = [], whole = false }) {
  const replaced = new Set([...removed, ...notes.map(({ number }) => number)]);
  const unchanged = whole ? [] : known.filter(({ number }) => !replaced.has(number));
  return [...unchanged, ...notes].sort((a, b) => a.number - b.number);
}
