/** A page that calls with its camera, over the HTTP offer, and looks at what it is shown. */

window.shown = 0;

window.callWithCamera = async (agentId) => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } });
  const peer = new RTCPeerConnection({ iceServers: [] });
  stream.getTracks().forEach((track) => peer.addTrack(track, stream));
  peer.ontrack = ({ track }) => {
    if (track.kind === "video") {
      const video = document.createElement("video");
      Object.assign(video, { autoplay: true, muted: true, srcObject: new MediaStream([track]) });
      document.body.append(video);
      const count = () => {
        window.shown += 1;
        window.size = [video.videoWidth, video.videoHeight];
        video.requestVideoFrameCallback(count);
      };
      video.requestVideoFrameCallback(count);
    }
  };
  await peer.setLocalDescription(await peer.createOffer());
  const { sdp, type } = peer.localDescription;
  const answer = await fetch("/api/voice/offer", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sdp, type, agentId }),
  });
  await peer.setRemoteDescription(await answer.json());
  window.hangUp = () => peer.close();
};
