/** The speech-to-text demo page, as field notes describe it. */

window.diary = [];

window.recognise = async () => {
  const peer = new RTCPeerConnection({ iceServers: [] });
  const channel = peer.createDataChannel("results", { ordered: true, protocol: "tcp" });
  channel.binaryType = "arraybuffer";
  channel.onmessage = ({ data }) => window.diary.push(JSON.parse(new TextDecoder().decode(data)));
  channel.onclose = () => {
    peer.close();
    window.diary.push({ closed: true });
  };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const [track] = stream.getAudioTracks();
  peer.addTrack(track, stream);
  window.stop = () => track.stop();
  await peer.setLocalDescription(await peer.createOffer());
  while (peer.iceGatheringState !== "complete") {
    await new Promise((done) => (peer.onicegatheringstatechange = done));
  }
  const answer = await fetch("/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ offer: peer.localDescription.sdp }),
  });
  await peer.setRemoteDescription({ type: "answer", sdp: (await answer.json()).answer });
};
