import assert from "node:assert/strict";
import test from "node:test";

import { CallClient } from "../../static/voicesite/call-client.js";
import { PreparedPeer } from "../../static/voicesite/prepared-peer.js";

class FakePeer {
  connectionState = "new";
  iceGatheringState = "new";
  localDescription = null;
  candidates = [];
  sent = null;
  static made = [];

  constructor() {
    FakePeer.last = this;
    FakePeer.made.push(this);
  }

  createDataChannel() {}

  addTransceiver(kind, { direction }) {
    assert.deepEqual([kind, direction], ["audio", "sendrecv"]);
    return { sender: { replaceTrack: async (track) => (this.sent = track) } };
  }

  async createOffer() {
    return { type: "offer", sdp: "v=0" };
  }

  async setLocalDescription(description) {
    this.localDescription = description;
  }

  async setRemoteDescription(description) {
    this.remoteDescription = description;
  }

  async addIceCandidate(candidate) {
    this.candidates.push(candidate.candidate);
  }

  async getStats() {
    return new Map([["T", { id: "T", type: "transport" }]]);
  }

  close() {
    this.connectionState = "closed";
  }
}

const settled = () => new Promise(setImmediate);

function newTrack() {
  return {
    live: true,
    stop() {
      this.live = false;
    },
  };
}

const streamOf = (track) => ({ getAudioTracks: () => [track], getTracks: () => [track] });

async function startCall({ prepared, opening } = {}) {
  globalThis.RTCPeerConnection = FakePeer;
  const socket = { readyState: 1, sent: [], send: (text) => socket.sent.push(JSON.parse(text)), close: () => {} };
  const call = new CallClient({ openSocket: () => socket, iceServers: async () => [], openMedia: () => socket, agentId: "scribe", consent: null, lastSeq: () => 0, prepared });
  const events = [];
  for (const name of ["floor", "notes", "metrics", "trouble", "track", "problem", "ended"]) {
    call.addEventListener(name, ({ detail }) => events.push([name, detail]));
  }
  call.open();
  socket.onopen();
  const track = newTrack();
  const started = call.start(opening?.then(() => streamOf(track)) ?? streamOf(track));
  await (opening ? settled() : started);
  const say = (message) => socket.onmessage({ data: JSON.stringify(message) });
  return { call, socket, events, say, track, started };
}

/** A peer connection that was made before its call. */
function prepare() {
  globalThis.RTCPeerConnection = FakePeer;
  FakePeer.made = [];
  return new PreparedPeer(async () => []);
}

test("the offer names the agent and what the page understands", async () => {
  const { call, socket } = await startCall();
  const [offer] = socket.sent;
  assert.deepEqual([offer.type, offer.agentId, offer.sdp], ["offer", "scribe", "v=0"]);
  assert.ok(offer.features.includes("agent"));
  call.leave();
});

test("candidates that come before the answer wait for it", async () => {
  const { call, say } = await startCall();
  say({ type: "ice-candidate", candidate: { candidate: "early" } });
  await settled();
  assert.deepEqual(FakePeer.last.candidates, []);
  say({ type: "answer", sdp: "v=0", callId: "c1" });
  await settled();
  say({ type: "ice-candidate", candidate: { candidate: "late" } });
  say({ type: "ice-candidate", candidate: null });
  assert.deepEqual(FakePeer.last.candidates, ["early", "late"]);
  call.leave();
  assert.equal(FakePeer.last.connectionState, "closed");
});

test("what the server tells of the agent is passed on, and the call goes on", async () => {
  const { call, events, say } = await startCall();
  say({ type: "answer", sdp: "v=0", callId: "c1" });
  say({ type: "floor", floor: "thinking", atMs: 1 });
  say({ type: "notes", notes: [] });
  const metrics = { type: "metrics", turn: 2, firstAudioMs: 900 };
  say(metrics);
  say({ type: "error", code: "responder_unavailable", message: "No answer.", recoverable: true });
  say({ type: "error", code: "bad_message", message: "No.", recoverable: true });
  FakePeer.last.ontrack({ streams: ["voice"], track: null });
  assert.deepEqual(events, [["floor", "thinking"], ["notes", []], ["metrics", metrics], ["trouble", "responder_unavailable"], ["track", "voice"]]);
  call.leave();
});

test("notes are told whole, though only what changed comes", async () => {
  const { call, events, say } = await startCall();
  say({ type: "answer", sdp: "v=0", callId: "c1" });
  const [milk, tea] = [1, 2].map((number) => ({ number, kind: "note", text: "x", atMs: 0 }));
  say({ type: "notes", notes: [milk] });
  say({ type: "notes", notes: [tea] });
  say({ type: "notes", notes: [], removed: [2] });
  say({ type: "notes", notes: [tea], whole: true });
  assert.deepEqual(events.map(([, notes]) => notes), [[milk], [milk, tea], [milk], [tea]]);
  call.leave();
});

test("the browser's own report can be had where there is a connection", async () => {
  const { call } = await startCall();
  assert.equal((await call.stats()).get("T").type, "transport");
  call.leave();
  const none = new CallClient({ openSocket: () => {}, iceServers: async () => [], openMedia: () => {}, agentId: "", consent: null, lastSeq: () => 0 });
  assert.equal(none.stats(), null);
});

test("what the caller asks of the agent goes out, or is said not to", async () => {
  const { call, socket } = await startCall();
  socket.sent.length = 0;
  assert.deepEqual([call.agent.say("hello"), call.agent.interrupt(), call.agent.pause(true)], [true, true, true]);
  assert.deepEqual(socket.sent, [{ type: "text", text: "hello" }, { type: "interrupt" }, { type: "agent", paused: true }]);
  socket.readyState = 3;
  assert.equal(call.agent.say("again"), false);
  call.leave();
});

test("a prepared connection is offered with what it has found, and sends the microphone", async () => {
  const prepared = prepare();
  await settled();
  const [peer] = FakePeer.made;
  peer.onicecandidate({ candidate: { candidate: "found while the question was read" } });
  peer.localDescription.sdp = "v=0 with it";
  const { call, socket, track } = await startCall({ prepared });
  assert.equal(FakePeer.made.length, 1);
  assert.equal(peer.sent, track);
  assert.equal(call.found.candidates, 1);
  peer.onicecandidate({ candidate: { candidate: "found later" } });
  assert.deepEqual(socket.sent.map(({ type, sdp, candidate }) => [type, sdp ?? candidate.candidate]), [["offer", "v=0 with it"], ["ice-candidate", "found later"]]);
  call.leave();
  assert.equal(peer.connectionState, "closed");
});

test("a connection that nobody takes can be closed, and a call makes another", async () => {
  const prepared = prepare();
  await settled();
  prepared.close();
  assert.equal(FakePeer.made[0].connectionState, "closed");
  const { call, socket } = await startCall({ prepared });
  assert.deepEqual([FakePeer.made.length, socket.sent[0].type], [2, "offer"]);
  call.leave();
});

test("a call that is left while its connection is made leaves none behind", async () => {
  const prepared = prepare();
  const call = new CallClient({ openSocket: () => ({ close() {} }), iceServers: async () => [], openMedia: () => {}, agentId: "", consent: null, lastSeq: () => 0, prepared });
  const started = call.start(streamOf(newTrack()));
  call.leave();
  await started;
  await settled();
  assert.ok(FakePeer.made.every(({ connectionState }) => connectionState === "closed"));
});

test("what cannot be prepared is tried again by the call, which learns why", async () => {
  const made = FakePeer.prototype.createOffer;
  FakePeer.prototype.createOffer = async () => {
    throw new Error("no codecs");
  };
  try {
    const prepared = prepare();
    await settled();
    assert.equal(FakePeer.made[0].connectionState, "closed");
    await assert.rejects(startCall({ prepared }), /no codecs/);
    assert.equal(FakePeer.made.length, 2);
    FakePeer.last.close();
  } finally {
    FakePeer.prototype.createOffer = made;
  }
});

test("a call connects while its microphone opens, and says so once that is heard", async () => {
  let open;
  const { call, say, socket, track, started } = await startCall({ opening: new Promise((resolve) => (open = resolve)) });
  const states = [];
  call.addEventListener("state", ({ detail }) => states.push(detail.state));
  const peer = FakePeer.last;
  assert.deepEqual([socket.sent[0].type, peer.sent], ["offer", null]);
  say({ type: "answer", sdp: "v=0", callId: "c1" });
  await settled();
  peer.connectionState = "connected";
  peer.onconnectionstatechange();
  say({ type: "status", state: "active", status: "Connected" });
  assert.deepEqual(states, []);
  call.mute(true);
  open();
  await started;
  assert.deepEqual([peer.sent, track.enabled, states], [track, false, ["active"]]);
  call.leave();
});

test("a microphone that does not open is told by the start, and one that opens too late is stopped", async () => {
  const refused = Object.assign(new Error("none"), { name: "NotFoundError" });
  let refuse;
  const { call, started } = await startCall({ opening: new Promise((_, reject) => (refuse = reject)) });
  refuse(refused);
  await assert.rejects(started, refused);
  call.leave();
  let open;
  const late = await startCall({ opening: new Promise((resolve) => (open = resolve)) });
  late.call.hangUp();
  open();
  await late.started;
  assert.equal(late.track.live, false);
  late.call.leave();
});
