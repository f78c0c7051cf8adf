import assert from "node:assert/strict";
import test from "node:test";

import { Entrance } from "../../static/voicesite/entrance.js";
import { VoiceAgentClient } from "../../static/voicesite/client.js";
import { levelOf } from "../../static/voicesite/level-watch.js";
import { VoiceError } from "../../static/voicesite/voice-error.js";
import { VoiceOutput } from "../../static/voicesite/voice-output.js";

const SERVER = "https://voice.example.com/";

/** Returns the addresses of the sockets that an entrance opens. */
function addresses(entrance, ...paths) {
  const opened = [];
  globalThis.WebSocket = class {
    constructor(url) {
      opened.push(url);
    }
  };
  paths.forEach((path) => entrance.socket(path));
  return opened;
}

test("a session needs nothing before the path", async () => {
  const entrance = new Entrance({ serverUrl: SERVER });
  await entrance.open();
  assert.deepEqual(addresses(entrance, "/signaling"), ["wss://voice.example.com/signaling"]);
});

for (const given of ["abc:d-e", "/t/abc:d-e", "t/abc:d-e/", () => "abc:d-e", async () => "/t/abc:d-e"]) {
  test(`a ticket is taken as ${given}`, async () => {
    const entrance = new Entrance({ serverUrl: SERVER, ticket: given });
    await entrance.open();
    assert.deepEqual(addresses(entrance, "/ws/voice"), ["wss://voice.example.com/t/abc:d-e/ws/voice"]);
    entrance.comeBackWith("resume:me");
    assert.deepEqual(addresses(entrance, "/signaling"), ["wss://voice.example.com/t/resume:me/signaling"]);
  });
}

for (const given of ["", "a b", "../../admin", "abc?x", () => undefined, async () => Promise.reject(new Error("404"))]) {
  test(`${given} is no ticket`, async () => {
    const entrance = new Entrance({ serverUrl: SERVER, ticket: given || (() => given) });
    await assert.rejects(() => entrance.open(), (error) => error instanceof VoiceError && error.code === "ticket");
  });
}

test("a token makes a ticket of the call's agent", async () => {
  const asked = [];
  globalThis.fetch = async (url, request) => {
    asked.push([url, request.headers.Authorization, JSON.parse(request.body)]);
    return { ok: true, json: async () => ({ ticket: "made" }) };
  };
  const entrance = new Entrance({ serverUrl: SERVER, token: "vs_1", wish: { agentId: "scribe" } });
  await entrance.open();
  assert.deepEqual(asked, [["https://voice.example.com/api/v1/tickets", "Bearer vs_1", { agentId: "scribe" }]]);
  assert.deepEqual(addresses(entrance, "/signaling"), ["wss://voice.example.com/t/made/signaling"]);
});

test("a token that does not count is told", async () => {
  globalThis.fetch = async () => ({ ok: false, status: 401, json: async () => ({ message: "No such token." }) });
  const entrance = new Entrance({ serverUrl: SERVER, token: "vs_1" });
  await assert.rejects(() => entrance.open(), { code: "signed-out", message: "No such token." });
});

test("a level goes from silence to full in even steps of decibels", () => {
  const of = (amplitude) => levelOf(new Float32Array(64).fill(amplitude));
  assert.equal(of(0), 0);
  assert.equal(of(1), 1);
  assert.ok(Math.abs(of(10 ** (-36 / 20)) - 0.5) < 0.01);
});

test("an error says whether the same call may succeed later", () => {
  assert.equal(new VoiceError({ code: "busy", retryAfterS: 7 }).retryable, true);
  assert.equal(new VoiceError({ code: "busy", retryAfterS: 7 }).retryAfterS, 7);
  assert.equal(new VoiceError({ code: "permission" }).retryable, false);
  assert.match(new VoiceError({ code: "permission" }).message, /microphone/);
  assert.match(new VoiceError({ code: "of tomorrow" }).message, /of tomorrow/);
});

test("a voice that the browser blocks is told, and can be unlocked", async () => {
  let blocked = true;
  const element = {
    play: async () => {
      if (blocked) {
        throw Object.assign(new Error("no click yet"), { name: "NotAllowedError" });
      }
    },
  };
  const output = new VoiceOutput(element);
  assert.equal(await output.play({}), false);
  blocked = false;
  assert.equal(await output.unlock(), true);
  await assert.rejects(() => output.setDevice("other"), { name: "VoiceError", code: "unsupported" });
});

test("a browser that cannot make calls is told why, once", async () => {
  globalThis.isSecureContext = false;
  const client = new VoiceAgentClient({ serverUrl: SERVER, output: false });
  const told = [];
  client.on("error", ({ error }) => told.push(error.code));
  client.on("state", ({ state }) => told.push(state));
  await assert.rejects(() => client.connect(), { code: "insecure" });
  assert.deepEqual(told, ["failed", "insecure"]);
  await client.disconnect();
  assert.deepEqual(told, ["failed", "insecure"]);
});
