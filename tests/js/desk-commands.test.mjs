import assert from "node:assert/strict";
import test from "node:test";

import { FakeElement } from "./page.mjs";

const parts = new Map();
document.getElementById = (id) => parts.get(id) ?? null;
const { takesOver } = await import("../../static/js/desk-commands.js");

/** What the page has of the socket. */
class FakeLink extends EventTarget {
  sent = [];

  send(message) {
    this.sent.push(message.type);
    return true;
  }

  tell(name, detail = {}) {
    this.dispatchEvent(Object.assign(new Event(name), { detail }));
  }
}

function opened() {
  for (const id of ["desk-hold", "desk-say", "desk-say-text", "desk-hold-note"]) {
    parts.set(id, new FakeElement());
  }
  const link = new FakeLink();
  takesOver(link);
  link.tell("up");
  link.tell("desk", { answers: true });
  parts.get("desk-hold").click();
  link.tell("desk", { answers: true, heldBy: "kim", mine: true });
  assert.deepEqual(link.sent, ["take-over"]);
  return link;
}

test("whoever took a call over and lost the connection has it again", () => {
  const link = opened();
  link.tell("down");
  link.tell("up");
  link.tell("desk", { answers: true, heldBy: "kim", mine: true });
  link.tell("desk", { answers: true, caller: true, heldBy: "kim", mine: true });
  assert.deepEqual(link.sent, ["take-over", "take-over"]);
});

test("a call that somebody else took over meanwhile is not taken from them", () => {
  const link = opened();
  link.tell("down");
  link.tell("up");
  link.tell("desk", { answers: true, heldBy: "lee" });
  assert.deepEqual(link.sent, ["take-over"]);
  assert.equal(parts.get("desk-hold-note").textContent, "lee speaks for the agent.");
  assert.equal(parts.get("desk-say").hidden, true);
});

test("a call that was given back meanwhile stays so", () => {
  const link = opened();
  link.tell("down");
  link.tell("up");
  link.tell("desk", { answers: true });
  assert.deepEqual(link.sent, ["take-over"]);
  assert.equal(parts.get("desk-hold").textContent, "Take over");
});
