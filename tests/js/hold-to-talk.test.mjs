import assert from "node:assert/strict";
import test from "node:test";

import { FakeElement } from "./page.mjs";
import { HoldToTalk } from "../../static/voicesite/hold-to-talk.js";

const TAIL_MS = 5;

/** An element that has the focus. */
const target = ({ field = false, button = false }) => ({ matches: () => field, closest: () => (button || field ? {} : null) });
const BODY = target({});
const FIELD = target({ field: true });
const HANG_UP = target({ button: true });

const newHold = (anywhere = true) => {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible", dialog: null, querySelector: () => page.dialog });
  globalThis.document = Object.assign(page, { createElement: (name) => new FakeElement(name) });
  const frame = new EventTarget();
  globalThis.addEventListener = frame.addEventListener.bind(frame);
  const button = new FakeElement("button");
  const told = [];
  const hold = new HoldToTalk(button, (talking) => told.at(-1) === talking || told.push(talking), { tailMs: TAIL_MS, anywhere });
  hold.enable(true);
  told.length = 0;
  const send = (at, name, { target: on, ...more } = {}) => {
    const event = Object.assign(new Event(name, { cancelable: true }), more);
    if (on) {
      Object.defineProperty(event, "target", { value: on });
    }
    at.dispatchEvent(event);
    return event.defaultPrevented;
  };
  const key = (name, on, pressed = " ", more = {}) => send(page, name, { key: pressed, target: on, ...more });
  const over = () => new Promise((resolve) => setTimeout(resolve, 4 * TAIL_MS));
  return { hold, button, page, frame, told, send, key, over };
};

test("Space talks while it is held, a moment longer, and scrolls nothing", async () => {
  const { told, key, over } = newHold();
  assert.equal(key("keydown", BODY), true);
  assert.equal(key("keydown", BODY), true); // as held keys do
  assert.deepEqual(told, [true]);
  assert.equal(key("keyup", BODY), true);
  assert.deepEqual(told, [true]);
  await over();
  assert.deepEqual(told, [true, false]);
});

test("keys that mean something where the focus is do not talk", () => {
  const { told, key, page } = newHold();
  assert.equal(key("keydown", FIELD), false);
  assert.equal(key("keydown", { isContentEditable: true }), false);
  assert.equal(key("keydown", HANG_UP), false);
  assert.equal(key("keydown", BODY, "a"), false);
  assert.equal(key("keydown", BODY, "Enter"), false);
  assert.equal(key("keydown", BODY, " ", { ctrlKey: true }), false);
  page.dialog = {};
  assert.equal(key("keydown", BODY), false);
  assert.deepEqual(told, []);
});

test("who has just clicked another button talks with Space, who came by Tab presses it", () => {
  const { told, key, send, page } = newHold();
  send(page, "pointerdown");
  assert.equal(key("keydown", HANG_UP), true);
  assert.equal(key("keyup", HANG_UP), true);
  assert.deepEqual(told, [true]);
  assert.equal(key("keydown", FIELD), false);
  key("keydown", HANG_UP, "Tab");
  assert.equal(key("keydown", HANG_UP), false);
});

for (const pressed of [" ", "Enter"]) {
  test(`the button itself is held with ${pressed === " " ? "Space" : pressed}`, async () => {
    const { told, key, button, over } = newHold();
    key("keydown", button, pressed);
    key("keyup", button, pressed);
    await over();
    assert.deepEqual(told, [true, false]);
  });
}

test("a key that is held types and presses nothing where the focus goes", async () => {
  const { told, key, over } = newHold();
  key("keydown", BODY);
  assert.equal(key("keydown", FIELD), true);
  assert.equal(key("keydown", HANG_UP), true);
  assert.equal(key("keyup", FIELD), true);
  assert.equal(key("keydown", FIELD), false);
  await over();
  assert.deepEqual(told, [true, false]);
});

test("in somebody else's page only the button's own keys talk, and nothing is heard of them later", async () => {
  const { told, hold, key, send, button, over } = newHold(false);
  assert.equal(key("keydown", BODY), false);
  assert.equal(send(button, "keydown", { key: " " }), true);
  assert.equal(key("keydown", FIELD), true);
  assert.equal(key("keyup", FIELD), true);
  await over();
  assert.deepEqual(told, [true, false]);
  hold.close();
  assert.equal(send(button, "keydown", { key: " " }), false);
  send(button, "pointerdown", { button: 0, pointerId: 1 });
  assert.deepEqual(told, [true, false]);
});

test("mouse and finger hold the button, also beside it; other mouse buttons do not", async () => {
  const { told, send, button, over } = newHold();
  const captured = [];
  button.setPointerCapture = (id) => captured.push(id);
  send(button, "pointerdown", { button: 2, pointerId: 1 });
  assert.deepEqual(told, []);
  send(button, "pointerdown", { button: 0, pointerId: 7 });
  assert.deepEqual([told, captured], [[true], [7]]);
  send(button, "pointerup");
  send(button, "lostpointercapture");
  send(button, "click", { detail: 1 });
  await over();
  assert.deepEqual(told, [true, false]);
  assert.equal(send(button, "contextmenu"), true);
});

test("two hands hold until both let go, and a new press goes on without a gap", async () => {
  const { told, key, send, button, over } = newHold();
  key("keydown", BODY);
  send(button, "pointerdown", { button: 0, pointerId: 1 });
  key("keyup", BODY);
  await over();
  send(button, "pointerup");
  key("keydown", BODY);
  await over();
  assert.deepEqual(told, [true]);
});

test("a screen reader's click switches it on and off", async () => {
  const { told, send, button, over } = newHold();
  send(button, "click", { detail: 0 });
  await over();
  assert.deepEqual(told, [true]);
  send(button, "click", { detail: 0 });
  await over();
  assert.deepEqual(told, [true, false]);
});

test("a page out of sight lets go at once", () => {
  const { told, key, page, frame, send, hold } = newHold();
  key("keydown", BODY);
  page.visibilityState = "hidden";
  send(page, "visibilitychange");
  key("keydown", BODY);
  send(frame, "blur");
  key("keydown", BODY);
  hold.enable(false);
  assert.deepEqual(told, [true, false, true, false, true, false]);
  assert.equal(key("keydown", BODY), false);
  assert.deepEqual(told.length, 6);
});
