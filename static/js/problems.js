// @ts-check
/** Texts for everything that can go wrong in a call: what happened and what to do. No DOM. */

import { inserted, gettext, ngettext } from "./i18n.js";

/**
 * @typedef {object} Problem
 * @property {string} title
 * @property {string} text
 * @property {string[]} [steps]
 * @property {string} [retry] label of the retry button; without it there is none
 * @property {"login" | "call"} [link] target of the second button
 */

/** @type {Record<string, Problem>} */
const PROBLEMS = {
  permission: {
    title: gettext("Your browser is blocking the microphone"),
    text: gettext("voicesite needs it to hear you. To allow it:"),
    steps: [
      gettext("Click the icon to the left of the address, at the top of the window."),
      gettext("Set the microphone to “Allow”."),
      gettext("Come back here and try again."),
    ],
    retry: gettext("Try again"),
  },
  "no-microphone": {
    title: gettext("No microphone was found"),
    text: gettext("Plug one in or turn on your headset, then try again. If the microphone you chose is no longer connected, choose “Default microphone”."),
    retry: gettext("Try again"),
  },
  "microphone-busy": {
    title: gettext("The microphone could not be opened"),
    text: gettext("Another program may be using it, or your system may have turned it off. Close other programs that record, check your system's sound settings, and try again."),
    retry: gettext("Try again"),
  },
  insecure: {
    title: gettext("The microphone needs a secure address"),
    text: gettext("Browsers allow the microphone only over HTTPS, or on the computer that runs the server. Open this page at its https:// address or, on that computer, at http://127.0.0.1. An administrator sets the address with PUBLIC_URL."),
  },
  unsupported: {
    title: gettext("This browser cannot make calls"),
    text: gettext("It cannot send sound: it has neither WebRTC nor an alternative, or they are turned off. Use an up-to-date Chrome, Edge, Firefox or Safari."),
    retry: gettext("Try again"),
  },
  "server-gone": {
    title: gettext("The server is not responding"),
    text: gettext("It may be restarting, or your connection to it may be down. Check your network, wait a moment, and try again."),
    retry: gettext("Try again"),
  },
  "signed-out": {
    title: gettext("You are signed out"),
    text: gettext("Sign in again, then start the call."),
    link: "login",
  },
  "not-allowed": {
    title: gettext("The server does not accept calls from this address"),
    text: gettext("Open voicesite at the address that your administrator gave you, and start the call there."),
    retry: gettext("Try again"),
  },
  busy: {
    title: gettext("All lines are busy"),
    text: gettext("The server cannot take another call right now. Wait a moment, then try again."),
    retry: gettext("Try again"),
  },
  "no-media": {
    title: gettext("The sound cannot get through"),
    text: gettext("The server can be reached, but sound cannot get to it. A firewall or a company network may be blocking it. Try another network. An administrator can set up a relay (VOICE_TURN_URLS in the settings)."),
    retry: gettext("Try again"),
  },
  "connection-lost": {
    title: gettext("The connection was lost"),
    text: gettext("The call has ended. What was said until then is saved."),
    retry: gettext("Start a new call"),
    link: "call",
  },
  "server-stopped": {
    title: gettext("The server was shut down"),
    text: gettext("That ended the call. What was said until then is saved. Try again in a minute."),
    retry: gettext("Start a new call"),
    link: "call",
  },
  "staff-ended": {
    title: gettext("The call was ended by staff"),
    text: gettext("Somebody who runs this server ended it. What was said until then is saved."),
    retry: gettext("Start a new call"),
    link: "call",
  },
  "away-too-long": {
    title: gettext("Your call has ended"),
    text: gettext("This page was away for too long: a call waits for it for only a few seconds. What was said until then is saved."),
    retry: gettext("Start a new call"),
    link: "call",
  },
  "ended-meanwhile": {
    title: gettext("Your call has ended"),
    text: gettext("It ended before this page was back. What was said until then is saved."),
    retry: gettext("Start a new call"),
    link: "call",
  },
  "in-another-tab": {
    title: gettext("Your call is open in another tab"),
    text: gettext("Go back to that tab to continue. Nothing has changed there."),
  },
  unknown_agent: {
    title: gettext("That agent is no longer available"),
    text: gettext("It was turned off or renamed. Reload the page and choose another."),
    retry: gettext("Try again"),
  },
  "relay-settings": {
    title: gettext("The server's network settings cannot be used"),
    text: gettext("Your microphone works, but your browser rejects the STUN or TURN servers that this server uses. Ask your administrator to check VOICE_ICE_SERVERS and VOICE_TURN_URLS."),
    retry: gettext("Try again"),
  },
  "not-started": {
    title: gettext("The call could not be started"),
    text: gettext("Your microphone works, but your browser could not set up the connection. Try again. If it keeps happening, tell your administrator."),
    retry: gettext("Try again"),
  },
  other: {
    title: gettext("The call could not be started"),
    text: gettext("Something unexpected happened. Try again. If it keeps happening, tell your administrator what this message says."),
    retry: gettext("Try again"),
  },
};

/**
 * @param {string} code
 * @param {{message?: string, retryAfterS?: number}} [more] what the server said
 * @returns {Problem}
 */
export function problemOf(code, { message = "", retryAfterS = 0 } = {}) {
  const known = PROBLEMS[code];
  if (code === "busy" && retryAfterS) {
    return { ...PROBLEMS.busy, text: inserted(ngettext("Try again in about {count} second.", "Try again in about {count} seconds.", retryAfterS), { count: retryAfterS }) };
  }
  if (known) {
    return code === "not-started" && message ? { ...known, text: `${known.text} (${message})` } : known;
  }
  return { ...PROBLEMS.other, text: message ? `${message} ${gettext("Try again. If it keeps happening, tell your administrator.")}` : PROBLEMS.other.text };
}

/** Texts for agent errors during a call, which continues. */
/** @type {Record<string, (agent: string) => string>} */
const AGENT_TROUBLE = {
  responder_failed: (agent) => inserted(gettext("{agent} cannot answer until staff fix its settings. Your words are still written down."), { agent }),
  responder_unavailable: (agent) => inserted(gettext("{agent} couldn't answer just now. Please ask again."), { agent }),
  synthesiser_failed: (agent) => inserted(gettext("The voice of {agent} is not working. You will hear another voice, or read the answers."), { agent }),
  synthesiser_unavailable: (agent) => inserted(gettext("The voice of {agent} failed just now. You will hear another voice, or read the answer."), { agent }),
};

/**
 * @param {string} code of an `error` that is agent trouble
 * @param {string} agent its name
 * @returns {string}
 */
export function agentTrouble(code, agent) {
  return AGENT_TROUBLE[code]?.(agent) ?? inserted(gettext("{agent} is having trouble answering. The call continues."), { agent });
}
