/** Where the words of a line are, and where one finds what is searched for. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { folded, placesOf } from "../../static/js/folding.js";
import { partsOf } from "../../static/js/word-parts.js";

/** The words that hold `needle`. */
function found(text, needle) {
  return placesOf(text, folded(needle).trim()).map(({ from, to }) => text.slice(from, to));
}

test("words have their places in the text and on the clock", () => {
  const text = "Well, 😀 it";
  const parts = partsOf(text, "5 0 200 -2 50 100 2 -20 300", 1000);
  assert.deepEqual(parts.map(({ from, to }) => text.slice(from, to)), ["Well,", "😀", "it"]);
  assert.deepEqual(parts.map(({ startMs, endMs }) => [startMs, endMs]), [[1000, 1200], [1250, 1350], [1330, 1630]]);
  assert.deepEqual(parts.map(({ hit }) => hit), [false, true, false]);
});

test("words without blanks between them follow each other", () => {
  const text = "我想问";
  assert.deepEqual(partsOf(text, "2 0 400 1 0 200", 0).map(({ from, to }) => text.slice(from, to)), ["我想", "问"]);
  assert.deepEqual(partsOf("", "", 0), []);
});

test("case, accents and kinds of quotes make no difference", () => {
  assert.deepEqual(found("We moved to Friday, this friday.", "FRIDAY"), ["Friday", "friday"]);
  assert.deepEqual(found("I don’t like the café there", "don't like the cafe"), ["don’t like the café"]);
  assert.deepEqual(found("I don't like the cafe", "DON’T LIKE THE CAFÉ"), ["don't like the cafe"]);
  assert.deepEqual(found("the cafe\u0301, the café", "café"), ["cafe\u0301", "café"]);
  assert.deepEqual(found("Straße und ΟΔΟΣ", "strasse"), ["Straße"]);
  assert.deepEqual(found("ΟΔΟΣ", "οδος"), ["ΟΔΟΣ"]);
  assert.deepEqual(found("Łódź, İstanbul, ISPARTA", "lodz"), ["Łódź"]);
  assert.deepEqual(found("İstanbul", "istanbul"), ["İstanbul"]);
  assert.deepEqual(found("我想问一下。", "问一下"), ["问一下"]);
});

test("marks that are letters do make one", () => {
  assert.deepEqual(found("かき", "がき"), []);
  assert.deepEqual(found("か\u3099き", "がき"), ["か\u3099き"]);
});

test("places are those of the text, and do not overlap", () => {
  assert.deepEqual(placesOf("😀 aaa Aé", "a"), [3, 4, 5, 7].map((from) => ({ from, to: from + 1 })));
  assert.deepEqual(found("aaaa", "aa"), ["aa", "aa"]);
  assert.deepEqual(found("anything", " "), []);
});
