import assert from "node:assert/strict";
import test from "node:test";

import { LineRequests, RefusedError } from "../../static/js/correction-requests.js";
import { plain } from "../../static/js/line-editor.js";
import { deed } from "../../static/js/line-history.js";

test("a line is one line", () => {
  assert.equal(plain("  Good\n\tevening  all "), "Good evening all");
  assert.equal(plain(" \n "), "");
});

test("what was done is told", () => {
  const revision = { undoes: null, undone: false, is_corrected: true };
  assert.equal(deed(revision), "corrected it");
  assert.equal(deed({ ...revision, undone: true }), "corrected it, undone since");
  assert.equal(deed({ ...revision, is_corrected: false }), "took the correction back");
  assert.equal(deed({ ...revision, undoes: 1 }), "undid a correction");
});

test("requests say what they are about, and why they were refused", async (t) => {
  const asked = [];
  const answers = [];
  t.mock.method(globalThis, "fetch", async (url, options) => {
    asked.push([url, options.method, options.body, options.headers["X-CSRFToken"]]);
    const next = answers.shift();
    if (!next) {
      throw new TypeError("offline");
    }
    return new Response(JSON.stringify(next[1]), { status: next[0] });
  });
  globalThis.document = { querySelector: () => ({ value: "token" }) };
  const line = new LineRequests("/api/v1/calls/x/segments/3");
  answers.push([200, { revision: 2 }], [409, { message: "Changed.", segment: { seq: 3 } }], [400, { message: "No.", fields: { revision: ["Too large."] } }]);
  assert.equal((await line.correct("", 1)).revision, 2);
  assert.deepEqual(asked, [
    ["/api/v1/calls/x/segments/3", "PATCH", '{"edited_text":"","nothing_said":true,"revision":1}', "token"],
  ]);
  const refused = (/** @type {string} */ message, /** @type {any} */ segment) => (/** @type {any} */ error) =>
    error instanceof RefusedError && error.message === message && error.segment?.seq === segment;
  await assert.rejects(line.undo(1), refused("Changed.", 3));
  await assert.rejects(line.undo(1), refused("Too large.", undefined));
  await assert.rejects(line.history(), refused("The server could not be reached.", undefined));
  assert.deepEqual(asked.slice(1).map(([url]) => url.slice(-8)), ["s/3/undo", "s/3/undo", "/history"]);
  delete globalThis.document;
});
