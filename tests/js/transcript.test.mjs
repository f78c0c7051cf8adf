import assert from "node:assert/strict";
import test from "node:test";

import { Transcript } from "../../static/voicesite/transcript.js";

const say = (seq, text, more = {}) => ({ role: "user", text, seq, startMs: seq * 1000, final: true, ...more });
const interim = (seq, text, more = {}) => say(seq, text, { final: false, ...more });
const shown = (transcript) => transcript.entries.map(({ seq, text, final }) => [seq, text, final]);
const kinds = (changes) => changes.map(({ kind, entry }) => [kind, entry.seq]);

test("an interim is replaced in place and becomes the final", () => {
  const transcript = new Transcript();
  assert.deepEqual(kinds(transcript.apply(interim(1, "good"))), [["put", 1]]);
  assert.deepEqual(kinds(transcript.apply(interim(1, "good morning"))), [["put", 1]]);
  assert.deepEqual(shown(transcript), [[1, "good morning", false]]);
  assert.deepEqual(kinds(transcript.apply(say(1, "Good morning."))), [["put", 1]]);
  assert.deepEqual(shown(transcript), [[1, "Good morning.", true]]);
});

test("an empty interim takes back what was shown", () => {
  const transcript = new Transcript();
  transcript.apply(interim(1, "hm"));
  assert.deepEqual(kinds(transcript.apply(interim(1, ""))), [["remove", 1]]);
  assert.deepEqual(transcript.apply(interim(1, "")), []);
  assert.deepEqual(shown(transcript), []);
});

test("each role has an interim of its own", () => {
  const transcript = new Transcript();
  transcript.apply(interim(1, "hello"));
  transcript.apply(interim(2, "hi there", { role: "agent" }));
  assert.deepEqual(shown(transcript), [[1, "hello", false], [2, "hi there", false]]);
  transcript.apply(say(1, "Hello."));
  assert.deepEqual(shown(transcript), [[1, "Hello.", true], [2, "hi there", false]]);
});

test("an interim that moves to another place leaves the old one", () => {
  const transcript = new Transcript();
  transcript.apply(interim(1, "hello"));
  assert.deepEqual(kinds(transcript.apply(interim(2, "hello"))), [["remove", 1], ["put", 2]]);
});

test("an interim that comes late does not hide its final", () => {
  const transcript = new Transcript();
  transcript.apply(say(1, "Done."));
  assert.deepEqual(transcript.apply(interim(1, "do")), []);
  assert.deepEqual(shown(transcript), [[1, "Done.", true]]);
});

test("a final sent twice is taken once", () => {
  const transcript = new Transcript();
  transcript.apply(say(1, "Once."));
  assert.deepEqual(transcript.apply(say(1, "Twice.")), []);
  assert.deepEqual(shown(transcript), [[1, "Once.", true]]);
});

test("a final that is redacted takes the place of the one before", () => {
  const transcript = new Transcript();
  transcript.apply(say(1, "It's 4111 1111."));
  transcript.apply(say(2, "Yes?"));
  const changes = transcript.apply({ ...say(1, "It's [card number]."), redacted: true });
  assert.deepEqual(kinds(changes), [["put", 1]]);
  assert.deepEqual(shown(transcript), [[1, "It's [card number].", true], [2, "Yes?", true]]);
  assert.deepEqual(kinds(transcript.apply({ ...say(3, "Okay."), redacted: true })), [["put", 3]]);
});

test("a final of a later place removes an interim that got none", () => {
  const transcript = new Transcript();
  transcript.apply(interim(1, "hello"));
  assert.deepEqual(kinds(transcript.apply(say(2, "World."))), [["remove", 1], ["put", 2]]);
});

test("a final of an earlier place leaves the interim alone", () => {
  const transcript = new Transcript();
  transcript.apply(interim(2, "and then"));
  transcript.apply(say(1, "First."));
  assert.deepEqual(shown(transcript), [[1, "First.", true], [2, "and then", false]]);
});

test("a gap is seen, and closed by what the server kept", () => {
  const transcript = new Transcript();
  transcript.apply(say(1, "One."));
  transcript.apply(say(4, "Four."));
  assert.equal(transcript.hasGap, true);
  assert.equal(transcript.lastSeq, 1);
  const changes = transcript.catchUp([
    { seq: 2, role: "user", text: "to", shown_text: "Two.", start_ms: 2000 },
    { seq: 3, role: "agent", text: "Three.", shown_text: "Three.", start_ms: 3000 },
    { seq: 4, role: "user", text: "Four.", shown_text: "Four.", start_ms: 4000 },
  ]);
  assert.deepEqual(kinds(changes), [["put", 2], ["put", 3]]);
  assert.equal(transcript.hasGap, false);
  assert.equal(transcript.lastSeq, 4);
  assert.deepEqual(transcript.entries.map(({ text }) => text), ["One.", "Two.", "Three.", "Four."]);
});

test("finals stand in the order they were spoken", () => {
  const transcript = new Transcript();
  transcript.apply(say(1, "Second.", { startMs: 900 }));
  transcript.apply(say(2, "First.", { startMs: 100, role: "agent" }));
  assert.deepEqual(transcript.entries.map(({ text }) => text), ["First.", "Second."]);
});

test("who of the staff typed a line is known, live and fetched", () => {
  const transcript = new Transcript();
  const [live] = transcript.apply(say(1, "I am here", { role: "agent", typedBy: "kim" }));
  const row = { seq: 2, role: "agent", text: "Yes", shown_text: "Yes", start_ms: 2000 };
  const fetched = transcript.catchUp([{ ...row, typed_by: "kim" }, { ...row, seq: 3, typed_by: null }]);
  assert.deepEqual([live, ...fetched].map(({ entry }) => entry.typedBy), ["kim", "kim", undefined]);
});
