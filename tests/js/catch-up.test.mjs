import assert from "node:assert/strict";
import test from "node:test";

import { CatchUp } from "../../static/voicesite/catch-up.js";
import { Transcript } from "../../static/voicesite/transcript.js";

const segment = (seq) => ({ seq, role: "user", text: `s${seq}`, shown_text: `s${seq}`, start_ms: seq });
const final = (seq) => ({ seq, role: "user", text: `s${seq}`, final: true, startMs: seq });

function server(answers) {
  const asked = [];
  const get = async (address) => {
    asked.push(address);
    const answer = answers.shift();
    if (answer instanceof Error) {
      throw answer;
    }
    return { ok: answer !== null, json: async () => ({ segments: answer }) };
  };
  return { asked, get };
}

function setUp(answers) {
  const transcript = new Transcript();
  const { asked, get } = server(answers);
  const shown = [];
  const address = (after) => `segments?after=${after}`;
  const catchUp = new CatchUp(transcript, address, (changes) => shown.push(...changes), { get, waitMs: 0 });
  return { transcript, catchUp, asked, shown };
}

test("nothing is asked while nothing is missing", async () => {
  const { transcript, catchUp, asked } = setUp([]);
  transcript.apply(final(1));
  await catchUp.check();
  assert.deepEqual(asked, []);
});

test("a gap is fetched from the last seq before it", async () => {
  const { transcript, catchUp, asked, shown } = setUp([[segment(2), segment(3)]]);
  transcript.apply(final(1));
  transcript.apply(final(3));
  await catchUp.check();
  assert.deepEqual(asked, ["segments?after=1"]);
  assert.deepEqual(shown.map(({ entry }) => entry.seq), [2]);
  assert.equal(transcript.lastSeq, 3);
});

test("one question at a time", async () => {
  const { transcript, catchUp, asked } = setUp([[segment(1)]]);
  transcript.apply(final(2));
  await Promise.all([catchUp.check(), catchUp.check()]);
  assert.deepEqual(asked, ["segments?after=0"]);
});

for (const [name, answer] of [["refuses", null], ["is away", new Error("network")], ["has nothing", []]]) {
  test(`a server that ${name} is not asked for ever`, async () => {
    const { transcript, catchUp, asked } = setUp([answer]);
    transcript.apply(final(2));
    await catchUp.check();
    assert.equal(asked.length, 1);
    assert.equal(transcript.hasGap, true);
  });
}

test("all that was said is fetched, page by page", async () => {
  const { transcript, catchUp, asked } = setUp([[segment(1), segment(2)], [segment(3)], []]);
  await catchUp.all();
  assert.deepEqual(asked, ["segments?after=0", "segments?after=2", "segments?after=3"]);
  assert.equal(transcript.lastSeq, 3);
});
