import assert from "node:assert/strict";
import test from "node:test";

import { uplinkKind } from "../../static/voicesite/devices.js";
import { MicrophoneRecorder, recorderMimeType } from "../../static/voicesite/microphone-recorder.js";
import { Signaling } from "../../static/voicesite/signaling.js";
import { SocketLink } from "../../static/voicesite/socket-link.js";

/** Records pieces that say their own number; the last comes when it is stopped. */
class Recorder {
  static isTypeSupported(kind) {
    return kind === "audio/mp4";
  }

  constructor(_stream, { mimeType }) {
    this.mimeType = mimeType;
    this.state = "inactive";
    this.number = 0;
  }

  start(sliceMs) {
    this.state = "recording";
    this.sliceMs = sliceMs;
  }

  piece() {
    this.number += 1;
    this.ondataavailable({ data: new Blob([new Int16Array([this.number])]) });
  }

  stop() {
    this.state = "inactive";
    this.piece();
    this.ondataavailable({ data: new Blob([]) });
    this.onstop?.();
  }
}

const recorded = () => {
  globalThis.MediaRecorder = Recorder;
  const sound = new MicrophoneRecorder();
  sound.listen({});
  return sound;
};
const settled = () => new Promise((done) => setImmediate(() => setImmediate(done)));
const numbers = (sent) => sent.filter((data) => typeof data !== "string").map((data) => new Int16Array(data)[0]);

class Socket {
  constructor() {
    this.sent = [];
    this.bufferedAmount = 0;
    this.readyState = 1;
  }

  send(data) {
    this.sent.push(data);
  }

  close() {}

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

function linked(sound, more = {}) {
  const sockets = [];
  const link = new SocketLink({
    open: () => sockets[sockets.push(new Socket()) - 1],
    callId: "",
    microphone: sound,
    onState: () => {},
    onTrack: () => {},
    ...more,
  });
  link._connect();
  sockets[0].onopen();
  return { link, sockets };
}

test("a browser without a recorder records nothing", () => {
  delete globalThis.MediaRecorder;
  assert.equal(recorderMimeType(), "");
});

test("the best way that a browser has is taken", () => {
  globalThis.MediaRecorder = Recorder;
  const ways = [uplinkKind()];
  globalThis.AudioWorkletNode = class {};
  ways.push(uplinkKind());
  globalThis.RTCPeerConnection = class {};
  ways.push(uplinkKind());
  delete globalThis.AudioWorkletNode;
  delete globalThis.RTCPeerConnection;
  delete globalThis.MediaRecorder;
  assert.deepEqual([...ways, uplinkKind()], ["recorder", "samples", "webrtc", ""]);
});

test("the recording begins with the call, so that the server has its beginning", async () => {
  const sound = recorded();
  const { sockets } = linked(sound, { request: { agentId: "scribe", consent: { recording: true } } });
  const start = JSON.parse(sockets[0].sent[0]);
  assert.deepEqual([start.agentId, start.consent.recording, start.callId], ["scribe", true, undefined]);
  assert.deepEqual([start.audio.codec, start.heldMs], ["audio/mp4", 0]);
  assert.equal(sound._recorder.state, "inactive");
  sockets[0].say({ type: "session_started", callId: "call", received: 0, backlogMs: 0 });
  assert.equal(sound._recorder.state, "recording");
  sound._recorder.piece();
  sound._recorder.piece();
  await settled();
  assert.deepEqual(numbers(sockets[0].sent), [1, 2]);
});

test("a call that began here is the one that a new socket goes on with", () => {
  const begun = [];
  const { link, sockets } = linked(recorded(), { onCall: (callId) => begun.push(callId) });
  sockets[0].say({ type: "session_started", callId: "call", received: 0, backlogMs: 0 });
  link._onClose(1006);
  clearTimeout(link._timer);
  link._connect();
  sockets[1].onopen();
  const again = JSON.parse(sockets[1].sent[0]);
  assert.deepEqual([again.callId, again.continues], ["call", true]);
  assert.deepEqual(begun, ["call"]);
  link.close();
});

test("why a call does not begin is told", () => {
  const refused = [];
  const { sockets } = linked(recorded(), { onRefused: ({ code }) => refused.push(code) });
  sockets[0].say({ type: "error", code: "unknown_agent", message: "…" });
  assert.deepEqual(refused, ["unknown_agent"]);
});

test("the last piece is told before the call is hung up", async () => {
  const sound = recorded();
  const { sockets } = linked(sound);
  sockets[0].say({ type: "session_started", callId: "call", received: 0, backlogMs: 0 });
  sound._recorder.piece();
  await sound.finish();
  assert.deepEqual(numbers(sockets[0].sent), [1, 2]);
  await sound.finish(); // has nothing more to say
});

test("the words of a call that began elsewhere are asked for, once the socket is open", () => {
  const socket = new Socket();
  socket.readyState = 0;
  const signaling = new Signaling({ open: () => socket, lastSeq: () => 0, pingLater: () => 0 });
  signaling.open();
  signaling.follow("call");
  assert.deepEqual(socket.sent, []);
  socket.readyState = 1;
  socket.onopen();
  const { type, callId } = JSON.parse(socket.sent[0]);
  assert.deepEqual([type, callId], ["resume", "call"]);
  signaling.follow("call"); // a socket that came back tells it again
  assert.equal(socket.sent.length, 1);
});
