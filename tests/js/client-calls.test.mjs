/** Calls of the client in virtual time: what goes wrong in them, one thing at a time. */

import assert from "node:assert/strict";
import test from "node:test";

import { WatchedClient } from "./model/watched-client.mjs";
import { newStorage } from "./page.mjs";

/** Returns a client that is connected, and what it told since. */
async function connected(options) {
  const run = new WatchedClient(options);
  run.connect();
  await run.world.clock.pass(500);
  assert.equal(run.world.client.state, "connected");
  return run;
}

const told = ({ world }, name) => world.events.filter((event) => event.name === name).map(({ detail }) => detail);
const states = (run) => told(run, "state").map(({ state }) => state);

test("a call that is begun again while the first one opens is one call", async () => {
  const run = new WatchedClient();
  run.world.ticketMs = 400;
  run.connect();
  await run.world.clock.pass(100);
  await run.world.client.disconnect();
  assert.deepEqual(run.world.left(), [], "the microphone is off at once");
  run.connect();
  await run.world.clock.pass(2000);
  assert.equal(run.world.peers.length, 1);
  assert.equal(run.world.server.calls.size, 1);
  await run.finish({});
});

test("another microphone that opens after the call is over is closed", async () => {
  const run = await connected();
  run.world.microphoneMs = 300;
  run.ask(run.world.client.setInputDevice("other"));
  await run.world.clock.pass(50);
  run.disconnect();
  await run.world.clock.pass(1000);
  assert.equal(run.world.tracks.length, 2);
  await run.finish({});
});

test("the microphone that was chosen last holds, whichever opens first", async () => {
  const run = await connected();
  run.world.microphoneMs = 500;
  run.ask(run.world.client.setInputDevice("slow"));
  run.world.microphoneMs = 5;
  run.ask(run.world.client.setInputDevice("quick"));
  await run.world.clock.pass(1000);
  const [first, quick, slow] = run.world.tracks.map(({ readyState }) => readyState);
  assert.deepEqual({ first, quick, slow }, { first: "ended", quick: "live", slow: "ended" });
  await run.finish({});
});

test("a microphone that cannot be had leaves the one before", async () => {
  const run = await connected();
  run.world.microphoneError = "NotFoundError";
  const chosen = assert.rejects(run.world.client.setInputDevice("gone"), { name: "VoiceError", code: "no-microphone" });
  await run.world.clock.pass(50);
  await chosen;
  assert.equal(run.world.tracks[0].readyState, "live");
  await run.finish({});
});

test("a microphone that is unplugged without another is replaced once one is plugged in", async () => {
  const run = await connected();
  run.world.microphoneError = "NotFoundError";
  run.world.tracks[0].unplug();
  await run.world.clock.pass(50);
  assert.deepEqual(told(run, "microphone"), [{ replaced: false, code: "no-microphone" }]);
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  await run.world.clock.pass(50);
  run.world.microphoneError = "";
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  await run.world.clock.pass(500);
  assert.deepEqual(told(run, "microphone").at(-1), { replaced: true });
  assert.equal(told(run, "microphone").length, 2, "a failure is told once");
  await run.finish({});
});

test("a page's own stream that ends is not replaced by a microphone", async () => {
  const page = new WatchedClient();
  const opening = navigator.mediaDevices.getUserMedia();
  await page.world.clock.pass(10);
  const stream = await opening;
  const run = new WatchedClient({ microphone: stream });
  globalThis.MediaStream = stream.constructor;
  run.connect();
  await run.world.clock.pass(500);
  const [copy] = page.world.tracks.slice(1);
  copy.unplug();
  await run.world.clock.pass(500);
  assert.deepEqual(told(run, "microphone"), [{ replaced: false, code: "no-microphone" }]);
  assert.equal(run.world.tracks.length, 0);
  await run.finish({});
});

test("an offer that was given up does not take the sound back later", async () => {
  const run = await connected();
  const { world } = run;
  world.setNetwork(false);
  await world.clock.pass(12_000);
  world.setUdp(false);
  world.setNetwork(true);
  await world.clock.pass(10_000);
  assert.equal(world.client.state, "connected");
  const [call] = world.server.calls.values();
  assert.equal(call.peer, "peer 1", "the server was not offered a connection that nobody has");
  await run.finish({});
});

test("the network's return is used at once", async () => {
  const run = await connected({ transport: "websocket" });
  const { world } = run;
  world.setNetwork(false);
  world.openSockets().forEach((socket) => socket._closed(1006));
  await world.clock.pass(20_000);
  world.setNetwork(true);
  const tried = world.sockets.length;
  globalThis.dispatchEvent(new Event("online"));
  assert.ok(world.sockets.slice(tried).some(({ url }) => url.endsWith("/signaling")));
  await run.finish({});
});

test("a server that has no room for a socket does not end the call that is on", async () => {
  const run = await connected();
  run.world.server.refusal = 4429;
  run.world.sockets.forEach((socket) => socket.end(1006));
  await run.world.clock.pass(5000);
  assert.equal(states(run).includes("failed"), false);
  run.world.server.refusal = 0;
  await run.world.clock.pass(5000);
  assert.equal(run.world.client.state, "connected");
  await run.finish({});
});

test("an agent that hangs up is no lost connection, whichever socket says so first", async () => {
  const run = await connected({ transport: "websocket" });
  const [call] = run.world.server.calls.values();
  call.media.end(1000);
  await run.world.clock.pass(1000);
  run.world.server.end(call, "agent_hung_up");
  await run.world.clock.pass(100);
  assert.deepEqual(told(run, "ended").map(({ reason }) => reason), ["agent_hung_up"]);
  await run.finish({});
});

test("a page that is loaded again goes on with its call, muted as it was", async () => {
  const kept = newStorageOfTab();
  const before = await connected({ resume: true });
  const { callId } = before.world.client;
  before.world.client.mute();
  globalThis.dispatchEvent(new Event("pagehide"));
  await before.world.clock.pass(50);
  assert.deepEqual(told(before, "ended"), [{ callId, reason: "page_left" }]);
  assert.deepEqual(before.world.left(), []);
  const after = new WatchedClient({ resume: true, ticket: () => assert.fail("no ticket is needed") });
  const { server } = before.world;
  after.world.server = server;
  server.world = after.world;
  assert.equal(after.world.client.resumable, true);
  after.connect();
  await after.world.clock.pass(500);
  const { client } = after.world;
  assert.deepEqual([client.state, client.callId, client.muted, server.calls.size], ["connected", callId, true, 1]);
  await after.finish({});
  assert.deepEqual(Object.keys(kept).filter((name) => kept[name]), [], "what is over is not kept");
});

test("a call that ended before the page came back is told, and not tried again", async () => {
  newStorageOfTab({ mine: JSON.stringify({ callId: "long ago", resumeToken: "", muted: false }) });
  const run = new WatchedClient({ resume: "mine" });
  run.connect();
  await run.world.clock.pass(500);
  assert.deepEqual(told(run, "error").map(({ error }) => error.code), ["ended-meanwhile"]);
  assert.equal(run.world.client.resumable, false);
  await run.finish({});
});

test("a page that the browser kept whole goes on by itself", async () => {
  newStorageOfTab();
  const run = await connected({ resume: true });
  const { callId } = run.world.client;
  globalThis.dispatchEvent(new Event("pagehide"));
  await run.world.clock.pass(1000);
  run._on = true;
  run._latest = { settled: 0, connected: false };
  globalThis.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await run.world.clock.pass(500);
  assert.deepEqual([run.world.client.state, run.world.client.callId], ["connected", callId]);
  await run.finish({});
});

test("a page that goes without coming back hangs up", async () => {
  const run = await connected();
  globalThis.dispatchEvent(new Event("pagehide"));
  await run.world.clock.pass(50);
  assert.equal(run.world.server.calls.size, 0);
  assert.deepEqual(told(run, "ended").map(({ reason }) => reason), ["caller_left"]);
});

test("a loudspeaker is chosen, or it is said why not", async () => {
  const run = await connected();
  const { client, clock } = run.world;
  const choose = async (id) => {
    const chosen = client.setOutputDevice(id).then(() => "", ({ code }) => code);
    await clock.pass(10);
    return chosen;
  };
  assert.deepEqual([await choose("other"), await choose("gone")], ["", "no-loudspeaker"]);
  run.world.output.setSinkId = undefined;
  assert.equal(await choose("other"), "unsupported");
  await run.finish({});
  const page = new WatchedClient({ output: false });
  await assert.rejects(page.world.client.setOutputDevice("other"), { code: "unsupported" });
});

test("a ticket is asked for relays before its call begins", async () => {
  const run = new WatchedClient();
  const asked = [];
  const fetched = globalThis.fetch;
  globalThis.fetch = async (url) => {
    asked.push([new URL(url).pathname, run.world.sockets.length]);
    return fetched(url);
  };
  run.connect();
  await run.world.clock.pass(500);
  assert.deepEqual(asked, [["/t/a-ticket/api/ice-servers", 0]]);
  await run.finish({});
});

test("an address that is none is told as one", async () => {
  const run = new WatchedClient({ serverUrl: "voice.example" });
  run.connect();
  await run.world.clock.pass(50);
  assert.deepEqual(told(run, "error").map(({ error }) => error.code), ["not-found"]);
  assert.deepEqual(run.world.left(), []);
});

/** A tab's storage. */
function newStorageOfTab(given = {}) {
  const values = newStorage(given);
  globalThis.sessionStorage = { ...globalThis.localStorage, removeItem: (name) => delete values[name] };
  return values;
}
