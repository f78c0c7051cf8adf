import assert from "node:assert/strict";
import test from "node:test";

import { Notices } from "../../static/js/notices.js";

test("a microphone that was silent for a while takes no other notice away", () => {
  const shown = [];
  const notices = new Notices((words) => shown.push(words));
  notices.say("The sound goes another way.");
  notices.silence(true);
  assert.match(shown.at(-1), /^The sound goes another way\. Your microphone is silent/);
  notices.silence(false);
  assert.equal(shown.at(-1), "The sound goes another way.");
});

test("what is said while the microphone is silent is shown beside that", () => {
  const shown = [];
  const notices = new Notices((words) => shown.push(words));
  notices.silence(true);
  notices.say("The sound goes another way.");
  assert.match(shown.at(-1), /^The sound goes another way\. Your microphone is silent/);
  notices.silence(false);
  assert.equal(shown.at(-1), "The sound goes another way.");
  notices.clear();
  assert.equal(shown.at(-1), "");
});

test("a voice that can hardly be heard is told so, unless nothing is heard at all", () => {
  const shown = [];
  const notices = new Notices((words) => shown.push(words));
  notices.faint(true);
  assert.match(shown.at(-1), /^We can hardly hear you\. Move closer/);
  notices.silence(true);
  assert.match(shown.at(-1), /^Your microphone is silent/);
  notices.silence(false);
  notices.faint(false);
  assert.equal(shown.at(-1), "");
  notices.faint(true);
  notices.clear();
  assert.equal(shown.at(-1), "");
});

test("a microphone that went away is told of, and not that it is silent", () => {
  const shown = [];
  const notices = new Notices((words) => shown.push(words));
  notices.silence(true);
  notices.lost("It went away.");
  assert.equal(shown.at(-1), "It went away.");
  notices.lost("");
  assert.match(shown.at(-1), /^Your microphone is silent/);
  notices.lost("It went away.");
  notices.clear();
  assert.equal(shown.at(-1), "");
});
