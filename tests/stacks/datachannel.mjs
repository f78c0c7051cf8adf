/** node-datachannel: libdatachannel, which sends and gets RTP packets. */

import ndc from "node-datachannel";
import { drive, paced, PACKET_MS, Rtp, speech } from "./driver.mjs";

const SSRC = 7002;
const pc = new ndc.PeerConnection("caller", { iceServers: [], disableAutoNegotiation: true });
const audio = (direction) => {
  const made = new ndc.Audio("audio", direction);
  made.addOpusCodec(111);
  made.addSSRC(SSRC, "caller");
  return made;
};
const NAMES = { sendrecv: "SendRecv", sendonly: "SendOnly", recvonly: "RecvOnly", inactive: "Inactive" };
const rtp = new Rtp(SSRC, 111);
let track = pc.addTrack(audio("SendRecv"));
let camera = null;
let heard = 0;
let muted = false;
const listen = () =>
  track.onMessage((packet) => {
    const type = packet[1] & 0x7f;
    heard += type < 64 || type > 95 ? 1 : 0;
  });
listen();
let state = "";
pc.onStateChange((now) => { state = now; });

const until = (true_) =>
  new Promise((done, failed) => {
    const began = performance.now();
    const timer = setInterval(() => {
      if (true_()) {
        clearInterval(timer);
        done();
      } else if (performance.now() - began > 15000) {
        clearInterval(timer);
        failed(new Error(`waited in vain: ${state}`));
      }
    }, 10);
  });

drive({
  async offer(direction) {
    if (NAMES[direction] !== track.direction()) {
      track = pc.addTrack(audio(NAMES[direction]));
      listen();
    }
    pc.setLocalDescription("offer");
    await until(() => pc.gatheringState() === "complete" && pc.localDescription()?.type === "offer");
    return pc.localDescription().sdp;
  },
  async answer(sdp) {
    pc.setRemoteDescription(sdp, "answer");
    await until(() => state === "connected");
  },
  async speak() {
    const { packets } = speech();
    await until(() => track.isOpen()); // it opens a moment after the answer was taken
    await paced(PACKET_MS, (at) => {
      if (packets[at] && !muted && track.isOpen()) {
        track.sendMessageBinary(rtp.packet(packets[at]));
      }
      return Boolean(packets[at]);
    });
  },
  heard: () => heard,
  mute: (on) => { muted = on; },
  picture(on) {
    if (on) {
      const line = new ndc.Video("video", "SendOnly");
      line.addVP8Codec(96);
      line.addSSRC(SSRC + 1, "caller");
      camera = pc.addTrack(line);
    } else {
      camera.close();
    }
  },
  close: () => pc.close(),
});
