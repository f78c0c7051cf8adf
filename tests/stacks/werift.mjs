/** werift: TypeScript all the way down; sends and gets RTP packets. */

import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters } from "werift";
import { drive, paced, PACKET_MS, Rtp, speech } from "./driver.mjs";

const OPUS = new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48000, channels: 2, payloadType: 96 });
const VP8 = new RTCRtpCodecParameters({ mimeType: "video/VP8", clockRate: 90000, payloadType: 97 });
const pc = new RTCPeerConnection({
  iceServers: [],
  iceAdditionalHostAddresses: ["127.0.0.1"],
  codecs: { audio: [OPUS], video: [VP8] },
});
const track = new MediaStreamTrack({ kind: "audio" });
const line = pc.addTransceiver(track, { direction: "sendrecv" });
const rtp = new Rtp(7001, 96);
let camera = null;
let heard = 0;
let muted = false;
line.onTrack.subscribe((given) => given.onReceiveRtp.subscribe(() => { heard += 1; }));
pc.createDataChannel("control");

drive({
  async offer(direction) {
    line.setDirection(direction);
    await pc.setLocalDescription(await pc.createOffer());
    return pc.localDescription.sdp;
  },
  async answer(sdp) {
    await pc.setRemoteDescription({ type: "answer", sdp });
    if (pc.connectionState !== "connected") {
      await pc.connectionStateChange.watch((state) => state === "connected", 15000);
    }
  },
  async speak() {
    const { packets } = speech();
    await paced(PACKET_MS, (at) => {
      const packet = packets[at];
      if (packet && !muted) {
        track.writeRtp(rtp.packet(packet));
      }
      return Boolean(packet);
    });
  },
  heard: () => heard,
  mute: (on) => { muted = on; },
  picture(on) {
    if (on) {
      camera = pc.addTransceiver(new MediaStreamTrack({ kind: "video" }), { direction: "sendonly" });
    } else {
      camera.stop();
    }
  },
  close: () => pc.close(),
});
