import assert from "node:assert/strict";
import test from "node:test";

import { FakeElement, VirtualTime } from "./page.mjs";
import { Announcer } from "../../static/js/announcer.js";

const newAnnouncer = () => {
  const time = new VirtualTime();
  const region = new FakeElement();
  const announcer = new Announcer(region, time);
  announcer.clear("Ada");
  const told = [];
  const append = region.append.bind(region);
  region.append = (...nodes) => {
    told.push(...nodes.map(({ textContent }) => [time.nowMs, textContent]));
    append(...nodes);
  };
  const line = (role, seq, text, final = true) => announcer.line({ role, seq, text, final, startMs: 0 });
  return { announcer, time, told, region, line, words: () => told.map(([, words]) => words) };
};

test("finals are told one at a time, interims and repetitions never", () => {
  const { time, told, line } = newAnnouncer();
  line("user", 1, "one", false);
  line("user", 1, "One.");
  line("user", 2, "Two.");
  line("user", 1, "One, hidden since.");
  line("user", 3, "");
  assert.deepEqual(told, [[0, "One."]]);
  time.pass(60_000);
  assert.deepEqual(told, [[0, "One."], [1000, "Two."]]);
});

test("an answer is told once, when it is over", () => {
  const { announcer, time, told, line } = newAnnouncer();
  announcer.floor("agent_speaking");
  line("agent", 1, "It may rain.");
  time.pass(5000);
  line("agent", 2, "Take an umbrella.");
  time.pass(5000);
  announcer.floor("paused");
  time.pass(5000);
  announcer.floor("agent_speaking");
  assert.deepEqual(told, []);
  announcer.floor("listening");
  line("agent", 3, "Goodbye."); // comes a moment after the silence
  time.pass(60_000);
  assert.deepEqual(told, [[15_700, "Ada: It may rain. Take an umbrella. Goodbye."]]);
});

test("who speaks after an answer is told after it", () => {
  const { announcer, time, words, line } = newAnnouncer();
  announcer.floor("agent_speaking");
  line("agent", 1, "It may rain.");
  announcer.floor("user_speaking");
  line("user", 2, "Thanks.");
  time.pass(60_000);
  assert.deepEqual(words(), ["Ada: It may rain.", "Thanks."]);
});

test("of many lines at once the newest are told, and few are kept", () => {
  const { time, words, line, region } = newAnnouncer();
  for (let seq = 1; seq <= 80; seq += 1) {
    line("user", seq, `Line ${seq}.`);
  }
  time.pass(60_000);
  assert.deepEqual(words(), ["Line 1.", "Line 78.", "Line 79.", "Line 80."]);
  assert.equal(region.children.length, 3);
});

test("only a long wait for the agent is told", () => {
  const { announcer, time, words } = newAnnouncer();
  announcer.floor("thinking");
  time.pass(1000);
  announcer.floor("agent_speaking");
  time.pass(60_000);
  assert.deepEqual(words(), []);
  announcer.floor("thinking");
  time.pass(5000);
  assert.deepEqual(words(), ["Ada is thinking."]);
});

test("a new call leaves nothing of the one before to be told", () => {
  const { announcer, time, words, line, region } = newAnnouncer();
  line("user", 1, "One.");
  line("user", 2, "Two.");
  line("agent", 3, "Three.");
  announcer.floor("thinking");
  announcer.clear("Eve");
  time.pass(60_000);
  assert.deepEqual([words(), region.children.length], [["One."], 0]);
  line("user", 1, "Hello.");
  assert.deepEqual(words(), ["One.", "Hello."]);
});
