import assert from "node:assert/strict";
import test from "node:test";

import { newStorage } from "./page.mjs";

/** Returns the module, fresh as after a reload, on a page with those controls. */
async function page(...controls) {
  const attributes = {};
  globalThis.document = Object.assign(new EventTarget(), {
    documentElement: { setAttribute: (name, value) => { attributes[name] = value; } },
    querySelectorAll: () => controls,
  });
  const module = await import(`../../static/js/settings.js?${Math.random()}`);
  const change = (target) => {
    const event = new Event("change");
    Object.defineProperty(event, "target", { value: target });
    document.dispatchEvent(event);
  };
  return { ...module, attributes, change };
}

const control = (setting, type, more = {}) => ({ dataset: { setting }, type, value: "", checked: false, defaultChecked: false, options: [], ...more });

test("what is chosen shows in every control, is kept, and is there after a reload", async () => {
  const kept = newStorage({ "voicesite.caption-contrast": "blinding" });
  const [size, high, talk, other] = [control("caption-size", "select-one"), control("caption-contrast", "checkbox"), control("push-to-talk", "checkbox"), control("push-to-talk", "checkbox")];
  const { keepSettings, setting, attributes, change } = await page(size, high, talk, other);
  const told = [];
  keepSettings((name) => told.push(name));
  assert.deepEqual([size.value, high.checked, setting("push-to-talk")], ["normal", false, "off"]);
  assert.deepEqual(attributes, { "data-caption-size": "normal", "data-caption-contrast": "normal" });
  change(Object.assign(size, { value: "largest" }));
  change(Object.assign(high, { checked: true }));
  change(Object.assign(talk, { checked: true }));
  change({ dataset: {}, type: "checkbox", checked: true });
  assert.deepEqual(attributes, { "data-caption-size": "largest", "data-caption-contrast": "high" });
  assert.equal(other.checked, true);
  assert.deepEqual(told, ["caption-size", "caption-contrast", "push-to-talk"]);
  assert.deepEqual(kept, { "voicesite.caption-contrast": "high", "voicesite.caption-size": "largest", "voicesite.push-to-talk": "on" });
  const again = await page(control("caption-size", "select-one"));
  again.showSettings();
  assert.deepEqual([again.setting("push-to-talk"), again.attributes["data-caption-size"]], ["on", "largest"]);
});

test("what was chosen before the module was there counts", async () => {
  const kept = newStorage();
  const size = control("caption-size", "select-one", { value: "large", options: [{ selected: false, defaultSelected: true }, { selected: true, defaultSelected: false }] });
  const talk = control("push-to-talk", "checkbox", { checked: true });
  const { keepSettings } = await page(size, talk, control("caption-contrast", "checkbox"));
  keepSettings();
  assert.deepEqual([size.value, talk.checked], ["large", true]);
  assert.deepEqual(kept, { "voicesite.caption-size": "large", "voicesite.push-to-talk": "on" });
});

test("a browser that keeps nothing heeds the choice until the page goes", async () => {
  const refuse = () => { throw new Error("denied"); };
  Object.defineProperty(globalThis, "localStorage", { value: { getItem: refuse, setItem: refuse }, configurable: true, writable: true });
  const talk = control("push-to-talk", "checkbox");
  const { keepSettings, setting, change } = await page(talk);
  keepSettings();
  change(Object.assign(talk, { checked: true }));
  assert.equal(setting("push-to-talk"), "on");
});
