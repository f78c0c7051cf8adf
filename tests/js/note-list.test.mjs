import assert from "node:assert/strict";
import test from "node:test";

import { applyNoteChange } from "../../static/voicesite/note-list.js";

const note = (number, text) => ({ number, kind: "note", text, atMs: 0 });
const texts = (notes) => notes.map(({ text }) => text);

test("notes are put together from what changes", () => {
  let notes = applyNoteChange([], { notes: [note(1, "milk")] });
  notes = applyNoteChange(notes, { notes: [note(2, "tea")] });
  assert.deepEqual(texts(notes), ["milk", "tea"]);
  notes = applyNoteChange(notes, { notes: [], removed: [2] });
  notes = applyNoteChange(notes, { notes: [note(2, "jam")] });
  assert.deepEqual(texts(notes), ["milk", "jam"]);
  assert.deepEqual(texts(applyNoteChange(notes, { notes: [note(2, "oil")] })), ["milk", "oil"]);
});

test("a whole list takes the place of what was known, and may come in parts", () => {
  let notes = applyNoteChange([note(1, "old"), note(9, "gone")], { notes: [note(1, "milk")], whole: true });
  notes = applyNoteChange(notes, { notes: [note(3, "jam"), note(2, "tea")] });
  assert.deepEqual(texts(notes), ["milk", "tea", "jam"]);
  assert.deepEqual(applyNoteChange(notes, { notes: [], whole: true }), []);
});
