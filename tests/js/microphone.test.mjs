import assert from "node:assert/strict";
import test from "node:test";

import { opensUnasked } from "../../static/js/unasked-microphone.js";
import { openMicrophone } from "../../static/voicesite/devices.js";

test("echo is taken out of the microphone, and noise is not", async () => {
  const asked = [];
  const mediaDevices = { getUserMedia: async (what) => asked.push(what) };
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices }, configurable: true });
  await openMicrophone("");
  await openMicrophone("desk");
  const audio = { echoCancellation: true, noiseSuppression: false, autoGainControl: true };
  assert.deepEqual(asked, [{ audio }, { audio: { ...audio, deviceId: { exact: "desk" } } }]);
});

test("a microphone opens unasked where it is allowed, and there is one", async () => {
  const found = async (permissions, kind = "audioinput") => {
    const mediaDevices = { enumerateDevices: async () => [{ kind }] };
    Object.defineProperty(globalThis, "navigator", { value: { mediaDevices, permissions }, configurable: true });
    return opensUnasked();
  };
  const says = (state) => ({ query: async () => ({ state }) });
  const refuses = { query: () => Promise.reject(new TypeError("microphone is no permission")) };
  assert.deepEqual(
    [await found(says("granted")), await found(says("prompt")), await found(says("granted"), "audiooutput"), await found(refuses), await found(undefined)],
    [true, false, false, false, false],
  );
});
