// @ts-check
/** What a client is given, and what its events bring. Types alone: no page loads this file. */

/**
 * @typedef {object} Line
 * @property {number} seq counts a call's lines, from 1 without gaps
 * @property {"user" | "agent"} role
 * @property {string} text
 * @property {boolean} final false: the line is still being spoken
 * @property {number} startMs on the call clock
 * @property {string} [fullText] the whole sentence, where `text` is what was heard of it
 */

/**
 * @typedef {object} AnswerTimes of one answer, in ms on the call clock; null for what did not happen
 * @property {number} turn
 * @property {number | null} speechEndMs the caller fell silent
 * @property {number | null} endpointMs it was decided that the turn is over
 * @property {number | null} finalMs its final words came
 * @property {number | null} firstTokenMs the answer's first text came
 * @property {number | null} firstAudioMs its first sound was sent
 */

/**
 * @typedef {object} ClientOptions
 * @property {string} [serverUrl] such as https://voice.example.com; without it the page's own server
 * @property {string} [agentId] an agent's slug; without it the default agent answers
 * @property {string | (() => string | Promise<string>)} [ticket] of `POST /api/v1/tickets`, or what fetches one, at each
 *   `connect()`: the way in for pages of other servers
 * @property {string | (() => string | Promise<string>)} [token] an API token, which makes the ticket here: only where
 *   whoever reads the page may have it. Without ticket and token the page's own session counts
 * @property {"auto" | "webrtc" | "websocket"} [transport] "auto" tries WebRTC, then the WebSocket
 * @property {string | MediaStream} [microphone] a device's id, or a stream, which the client then does not stop
 * @property {{recording: true, notice: string} | null} [consent] without it no audio is stored
 * @property {Record<string, string | number | boolean>} [variables] for the agent's prompt and greeting
 * @property {Record<string, unknown>} [metadata] kept with the call
 * @property {boolean} [pushToTalk] the caller is heard only between `talk(true)` and `talk(false)`
 * @property {HTMLAudioElement | false} [output] plays the agent's voice; false: the page plays what `voice` gives it
 * @property {AbortSignal} [signal] ends the call when it aborts
 * @property {string} [language] in which the library speaks to people on this page, such as de: English, German and Spanish
 * @property {import("./messages.js").OwnMessages} [messages] its words instead; what is left out is English
 * @property {boolean | string} [resume] keeps the call in the tab's sessionStorage, so that `connect()` after a reload goes
 *   on with it; text is the name of the entry, for pages with several clients
 * @property {(line: Line) => void} [onTranscript] as the event `transcript`
 */

/**
 * @typedef {object} CallOptions
 * @property {() => WebSocket} openSocket
 * @property {() => WebSocket} openMedia opens the WebSocket for audio, if WebRTC is blocked
 * @property {() => Promise<RTCIceServer[]>} iceServers STUN and TURN servers, with credentials
 * @property {string} agentId
 * @property {{recording: true, notice: string} | null} consent null: no audio is stored
 * @property {() => number} lastSeq the last `seq` before which no segment is missing
 * @property {string} [resume] the id of a live call to resume after a reload
 * @property {string} [resumeToken] of that call, where it began with a ticket
 * @property {"auto" | "webrtc" | "websocket"} [transport] how the audio goes; "auto" finds out
 * @property {Record<string, string | number | boolean>} [variables] for the agent's prompt and greeting
 * @property {Record<string, unknown>} [metadata] kept with the call
 * @property {boolean} [check] whether only the way is tried: the server keeps nothing of it
 * @property {boolean} [relayOnly] whether WebRTC may go through a relay alone
 * @property {import("./prepared-peer.js").PreparedPeer | null} [prepared] made before; the call takes or closes it
 * @property {number} [qualityMs] between two looks at how good the connection is
 */

/**
 * @typedef {object} MediaPathOptions
 * @property {import("./signaling.js").Signaling} signaling
 * @property {() => Promise<RTCIceServer[]>} iceServers STUN and TURN servers, with credentials
 * @property {() => WebSocket} openMedia opens `/ws/voice`
 * @property {"auto" | "webrtc" | "websocket"} [transport] "auto", unless one way is wanted alone
 * @property {boolean} [relayOnly] whether WebRTC may go through a relay alone
 * @property {import("./prepared-peer.js").PreparedPeer | null} [prepared] what the first offer is taken from
 */

export {};
