import assert from "node:assert/strict";
import test from "node:test";

import { WakeLock } from "../../static/js/wake-lock.js";

const settled = () => new Promise(setImmediate);

/** Returns a lock on a device, and the sentinels that its browser has given. */
function device({ phone = true, wakeLock = true, refuses = false } = {}) {
  const given = [];
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  globalThis.document = page;
  globalThis.matchMedia = () => ({ matches: phone });
  const request = async (kind) => {
    if (refuses) {
      throw new DOMException("battery", "NotAllowedError");
    }
    const sentinel = { kind, released: false, release: async () => { sentinel.released = true; } };
    given.push(sentinel);
    return sentinel;
  };
  Object.defineProperty(globalThis, "navigator", { value: wakeLock ? { wakeLock: { request } } : {}, configurable: true });
  const turn = (state) => {
    page.visibilityState = state;
    if (state === "hidden") {
      given.forEach((sentinel) => { sentinel.released = true; }); // as browsers do
    }
    page.dispatchEvent(new Event("visibilitychange"));
  };
  return { lock: new WakeLock(), given, turn, held: () => given.filter(({ released }) => !released).length };
}

test("a phone's screen stays on until the call ends, and again after the page was away", async () => {
  const { lock, given, turn, held } = device();
  await lock.hold();
  assert.deepEqual([given[0].kind, held()], ["screen", 1]);
  await lock.hold();
  turn("hidden");
  assert.equal(held(), 0);
  turn("visible");
  await settled();
  assert.deepEqual([given.length, held()], [2, 1]);
  lock.release();
  turn("hidden");
  turn("visible");
  await settled();
  assert.deepEqual([given.length, held()], [2, 0]);
});

test("a call that ends while the browser thinks leaves no lock", async () => {
  const { lock, held, given } = device();
  const asked = lock.hold();
  lock.release();
  await asked;
  assert.deepEqual([given.length, held()], [1, 0]);
});

for (const [what, given] of [["a desk's screen", { phone: false }], ["a browser without it", { wakeLock: false }], ["a low battery", { refuses: true }]]) {
  test(`${what} is left alone, without an error`, async () => {
    const { lock, held, turn } = device(given);
    await lock.hold();
    turn("visible");
    await settled();
    lock.release();
    assert.equal(held(), 0);
  });
}
