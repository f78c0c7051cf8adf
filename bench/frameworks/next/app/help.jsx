"use client";

import { VoiceAgent } from "voicesite-client/react";

const ticket = async () => (await (await fetch("/voice-ticket", { method: "POST" })).json()).ticket;

export function Help() {
  const wished = typeof location === "undefined" ? null : new URLSearchParams(location.search).get("transport");
  return (
    <VoiceAgent serverUrl={process.env.NEXT_PUBLIC_VOICE_SERVER} agentId="scribe" ticket={ticket} transport={wished ?? "auto"} />
  );
}
