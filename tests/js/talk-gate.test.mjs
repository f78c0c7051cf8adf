import assert from "node:assert/strict";
import test from "node:test";

import { TalkGate } from "../../static/voicesite/talk-gate.js";
import { VoiceAgentClient } from "../../static/voicesite/client.js";

for (const [given, open] of [
  [{}, true],
  [{ muted: true }, false],
  [{ talking: true }, true],
  [{ pushToTalk: true }, false],
  [{ pushToTalk: true, talking: true }, true],
  [{ pushToTalk: true, talking: true, muted: true }, false],
]) {
  test(`with ${JSON.stringify(given)} the voice ${open ? "goes out" : "stays in"}`, () => {
    const gate = new TalkGate(() => {});
    gate.set(given);
    assert.equal(gate.open, open);
  });
}

test("what changes nothing is not told", () => {
  const told = [];
  const gate = new TalkGate((open) => told.push(open));
  gate.set({ pushToTalk: true });
  gate.set({ talking: false });
  gate.set({ talking: true });
  gate.set({ talking: true });
  gate.set({ pushToTalk: false });
  assert.deepEqual(told, [false, true]);
});

/** Returns a client, and what it was told to do with the microphone of a call that is on. */
function clientInACall(options) {
  const client = new VoiceAgentClient({ serverUrl: "https://voice.example.com", output: false, ...options });
  const muted = [];
  client._run = { call: { mute: (on) => muted.push(on) } };
  return { client, muted };
}

test("with pushToTalk the caller is heard between talk(true) and talk(false)", () => {
  const { client, muted } = clientInACall({ pushToTalk: true });
  const told = [];
  client.on("talking", ({ talking }) => told.push(talking));
  assert.equal(client.talking, false);
  client.talk();
  assert.equal(client.talking, true);
  client.talk(false);
  assert.deepEqual([muted, told], [[false, true], [true, false]]);
});

test("without it talk() changes nothing, and muting does", () => {
  const { client, muted } = clientInACall({});
  client.talk();
  client.talk(false);
  client.mute();
  client.mute(false);
  assert.deepEqual(muted, [true, false]);
});
