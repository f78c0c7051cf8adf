/** Pipecat's own client, with a diary of what it told its page. */

import { PipecatClient, RTVIEvent } from "@pipecat-ai/client-js";
import { SmallWebRTCTransport, WavMediaManager } from "@pipecat-ai/small-webrtc-transport";

window.diary = [];
window.heard = 0;

function listenTo(stream) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context);
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    window.heard = Math.max(window.heard, ...samples.map(Math.abs));
  }, 50);
}

const kept = (name) => (detail) => window.diary.push([name, simple(detail)]);

function simple(detail) {
  try {
    return JSON.parse(JSON.stringify(detail ?? null));
  } catch {
    return String(detail);
  }
}

window.makeClient = () => {
  const client = new PipecatClient({
    transport: new SmallWebRTCTransport({ mediaManager: new WavMediaManager() }),
    enableMic: true,
    enableCam: false,
  });
  for (const name of Object.values(RTVIEvent)) {
    client.on(name, kept(name));
  }
  client.on("trackStarted", (track, participant) => {
    if (!participant?.local && track.kind === "audio") {
      const audio = document.createElement("audio");
      audio.autoplay = true;
      audio.srcObject = new MediaStream([track]);
      document.body.append(audio);
      listenTo(audio.srcObject);
      window.diary.push(["remote audio", null]);
    }
  });
  window.client = client;
  return client;
};
