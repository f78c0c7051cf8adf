// @ts-check
/** All that the connection check says: what it does, what came of it, and what to do. No DOM. */

import { gettext, inserted, LOCALE } from "./i18n.js";

/** @typedef {import("./check-run.js").Result} Result */

/** @type {Record<string, string>} what a step is doing */
const DOING = {
  microphone: gettext("Allow the microphone if your browser asks, then say something."),
  loudspeaker: gettext("Listen for the tone."),
  udp: gettext("Trying the direct way…"),
  "relay-udp": gettext("Trying the relay over UDP…"),
  "relay-tcp": gettext("Trying the relay over TCP…"),
  "relay-tls": gettext("Trying the relay over TLS…"),
  socket: gettext("Trying the web connection…"),
  words: gettext("Say a sentence, and pause."),
};

const LABELS = { waiting: gettext("Waiting"), running: gettext("Running"), pass: gettext("Passed"), fail: gettext("Failed"), skipped: gettext("Skipped") };

/** @type {Record<string, string>} what came of a step, and what to do; a key may name the step */
const REASONS = {
  ok: gettext("It works."),
  "microphone ok": gettext("It hears you."),
  "loudspeaker heard": gettext("You heard the tone."),
  "loudspeaker echo":
    gettext("You heard the tone, and so did your microphone. The agent may interrupt itself: turn the volume down, or use headphones."),
  "loudspeaker measured":
    gettext("Your microphone heard the tone, so sound does come out. Check which loudspeaker or headphones you are listening to."),
  "loudspeaker not-heard":
    gettext("Turn the volume up, and check in your system's sound settings which loudspeaker is used. Look whether this tab is muted."),
  "loudspeaker not-asked": gettext("You did not say whether you heard it."),
  "words ok": gettext("Your words were recognised. They are shown to you alone, and not stored."),
  cancelled: gettext("You stopped the check."),
  other: gettext("Something unexpected happened. Try again. If it keeps happening, give the support code to your administrator."),
  fair: gettext("It works, though sound may lag or lose a little. A cable, or a place nearer to the Wi-Fi, may help."),
  poor: gettext("It connects, but is too slow or loses too much for a good call. Close what else uses the network, go nearer to the Wi-Fi or use a cable."),
  permission: gettext("Your browser is blocking the microphone. Click the icon to the left of the address, allow the microphone, and check again."),
  "no-microphone": gettext("No microphone was found. Plug one in or turn on your headset, choose it above, and check again."),
  "microphone-busy":
    gettext("The microphone could not be opened. Close other programs that record, check your system's sound settings, and check again."),
  insecure: gettext("Browsers allow the microphone only over HTTPS. Open this page at its https:// address."),
  unsupported: gettext("This browser cannot make calls. Use an up-to-date Chrome, Edge, Firefox or Safari."),
  silent: gettext("The microphone is open, but hears nothing. Look for a mute switch on it, choose another one above, or turn its volume up in your system's settings."),
  "no-way":
    gettext("The server is there, but sound does not get through this way. A firewall or company network may be blocking it; calls then take another way."),
  "udp no-way":
    gettext("Your network lets no sound through directly: a firewall or company network is blocking UDP. Calls take another way, and may lag a little."),
  "relay-silent": gettext("The relay does not answer. A firewall may be blocking it, or its address is wrong: tell your administrator."),
  "relay-refused": gettext("The relay refused this server's credentials. Tell your administrator: manage.py check_ice says more."),
  "relay-settings": gettext("Your browser rejects the relay's address. Tell your administrator to check VOICE_TURN_URLS."),
  "not-configured": gettext("This server has no such relay. None is needed where another way works."),
  refused: gettext("The server takes no further call now, or you have too many open. End other calls, wait a minute, and check again."),
  "server-gone": gettext("The web connection (WebSocket) does not get through. A proxy or security program may be blocking it. Check your network, and try again."),
  "signed-out": gettext("You are signed out. Reload the page, sign in, and check again."),
  lost: gettext("The connection was lost meanwhile. Check your network, and try again."),
  "no-path": gettext("This needs a microphone and a way to the server."),
  "nothing-said": gettext("No words were recognised. Speak a whole sentence, a little louder and nearer to the microphone, and check again."),
  recogniser: gettext("Speech recognition does not work on this server. Tell your administrator."),
};

export const WORDS = {
  allPassed: gettext("Everything works"),
  allPassedNote: gettext("You can make calls."),
  stillWorks: gettext("Calls will work, though not everything does"),
  stillWorksNote: gettext("At least one way to the server works. What failed, and what you can do, is above."),
  needsHelp: gettext("Something needs your attention"),
  needsHelpNote: gettext("What failed, and what you can do, is above. Then check again."),
  stopped: gettext("The check was stopped"),
  stoppedNote: gettext("Nothing of it was kept."),
  copied: gettext("Copied."),
  notKept: gettext("No support code could be made. The results are above."),
  another: gettext("You kept several checks in a short time. Wait a minute for another support code."),
  checkAgain: gettext("Check again"),
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
  connectMs: (ms) => inserted(gettext("Connected in {ms} ms"), { ms: Math.round(ms) }),
  roundTripMs: (ms) => inserted(gettext("round trip {ms} ms"), { ms: Math.round(ms) }),
  lossUp: (share) => inserted(gettext("{percent} % lost to the server"), { percent: percent(share) }),
  lossDown: (share) => inserted(gettext("{percent} % lost from the server"), { percent: percent(share) }),
  jitterMs: (ms) => inserted(gettext("jitter {ms} ms"), { ms: Math.round(ms) }),
  echoDb: (dB) => inserted(gettext("Tone in the microphone: {dB} dB above the noise"), { dB: Math.max(0, Math.round(dB)) }),
};

/**
 * @param {Result["figures"]} figures
 * @returns {string} what was measured, for people
 */
export function measured(figures) {
  const told = Object.entries(FIGURES).filter(([name]) => name in figures);
  const text = told.map(([name, words]) => words(figures[name])).join(", ");
  return text.replace(/(\d) (%|ms|dB)/g, "$1\u00a0$2"); // a line never ends between the two
}

/** @param {number} share */
function percent(share) {
  const digits = share && share < 0.1 ? 1 : 0;
  return (100 * share).toLocaleString(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
