import assert from "node:assert/strict";
import test from "node:test";

import { lasting } from "../../static/js/clock.js";
import { MicrophoneBuffer } from "../../static/voicesite/microphone-buffer.js";
import { SocketLink } from "../../static/voicesite/socket-link.js";

class Socket {
  constructor() {
    this.sent = [];
    this.bufferedAmount = 0;
  }

  send(data) {
    this.sent.push(data);
  }

  close() {}

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

const chunk = (number) => new Int16Array([number]).buffer;
const numbers = (sent) => sent.filter((data) => typeof data !== "string").map((data) => new Int16Array(data)[0]);

function linked(sound) {
  const sockets = [];
  const link = new SocketLink({
    open: () => sockets[sockets.push(new Socket()) - 1],
    callId: "call",
    microphone: sound,
    onState: () => {},
    onTrack: () => {},
  });
  link._connect();
  sockets[0].onopen();
  return { link, sockets };
}

test("only the last forty seconds are kept", () => {
  const sound = new MicrophoneBuffer();
  for (let number = 0; number < 500; number += 1) {
    sound.take(chunk(number));
  }
  assert.equal(sound.keptMs, 40_000);
  assert.deepEqual(numbers(sound.last(300)), [497, 498, 499]);
  assert.deepEqual(sound.last(0), []);
});

test("the server is sent what it lacks, and then what is spoken", () => {
  const sound = new MicrophoneBuffer();
  [1, 2, 3, 4].forEach((number) => sound.take(chunk(number)));
  const { sockets } = linked(sound);
  assert.equal(JSON.parse(sockets[0].sent[0]).heldMs, 400);
  sound.take(chunk(5)); // while the server answers
  sockets[0].say({ type: "session_started", received: 0, backlogMs: 300 });
  sound.take(chunk(6));
  assert.deepEqual(numbers(sockets[0].sent), [3, 4, 5, 6]);
});

test("a socket that comes back goes on where the server was, with no backlog of its own", () => {
  const sound = new MicrophoneBuffer();
  [1, 2].forEach((number) => sound.take(chunk(number)));
  const { link, sockets } = linked(sound);
  sockets[0].say({ type: "session_started", received: 0, backlogMs: 200 });
  link._onClose(1006);
  clearTimeout(link._timer);
  sound.take(chunk(3));
  link._connect();
  sockets[1].onopen();
  sockets[1].say({ type: "session_started", received: 1, backlogMs: 0 });
  assert.deepEqual(numbers(sockets[1].sent), [2, 3]);
  link.close();
});

test("a gap's length is said as people say it", () => {
  assert.deepEqual([300, 7_200, 60_000, 125_000].map(lasting), ["1 s", "7 s", "1 min", "2 min 5 s"]);
});
