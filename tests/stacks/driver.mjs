/** Obeys the test, a line of JSON at a time, with whichever stack it is given. */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

export const PACKET_MS = 20;

/** What is to be said: Opus packets of 20 ms, and the same at 48 kHz, mono. */
export const speech = () => {
  const { packets, pcm } = JSON.parse(readFileSync(process.argv[2], "utf8"));
  const bytes = Buffer.from(pcm, "base64");
  return {
    packets: packets.map((packet) => Buffer.from(packet, "base64")),
    samples: new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2),
  };
};

/** Calls `step` at the pace of real time until it gives false. */
export const paced = (everyMs, step) =>
  new Promise((done) => {
    const began = performance.now();
    let count = 0;
    const timer = setInterval(() => {
      while (performance.now() - began >= count * everyMs) {
        count += 1;
        if (!step(count - 1)) {
          clearInterval(timer);
          done();
          return;
        }
      }
    }, 5);
  });

/** RTP packets of Opus, as whoever codes by themselves sends them. */
export class Rtp {
  #sequence = 100;
  #timestamp = 1000;

  constructor(ssrc, type) {
    this.ssrc = ssrc;
    this.type = type;
  }

  packet(payload) {
    const out = Buffer.alloc(12 + payload.length);
    out.writeUInt8(0x80, 0);
    out.writeUInt8(this.type, 1);
    out.writeUInt16BE(this.#sequence++ & 0xffff, 2);
    out.writeUInt32BE(this.#timestamp, 4);
    out.writeUInt32BE(this.ssrc, 8);
    payload.copy(out, 12);
    this.#timestamp += 960;
    return out;
  }
}

export const drive = (stack) => {
  const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);
  const does = {
    offer: async ({ direction }) => ({ sdp: await stack.offer(direction) }),
    answer: async ({ sdp }) => ({ connected: (await stack.answer(sdp)) ?? true }),
    speak: async () => ({ spoken: (await stack.speak()) ?? true }),
    heard: () => ({ heard: stack.heard() }),
    mute: async ({ on }) => ({ muted: (await stack.mute(on)) ?? on }),
    picture: async ({ on }) => ({ shown: (await stack.picture(on)) ?? on }),
    close: async () => ({ closed: (await stack.close()) ?? true }),
  };
  createInterface({ input: process.stdin }).on("line", async (line) => {
    const wish = JSON.parse(line);
    try {
      say(await does[wish.do](wish));
    } catch (error) {
      say({ error: String(error?.stack ?? error) });
    }
  });
};
