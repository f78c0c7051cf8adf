/** A tab's call, which the browser's other tabs know of by its lock. */

import assert from "node:assert/strict";
import test from "node:test";

import { KeptCall } from "../../static/voicesite/kept-call.js";
import { FakeElement } from "./page.mjs";

/** The locks of a browser, as much of them as the modules use (W3C Web Locks). */
class Browser {
  held = new Set();

  get locks() {
    return {
      request: async (name, _options, take) => {
        if (this.held.has(name)) {
          return take(null);
        }
        this.held.add(name);
        await take({ name });
        this.held.delete(name);
      },
      query: async () => ({ held: [...this.held].map((name) => ({ name })) }),
    };
  }
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

/** Opens the page that can start a call, in a tab of its own; returns what it says of other tabs. */
async function openPage(browser) {
  const words = new FakeElement("p");
  words.hidden = true;
  Object.defineProperty(globalThis, "navigator", { value: browser, configurable: true });
  globalThis.document = Object.assign(new EventTarget(), { getElementById: () => words });
  globalThis.addEventListener = (name, take) => document.addEventListener(name, take);
  await import(`../../static/js/elsewhere.js?${Math.random()}`);
  await soon();
  return words;
}

test("a new tab says that another one has a call, until it is over", async () => {
  globalThis.sessionStorage = { setItem() {}, getItem: () => null, removeItem() {} };
  const browser = new Browser();
  const before = await openPage(browser);
  assert.equal(before.hidden, true);
  const own = new KeptCall("voicesite.call");
  assert.equal(await own.lock("a"), true);
  const fresh = await openPage(browser);
  assert.equal(fresh.hidden, false);
  own.clear();
  await soon();
  document.dispatchEvent(new Event("focus"));
  await soon();
  assert.equal(fresh.hidden, true);
  assert.equal(await own.lock("a"), true, "its lock is free");
  own.clear();
});

test("calls of pages that embed the library are theirs", async () => {
  const browser = new Browser();
  browser.held.add("voicesite.embedded.a");
  assert.equal((await openPage(browser)).hidden, true);
});

test("a browser without locks says nothing", async () => {
  assert.equal((await openPage({})).hidden, true);
});
