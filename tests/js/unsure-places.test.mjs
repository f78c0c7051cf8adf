/** Which line that the recogniser was unsure of is the next. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { besideOf, unsureLines } from "../../static/js/unsure-places.js";

const PLACES = unsureLines("3:4000 2:9000 8:20000");

test("places are read as they are written", () => {
  assert.deepEqual(PLACES.map(({ seq }) => seq), [3, 2, 8]);
  assert.deepEqual(PLACES.map(({ startMs }) => startMs), [4000, 9000, 20_000]);
  assert.deepEqual(unsureLines(""), []);
});

test("the next is after where the player stands, and after the last comes the first", () => {
  const next = (ms) => besideOf(PLACES, ms, 1)?.seq;
  assert.deepEqual([0, 3999, 4000, 8000, 9000, 20_000].map(next), [3, 2, 2, 2, 8, 3]);
  assert.equal(besideOf([], 0, 1), undefined);
});

test("the one before is not the line that has just begun", () => {
  const before = (ms) => besideOf(PLACES, ms, -1)?.seq;
  assert.deepEqual([9400, 11_000, 20_500, 4000, 0].map(before), [3, 2, 2, 8, 8]);
  assert.equal(besideOf([], 0, -1), undefined);
});
