// @ts-check
/**
 * What the library says to people, in English; other languages are in languages/. docs/embedding.md. No DOM.
 *
 * One catalogue counts for the whole page. What only programs and their authors read is not in it.
 */

/** `{name}` stands for a value. `language` is the BCP 47 tag by which numbers are written. */
export const ENGLISH = {
  language: "en",
  start: "Start a voice call",
  stop: "Hang up",
  mute: "Mute",
  unlock: "Turn the sound on",
  talk: "Hold to talk",
  lines: "What is said",
  label: "Voice call",
  agent: "Agent",
  you: "You",
  calling: "Calling…",
  speak: "You can speak now.",
  hold: "Connected. Hold the button to talk.",
  connected: "Connected. You can speak now.",
  reconnecting: "Reconnecting…",
  weak: "The connection is weak. Reconnecting…",
  hangingUp: "Hanging up…",
  ending: "Ending the call…",
  ended: "The call has ended.",
  anotherWay: "Trying another way through the network…",
  noWebrtc: "This browser has no WebRTC, so the sound goes through the web connection. It may lag a little.",
  recorder:
    "This browser has no WebRTC, so your voice is recorded in short pieces and sent through the web connection. Your words and the answers arrive a second or two late.",
  blocked:
    "This network blocks direct sound connections, so the sound goes through the web connection and may lag a little.",
  relayRefused:
    "The TURN relay refused this call, so the sound goes through the web connection and may lag a little. An administrator can check the relay with manage.py check_ice.",
  recogniserFailed: "Speech recognition has stopped, so new words are not written down. The call continues.",
  lossUp: "{share} of what you say is lost on the way.",
  queued: "What you say is {time} late: the network is too slow.",
  lossDown: "{share} of the agent's voice is lost on the way.",
  roundTrip: "Sound needs {time} to the server and back.",
  jitter: "Sound arrives unevenly, by {time}.",
  "error.aborted": "The call was aborted.",
  "error.permission": "The browser does not allow the microphone.",
  "error.no-microphone": "No microphone was found.",
  "error.microphone-busy": "The microphone could not be opened: another program may be using it.",
  "error.insecure": "Browsers allow the microphone only over HTTPS.",
  "error.unsupported": "This browser can send no sound.",
  "error.server-gone": "The server does not answer.",
  "error.signed-out": "The ticket, token or session does not count, or no longer.",
  "error.not-allowed": "The server takes no calls from this page's origin without a ticket made for it (docs/embedding.md).",
  "error.not-found": "The server has no such address: is the ticket or the server's address right?",
  "error.no-media": "Sound cannot get through to the server.",
  "error.connection-lost": "The connection was lost for too long.",
  "error.server-stopped": "The server was stopped.",
  "error.staff-ended": "Staff of the server ended the call.",
  "error.relay-settings": "The browser rejects the server's STUN or TURN addresses.",
  "error.ticket": "No ticket could be had for the call.",
  "error.no-loudspeaker": "That loudspeaker was not found.",
  "error.ended-meanwhile": "The call ended before the page came back to it.",
  "error.in-another-tab": "The call is going on in another tab.",
  "error.other": "The call failed ({code}).",
};

/** @typedef {typeof ENGLISH} Messages */
/** @typedef {Partial<Messages>} OwnMessages what is left out stays English */

/** Modules of their own: a page loads the one that it shows, and English none. */
/** @type {Record<string, () => Promise<{default: Messages}>>} */
const LANGUAGES = {
  de: () => import("./languages/de.js"),
  es: () => import("./languages/es.js"),
};

/** @type {Messages} */
let current = ENGLISH;

/**
 * Lets the library speak by this catalogue from now on.
 * @param {OwnMessages} messages
 */
export function setMessages(messages) {
  current = { ...ENGLISH, ...messages };
}

/**
 * Lets the library speak a language from now on; English where it has none for the tag, or cannot fetch it.
 * @param {string} tag BCP 47, such as de or de-AT
 */
export async function setLanguage(tag) {
  const load = LANGUAGES[tag.toLowerCase().split("-")[0]];
  setMessages((await load?.().catch(() => null))?.default ?? ENGLISH);
}

export function isEnglish() {
  return current.language === "en";
}

/**
 * @param {keyof Messages} key
 * @param {Record<string, string>} [values] for the placeholders
 * @returns {string}
 */
export function words(key, values = {}) {
  return current[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/**
 * @param {string} code of a `VoiceError`
 * @returns {string}
 */
export function wordsOfError(code) {
  const key = /** @type {keyof Messages} */ (`error.${code}`.replaceAll("_", "-"));
  return key in current ? words(key) : words("error.other", { code });
}

/**
 * @param {number} value
 * @param {number} [digits] after the decimal point
 * @returns {string} as the language writes it
 */
export function inDigits(value, digits = 0) {
  return value.toLocaleString(current.language, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });
}
