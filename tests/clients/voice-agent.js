/** The voice-agent client and the HTTP offer, as field notes describe them. */

window.diary = [];
window.heard = 0;
/** Without a sound device an AudioContext never starts. */
window.listens = true;
/** What speaks in place of the microphone. */
window.microphone = null;
/** What its peer connection is made with beside no ICE servers. */
window.settings = {};

window.withRsa = async () => {
  const size = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const certificate = await RTCPeerConnection.generateCertificate({
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    ...size,
  });
  window.settings.certificates = [certificate];
};

const CONSTRAINTS = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, sampleRate: 48000 },
};

async function connection() {
  const stream = window.microphone ?? (await navigator.mediaDevices.getUserMedia(CONSTRAINTS));
  const peer = new RTCPeerConnection({ iceServers: [], ...window.settings });
  stream.getTracks().forEach((track) => peer.addTrack(track, stream));
  peer.ontrack = ({ streams }) => {
    const audio = document.createElement("audio");
    audio.autoplay = true;
    audio.srcObject = streams[0];
    document.body.append(audio);
    if (!window.listens) {
      return;
    }
    const context = new AudioContext();
    const analyser = new AnalyserNode(context);
    context.createMediaStreamSource(streams[0]).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      window.heard = Math.max(window.heard, ...samples.map(Math.abs));
    }, 50);
  };
  return peer;
}

window.callAgent = async (serverUrl, agentId) => {
  const peer = await connection();
  const channel = peer.createDataChannel("control");
  channel.onmessage = ({ data }) => window.diary.push({ channel: true, ...JSON.parse(data) });
  await peer.setLocalDescription(await peer.createOffer());
  const socket = new WebSocket(`${serverUrl}/signaling`);
  peer.onicecandidate = ({ candidate }) =>
    candidate && socket.readyState === 1 && socket.send(JSON.stringify({ type: "ice-candidate", candidate }));
  socket.onopen = () =>
    socket.send(JSON.stringify({ type: "offer", sdp: peer.localDescription.sdp, agentId }));
  socket.onmessage = async ({ data }) => {
    const message = JSON.parse(data);
    window.diary.push(message);
    if (message.type === "answer") {
      await peer.setRemoteDescription({ type: "answer", sdp: message.sdp });
    } else if (message.type === "ice-candidate") {
      await peer.addIceCandidate(message.candidate);
    }
  };
  /** Changes what the microphone's line is for; its present direction tells of the answer. */
  window.change = async (direction) => {
    peer.getTransceivers()[0].direction = direction;
    await peer.setLocalDescription(await peer.createOffer());
    socket.send(JSON.stringify({ type: "offer", sdp: peer.localDescription.sdp, agentId }));
  };
  window.direction = () => peer.getTransceivers()[0].currentDirection;
  /** Stops all lines of sound and adds another; `where` tells when it is there. */
  window.another = async () => {
    const lines = peer.getTransceivers().filter((line) => !line.stopped);
    const { track } = lines[0].sender;
    lines.forEach((line) => line.stop());
    window.added = peer.addTransceiver(track, { streams: [new MediaStream()] });
    window.heard = 0;
    await peer.setLocalDescription(await peer.createOffer());
    socket.send(JSON.stringify({ type: "offer", sdp: peer.localDescription.sdp, agentId }));
  };
  /** Stops all lines of sound; what they sent waits in `window.kept` for `again`. */
  window.stopLines = async () => {
    const lines = peer.getTransceivers().filter((line) => !line.stopped);
    window.kept = lines[0].sender.track;
    lines.forEach((line) => line.stop());
    await peer.setLocalDescription(await peer.createOffer());
    socket.send(JSON.stringify({ type: "offer", sdp: peer.localDescription.sdp, agentId }));
  };
  window.stopped = () =>
    peer.signalingState === "stable" && peer.getTransceivers().every((line) => line.stopped);
  /** Adds a line where none is left; `where` tells when it is there. */
  window.again = async () => {
    window.added = peer.addTransceiver(window.kept, { streams: [new MediaStream()] });
    window.heard = 0;
    await peer.setLocalDescription(await peer.createOffer());
    socket.send(JSON.stringify({ type: "offer", sdp: peer.localDescription.sdp, agentId }));
  };
  /** Takes the microphone's track away, or gives it back. */
  window.mute = async (on) => {
    const { sender } = peer.getTransceivers().find((line) => !line.stopped);
    window.taken = on ? sender.track : window.taken;
    await sender.replaceTrack(on ? null : window.taken);
  };
  /** Whether no sound was sent for a while. */
  window.sendsNothing = async () => {
    const sent = async () =>
      [...(await peer.getStats()).values()].reduce(
        (sum, { type, packetsSent }) => sum + (type === "outbound-rtp" ? packetsSent : 0), 0);
    const before = await sent();
    await new Promise((done) => setTimeout(done, 600));
    return (await sent()) === before;
  };
  window.where = () => `${window.added.currentDirection} ${peer.connectionState}`;
  window.control = (message) => channel.send(JSON.stringify(message));
  window.hangUp = () => {
    peer.getSenders().forEach(({ track }) => track?.stop());
    peer.close();
    socket.close();
  };
};

window.offerOverHttp = async (agentId) => {
  const peer = await connection();
  await peer.setLocalDescription(await peer.createOffer());
  const { sdp, type } = peer.localDescription;
  const answer = await fetch("/api/voice/offer", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sdp, type, agentId }),
  });
  const given = await answer.json();
  window.diary.push(given);
  await peer.setRemoteDescription(given);
  window.hangUp = () => peer.close();
};
