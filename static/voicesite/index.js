// @ts-check
/** The public names of the client library: docs/embedding.md. */

export { VoiceAgentClient } from "./client.js";
export { setLanguage, setMessages } from "./messages.js";
export { VoiceError } from "./voice-error.js";
