// @ts-check
/** All that the connection check says: what it does, what came of it, and what to do. No DOM. */

/** @typedef {import("./check-run.js").Result} Result */

/** @type {Record<string, string>} what a step is doing */
const DOING = {
  microphone: "Allow the microphone if your browser asks, then say something.",
  loudspeaker: "Listen for the tone.",
  udp: "Trying the direct way…",
  "relay-udp": "Trying the relay over UDP…",
  "relay-tcp": "Trying the relay over TCP…",
  "relay-tls": "Trying the relay over TLS…",
  socket: "Trying the web connection…",
  words: "Say a sentence, and pause.",
};

const LABELS = { waiting: "Waiting", running: "Running", pass: "Passed", fail: "Failed", skipped: "Skipped" };

/** @type {Record<string, string>} what came of a step, and what to do; a key may name the step */
const REASONS = {
  ok: "It works.",
  "microphone ok": "It hears you.",
  "loudspeaker heard": "You heard the tone.",
  "loudspeaker echo":
    "You heard the tone, and so did your microphone. The agent may interrupt itself: turn the volume down, or use headphones.",
  "loudspeaker measured":
    "Your microphone heard the tone, so sound does come out. Check which loudspeaker or headphones you are listening to.",
  "loudspeaker not-heard":
    "Turn the volume up, and check in your system's sound settings which loudspeaker is used. Look whether this tab is muted.",
  "loudspeaker not-asked": "You did not say whether you heard it.",
  "words ok": "Your words were recognised. They are shown to you alone, and not stored.",
  cancelled: "You stopped the check.",
  other: "Something unexpected happened. Try again. If it keeps happening, give the support code to your administrator.",
  fair: "It works, though sound may lag or lose a little. A cable, or a place nearer to the Wi-Fi, may help.",
  poor: "It connects, but is too slow or loses too much for a good call. Close what else uses the network, go nearer to the Wi-Fi or use a cable.",
  permission: "Your browser is blocking the microphone. Click the icon to the left of the address, allow the microphone, and check again.",
  "no-microphone": "No microphone was found. Plug one in or turn on your headset, choose it above, and check again.",
  "microphone-busy":
    "The microphone could not be opened. Close other programs that record, check your system's sound settings, and check again.",
  insecure: "Browsers allow the microphone only over HTTPS. Open this page at its https:// address.",
  unsupported: "This browser cannot make calls. Use an up-to-date Chrome, Edge, Firefox or Safari.",
  silent: "The microphone is open, but hears nothing. Look for a mute switch on it, choose another one above, or turn its volume up in your system's settings.",
  "no-way":
    "The server is there, but sound does not get through this way. A firewall or company network may be blocking it; calls then take another way.",
  "udp no-way":
    "Your network lets no sound through directly: a firewall or company network is blocking UDP. Calls take another way, and may lag a little.",
  "relay-silent": "The relay does not answer. A firewall may be blocking it, or its address is wrong: tell your administrator.",
  "relay-refused": "The relay refused this server's credentials. Tell your administrator: manage.py check_ice says more.",
  "relay-settings": "Your browser rejects the relay's address. Tell your administrator to check VOICE_TURN_URLS.",
  "not-configured": "This server has no such relay. None is needed where another way works.",
  refused: "The server takes no further call now, or you have too many open. End other calls, wait a minute, and check again.",
  "server-gone": "The web connection (WebSocket) does not get through. A proxy or security program may be blocking it. Check your network, and try again.",
  "signed-out": "You are signed out. Reload the page, sign in, and check again.",
  lost: "The connection was lost meanwhile. Check your network, and try again.",
  "no-path": "This needs a microphone and a way to the server.",
  "nothing-said": "No words were recognised. Speak a whole sentence, a little louder and nearer to the microphone, and check again.",
  recogniser: "Speech recognition does not work on this server. Tell your administrator.",
};

export const WORDS = {
  allPassed: "Everything works",
  allPassedNote: "You can make calls.",
  stillWorks: "Calls will work, though not everything does",
  stillWorksNote: "At least one way to the server works. What failed, and what you can do, is above.",
  needsHelp: "Something needs your attention",
  needsHelpNote: "What failed, and what you can do, is above. Then check again.",
  stopped: "The check was stopped",
  stoppedNote: "Nothing of it was kept.",
  copied: "Copied.",
  notKept: "No support code could be made. The results are above.",
  another: "You kept several checks in a short time. Wait a minute for another support code.",
  checkAgain: "Check again",
};

/** @param {string} name of a step */
export function doing(name) {
  return DOING[name] ?? "";
}

/** @param {keyof typeof LABELS} state */
export function labelOf(state) {
  return LABELS[state];
}

/**
 * @param {string} step
 * @param {string} reason
 * @returns {string}
 */
export function explained(step, reason) {
  return REASONS[`${step} ${reason}`] ?? REASONS[reason] ?? REASONS.other;
}

/** @type {Record<string, (value: number) => string>} */
const FIGURES = {
  connectMs: (ms) => `Connected in ${Math.round(ms)} ms`,
  roundTripMs: (ms) => `round trip ${Math.round(ms)} ms`,
  lossUp: (share) => `${percent(share)} lost to the server`,
  lossDown: (share) => `${percent(share)} lost from the server`,
  jitterMs: (ms) => `jitter ${Math.round(ms)} ms`,
  echoDb: (dB) => `Tone in the microphone: ${Math.round(dB)} dB above the noise`,
};

/**
 * @param {Result["figures"]} figures
 * @returns {string} what was measured, for people
 */
export function measured(figures) {
  const told = Object.entries(FIGURES).filter(([name]) => name in figures);
  return told.map(([name, words]) => words(figures[name])).join(", ");
}

/** @param {number} share */
function percent(share) {
  return `${(100 * share).toFixed(share && share < 0.1 ? 1 : 0)} %`;
}
