import assert from "node:assert/strict";
import test from "node:test";

import { clock, localTime, nearDay } from "../../static/js/clock.js";
import { changesInWords } from "../../static/js/page-refresh.js";
import { levelOf } from "../../static/js/level-meter.js";
import { missedProblem } from "../../static/js/missed-call.js";
import { problemOf } from "../../static/js/problems.js";
import { byeProblem, mediaProblem, startProblem } from "../../static/voicesite/problem-codes.js";
import { wordAt } from "../../static/js/word-at.js";
import { binned } from "../../static/js/waveform.js";

test("lengths", () => {
  assert.deepEqual([0, 999, 67_000, 3_723_000, -5].map(clock), ["0:00", "0:00", "1:07", "1:02:03", "0:00"]);
});

test("near days have names, others a date, other years a year", () => {
  const now = new Date(2026, 10, 21, 0, 30);
  assert.equal(nearDay(new Date(2026, 10, 21, 23, 0), now), "today");
  assert.equal(localTime(new Date(2026, 10, 20, 23, 50), "long", now), "Yesterday, 23:50");
  assert.equal(localTime(new Date(2026, 10, 9, 8, 5), "long", now), "9 November, 08:05");
  assert.equal(localTime(new Date(2025, 10, 9, 8, 5), "short", now), "9 Nov 2025, 08:05");
});

test("the word that is heard", () => {
  const spans = [[0, 200], [250, 400], [2000, 2100]].map(([startMs, endMs]) => ({ startMs, endMs }));
  assert.deepEqual([0, 199, 249, 250, 700, 760, 1999, 2050, 9000].map((ms) => wordAt(spans, ms)), [0, 0, 0, 1, 1, -1, -1, 2, -1]);
  assert.equal(wordAt([], 5), -1);
});

test("loudness from silence to full scale", () => {
  assert.equal(levelOf([]), 0);
  assert.equal(levelOf([0, 0]), 0);
  assert.equal(levelOf([1, -1]), 1);
  assert.ok(Math.abs(levelOf([0.0316, -0.0316]) - 0.5) < 0.01); // -30 dB
  assert.equal(levelOf([0.0001]), 0);
});

test("a picture keeps the loudest of each part, and stretches what is short", () => {
  assert.deepEqual(binned([1, 5, 2, 9], 2), [5, 9]);
  assert.deepEqual(binned([3, 7], 4), [3, 3, 7, 7]);
  assert.deepEqual(binned([], 2), [0, 0]);
});

test("every problem has a title and tells what to do", () => {
  const codes = ["permission", "no-microphone", "microphone-busy", "insecure", "unsupported", "server-gone"];
  codes.push("signed-out", "not-allowed", "busy", "no-media", "connection-lost", "server-stopped", "staff-ended", "unknown_agent", "relay-settings", "not-started", "other");
  for (const code of codes) {
    const { title, text, retry, link } = problemOf(code);
    assert.ok(title.length > 10 && text.length > 20, code);
    assert.ok(retry || link || code === "insecure", code);
  }
});

test("what the server says is passed on", () => {
  assert.match(problemOf("bad_offer", { message: "The offer has no audio." }).text, /^The offer has no audio\. Try again/);
  assert.match(problemOf("busy", { retryAfterS: 30 }).text, /30 seconds/);
});

test("what the browser throws, and why a call ended", () => {
  assert.equal(mediaProblem({ name: "NotAllowedError" }), "permission");
  assert.equal(mediaProblem({ name: "NotFoundError" }), "no-microphone");
  assert.equal(mediaProblem(undefined), "microphone-busy");
  assert.equal(byeProblem("caller_hung_up"), "");
  assert.equal(byeProblem("never_connected"), "no-media");
  assert.equal(byeProblem("staff_ended"), "staff-ended");
  assert.equal(missedProblem("caller_left"), "away-too-long");
  assert.equal(missedProblem("staff_ended"), "staff-ended");
  for (const reason of ["", "caller_hung_up", "agent_hung_up", "server_died"]) {
    assert.equal(missedProblem(reason), "ended-meanwhile");
    assert.doesNotMatch(problemOf("ended-meanwhile").text, /too late/);
  }
});

test("a call that does not start is told from a microphone that does not open", () => {
  const media = new Set(["permission", "no-microphone", "microphone-busy"]);
  const names = ["NotAllowedError", "NotFoundError", "NotReadableError", "InvalidAccessError", "OperationError", "TypeError", ""];
  for (const name of names) {
    const { code, message } = startProblem(name ? { name, message: "It broke." } : undefined);
    assert.ok(!media.has(code), name);
    assert.doesNotMatch(problemOf(code, { message }).title, /microphone/i);
  }
  assert.equal(startProblem(new DOMException("no", "InvalidAccessError")).code, "relay-settings");
  assert.equal(startProblem(new DOMException("no", "NotSupportedError")).code, "unsupported");
  const { code, message } = startProblem(new TypeError("x is undefined"));
  assert.match(problemOf(code, { message }).text, /\(TypeError: x is undefined\)$/);
});

test("what came is said once", () => {
  const before = { live: true, recordingState: "pending", summaryState: "" };
  const between = { live: false, recordingState: "running", summaryState: "pending" };
  const after = { live: false, recordingState: "done", summaryState: "failed" };
  assert.equal(changesInWords(before, between), "The call has ended.");
  assert.equal(changesInWords(between, after), "The recording is ready. The summary could not be made.");
  assert.equal(changesInWords(after, after), "");
});
