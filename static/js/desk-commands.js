// @ts-check
/** What staff do in a live call from its page: whisper to the agent, and speak for it. */

import { clock } from "./clock.js";
import { byId, make } from "./dom.js";
import { inserted, gettext } from "./i18n.js";

/** @typedef {import("./desk-link.js").DeskLink} DeskLink */

/** @type {Record<string, string>} */
const DEEDS = {
  whisper: gettext("whispered"),
  listen: gettext("began to listen"),
  stop_listening: gettext("stopped listening"),
  take_over: gettext("took the call over"),
  give_back: gettext("gave the call back to the agent"),
};

/**
 * Sends what is typed into a form, and empties it.
 * @param {string} id of the form; its field is `<id>-text`
 * @param {(text: string) => boolean} send returns whether it was sent
 */
function typed(id, send) {
  const field = /** @type {HTMLInputElement} */ (byId(`${id}-text`));
  byId(id).addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text && send(text)) {
      field.value = "";
    }
  });
}

/** @param {DeskLink} link */
export function whispers(link) {
  if (!document.getElementById("desk-whisper")) {
    return;
  }
  typed("desk-whisper", (text) => link.send({ type: "whisper", text }));
  link.addEventListener("desk", (event) => {
    const { heeds } = /** @type {CustomEvent} */ (event).detail;
    if (!heeds) {
      byId("desk-whisper").hidden = true;
      byId("desk-whisper-note").textContent = gettext("This agent follows a fixed script, and takes no instructions.");
    }
  });
}

/** @param {DeskLink} link */
export function takesOver(link) {
  if (!document.getElementById("desk-hold")) {
    return;
  }
  const button = /** @type {HTMLButtonElement} */ (byId("desk-hold"));
  let mine = false;
  typed("desk-say", (text) => link.send({ type: "say", text }));
  button.addEventListener("click", () => link.send({ type: mine ? "give-back" : "take-over" }));
  // the server waits for whoever took it over and lost the connection or loaded the page again; somebody else may have it
  let fresh = false;
  link.addEventListener("up", () => (fresh = true));
  link.addEventListener("desk", (event) => {
    const { answers, heldBy, mine: isMine = false } = /** @type {CustomEvent} */ (event).detail;
    if (fresh && isMine) {
      link.send({ type: "take-over" });
    }
    fresh = false;
    const began = isMine && !mine;
    mine = isMine;
    byId("desk-say").hidden = !mine;
    button.hidden = !answers;
    button.textContent = mine ? gettext("Give back to the agent") : gettext("Take over");
    byId("desk-hold-note").textContent = noteOf(answers, mine, heldBy);
    if (began && document.activeElement === button) {
      byId("desk-say-text").focus();
    }
  });
}

/**
 * @param {boolean} answers
 * @param {boolean} mine
 * @param {string | undefined} heldBy
 */
function noteOf(answers, mine, heldBy) {
  if (!answers) {
    return gettext("This agent only transcribes: nobody can speak for it.");
  }
  if (mine) {
    return gettext("You speak for the agent. It answers nothing by itself.");
  }
  return heldBy ? inserted(gettext("{name} speaks for the agent."), { name: heldBy }) : gettext("The agent falls silent, and says what you type.");
}

/**
 * @param {string} deed
 * @param {number} atMs
 * @param {string} by
 * @param {string} text
 */
function act(deed, atMs, by, text) {
  const row = make("li");
  row.append(make("span", "quiet", clock(atMs)), " ", make("bdi", "", by), ` ${DEEDS[deed] ?? deed}`);
  if (text) {
    const said = make("bdi", "desk-whispered", text);
    said.dir = "auto";
    row.append(": ", said);
  }
  return row;
}

/** Shows what staff did, before and from now on. @param {DeskLink} link */
export function acts(link) {
  const list = byId("desk-acts");
  for (const row of /** @type {HTMLElement[]} */ ([...list.children])) {
    const { deed = "", atMs = "0", by = "" } = row.dataset;
    row.replaceWith(act(deed, Number(atMs), by, row.textContent ?? ""));
  }
  link.addEventListener("message", (event) => {
    const message = /** @type {CustomEvent} */ (event).detail;
    if (message.type === "acted") {
      list.append(act(message.deed, message.atMs, message.by, message.text ?? ""));
      byId("desk-acts-part").hidden = false;
    }
  });
}
