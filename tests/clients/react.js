/** A React page of another site: what docs/embedding.md shows, in StrictMode. */

import { createElement, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { VoiceAgent } from "../../static/voicesite/react.js";

window.said = [];
window.show = (serverUrl, more = {}) => {
  function App() {
    const [there, setThere] = useState(true);
    window.unmount = () => setThere(false);
    const onTranscript = (line) => window.said.push(line);
    const options = { serverUrl, agentId: "scribe", ticket: window.fetchTicket, onTranscript, ...more };
    return there ? createElement(VoiceAgent, options) : createElement("p", null, "gone");
  }
  createRoot(document.getElementById("root")).render(createElement(StrictMode, null, createElement(App)));
};

window.tracks = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  const stream = await open(wish);
  window.tracks.push(...stream.getTracks());
  return stream;
};
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    window.sockets.push(this);
  }
};
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) {
    super(...given);
    window.peers.push(this);
  }
};
window.left = () => [
  ...window.tracks.filter((track) => track.readyState !== "ended").map((track) => track.kind),
  ...window.sockets.filter((socket) => socket.readyState < 2).map((socket) => socket.url.split("/").pop()),
  ...window.peers.filter((peer) => peer.connectionState !== "closed").map((peer) => peer.connectionState),
];
