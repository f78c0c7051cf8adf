import { createRoot } from "react-dom/client";
import { VoiceAgent } from "voicesite-client/react";

const ticket = async () => (await (await fetch("/voice-ticket", { method: "POST" })).json()).ticket;
const transport = new URLSearchParams(location.search).get("transport") ?? "auto";

createRoot(document.getElementById("root")).render(
  <VoiceAgent serverUrl={import.meta.env.VITE_VOICE_SERVER} agentId="scribe" ticket={ticket} transport={transport} />,
);
