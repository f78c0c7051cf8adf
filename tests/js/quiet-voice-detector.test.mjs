import assert from "node:assert/strict";
import test from "node:test";

import { decibels, QuietVoiceDetector } from "../../static/js/quiet-voice-detector.js";

/** Fills 10 s: words of 0.3 s at `voice` dBFS, 0.2 s between them at `floor`. */
const words = (voice, floor) => Array.from({ length: 200 }, (_, step) => (step % 10 < 6 ? voice - (step % 3) : floor));
const steady = (level) => Array.from({ length: 200 }, (_, step) => level + (step % 5));

function told(...levels) {
  const said = [];
  const ear = new QuietVoiceDetector((faint) => said.push(faint));
  levels.flat().forEach((level) => ear.push(level));
  return said;
}

test("loudness is in dBFS", () => {
  assert.equal(Math.round(decibels([0.1, -0.1, 0.1, -0.1])), -20);
  assert.equal(decibels([0, 0]), -100);
  assert.equal(decibels([]), -100);
});

test("who can hardly be heard is told so once", () => {
  assert.deepEqual(told(words(-58, -90)), [true]);
  assert.deepEqual(told(words(-58, -76), words(-58, -76)), [true]);
});

test("a voice as usual, or one that is soft, is told nothing", () => {
  assert.deepEqual(told(words(-24, -70)), []);
  assert.deepEqual(told(words(-42, -70)), []);
});

test("who only listens is told nothing, whatever the room sounds like", () => {
  assert.deepEqual(told(steady(-100)), []);
  assert.deepEqual(told(steady(-62)), []);
  assert.deepEqual(told([...Array(170).fill(-80), ...Array(30).fill(-60)]), []);
});

test("it goes away when the voice is loud enough, and does not come back", () => {
  assert.deepEqual(told(words(-58, -90), words(-24, -70), words(-58, -90)), [true, false]);
});
