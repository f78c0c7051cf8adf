/** @roamhq/wrtc: libwebrtc with the API of browsers. */

import wrtc from "@roamhq/wrtc";
import { drive, paced, speech } from "./driver.mjs";

const pc = new wrtc.RTCPeerConnection({ iceServers: [] });
const source = new wrtc.nonstandard.RTCAudioSource();
const track = source.createTrack();
const line = pc.addTransceiver(track, { direction: "sendrecv" });
let camera = null;
let heard = 0;
let talking = false;
pc.createDataChannel("control");
pc.ontrack = ({ track: given }) => {
  new wrtc.nonstandard.RTCAudioSink(given).ondata = ({ samples }) => {
    heard += samples.some((sample) => Math.abs(sample) > 400) ? 1 : 0;
  };
};

const give = (samples) =>
  source.onData({ samples, sampleRate: 48000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 });
paced(10, () => {
  if (!talking) {
    give(new Int16Array(480));
  }
  return true;
});

const connected = () =>
  new Promise((done) => {
    const look = () => pc.connectionState === "connected" && done();
    pc.addEventListener("connectionstatechange", look);
    look();
  });

drive({
  async offer(direction) {
    line.direction = direction;
    await pc.setLocalDescription(await pc.createOffer());
    return pc.localDescription.sdp;
  },
  async answer(sdp) {
    await pc.setRemoteDescription({ type: "answer", sdp });
    await connected();
  },
  async speak() {
    const { samples } = speech();
    talking = true;
    await paced(10, (at) => {
      const piece = samples.slice(480 * at, 480 * (at + 1));
      if (piece.length === 480) {
        give(piece);
      }
      return piece.length === 480;
    });
    talking = false;
  },
  heard: () => heard,
  mute: (on) => line.sender.replaceTrack(on ? null : track),
  picture(on) {
    if (on) {
      const shown = new wrtc.nonstandard.RTCVideoSource().createTrack();
      camera = pc.addTransceiver(shown, { direction: "sendonly" });
    } else {
      camera.stop();
    }
  },
  close: () => pc.close(),
});
