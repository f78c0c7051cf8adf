import assert from "node:assert/strict";
import test from "node:test";

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
