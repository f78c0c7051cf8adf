import assert from "node:assert/strict";
import test from "node:test";

import { CallClient } from "../../static/voicesite/call-client.js";

class FakePeer {
  connectionState = "new";
  localDescription = null;
  candidates = [];
  tracks = [];

  constructor() {
    FakePeer.last = this;
  }

  createDataChannel() {}

  addTrack(track) {
    this.tracks.push(track);
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

async function startCall() {
  globalThis.RTCPeerConnection = FakePeer;
  const socket = { readyState: 1, sent: [], send: (text) => socket.sent.push(JSON.parse(text)), close: () => {} };
  const call = new CallClient({ openSocket: () => socket, iceServers: async () => [], openMedia: () => socket, agentId: "scribe", consent: null, lastSeq: () => 0 });
  const events = [];
  for (const name of ["floor", "notes", "metrics", "trouble", "track", "problem", "ended"]) {
    call.addEventListener(name, ({ detail }) => events.push([name, detail]));
  }
  call.open();
  socket.onopen();
  const track = { stop: () => {} };
  await call.start({ getAudioTracks: () => [track], getTracks: () => [track] });
  const say = (message) => socket.onmessage({ data: JSON.stringify(message) });
  return { call, socket, events, say };
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
