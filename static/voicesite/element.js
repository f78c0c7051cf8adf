// @ts-check
/**
 * `<voice-agent>`: a button that calls an agent, and what is said. docs/embedding.md.
 *
 *     <voice-agent server="https://voice.example.com" agent="scribe" ticket-url="/voice-ticket"></voice-agent>
 */

import { VoiceAgentClient } from "./client.js";
import { HoldToTalk } from "./hold-to-talk.js";
import { setLanguage, words } from "./messages.js";

/** @typedef {import("./client.js").Line} Line */
/** @typedef {import("./client.js").State} State */

const TAG = "voice-agent";

const STYLE = `
:host { display: block; font: inherit; color: inherit; }
:host([hidden]) { display: none; }
button { font: inherit; padding: 0.6em 1.1em; border: 0; border-radius: 2em; cursor: pointer; background: var(--voice-agent-accent, #12594e); color: var(--voice-agent-on-accent, #fff); }
button:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
#mute, #unlock { background: none; color: inherit; box-shadow: inset 0 0 0 1px currentColor; }
#mute[aria-pressed="true"] { background: currentColor; }
#mute[aria-pressed="true"] slot { color: Canvas; }
#talk { touch-action: none; user-select: none; -webkit-user-select: none; }
#talk[aria-pressed="true"] { box-shadow: 0 0 0 3px Canvas, 0 0 0 6px var(--voice-agent-accent, #12594e); }
button[hidden] { display: none; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.5em; align-items: center; }
.status { margin: 0.6em 0; }
.status:empty { margin: 0; }
.lines { list-style: none; margin: 0; padding: 0; max-height: var(--voice-agent-height, 20em); overflow-y: auto; }
.lines li { margin: 0.3em 0; overflow-wrap: anywhere; }
.who { font-weight: 600; margin-inline-end: 0.4em; }
.partial { opacity: 0.7; }
`;

/** @type {Partial<Record<State, keyof import("./messages.js").Messages>>} */
const STATUS = { connecting: "calling", connected: "speak", reconnecting: "weak", ending: "hangingUp", ended: "ended" };
/** Parts whose words change with the language, besides the lines and the status. */
const SLOTS = /** @type {const} */ (["start", "talk", "stop", "mute", "unlock"]);
const LIVE = new Set(["connecting", "connected", "reconnecting"]);

/** @type {CSSStyleSheet | null} */
let sheet = null;

/** Not blocked by a page's Content-Security-Policy, which an element of style would be. */
function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  return sheet;
}

/** @returns {HTMLElement[]} what the element shows: made without HTML in a text, which Trusted Types would refuse */
function content() {
  const buttons = make("div", "buttons", "");
  buttons.append(...SLOTS.map(button));
  const status = make("p", "status", "status");
  status.setAttribute("role", "status");
  const lines = make("ol", "lines", "lines");
  lines.setAttribute("part", "transcript");
  lines.setAttribute("aria-label", words("lines"));
  return [buttons, status, lines];
}

/**
 * @param {(typeof SLOTS)[number]} id also its slot, whose content replaces the words
 */
function button(id) {
  const made = make("button", "", id);
  made.setAttribute("part", `button ${id}`);
  made.setAttribute("type", "button");
  made.hidden = id !== "start";
  const slot = document.createElement("slot");
  slot.name = id;
  slot.textContent = words(id);
  made.append(slot);
  return made;
}

/**
 * @param {string} tag
 * @param {string} kind its class
 * @param {string} id
 */
function make(tag, kind, id) {
  const made = document.createElement(tag);
  made.className = kind;
  made.id = id;
  made.setAttribute("part", id);
  return made;
}

// a page that is rendered on a server has no elements
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

/** Events, with the details of the client's: `state`, `transcript`, `error`, `ended`. They bubble. */
export class VoiceAgentElement extends Base {
  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles()];
    root.append(...content());
    /** @type {VoiceAgentClient | null} */
    this.client = null;
    /** Options of the client besides the attributes; to be set before a call. @type {import("./client.js").ClientOptions} */
    this.options = {};
    /** @type {Map<string, HTMLLIElement>} */
    this._lines = new Map();
    this._part("start").addEventListener("click", () => this.start());
    this._part("stop").addEventListener("click", () => this.client?.disconnect());
    this._part("mute").addEventListener("click", () => this._toggleMute());
    this._part("unlock").addEventListener("click", () => this._unlock());
    /** @type {HoldToTalk | null} hears keys of the page while the element is in it */
    this._hold = null;
  }

  /** The attribute `language` says by which catalogue it speaks; without it English, or what the page has set. */
  async connectedCallback() {
    this._hold ??= new HoldToTalk(this._part("talk"), (talking) => this.client?.talk(talking));
    const language = this.getAttribute("language");
    if (language) {
      await setLanguage(language);
      for (const id of SLOTS) {
        /** @type {HTMLElement} */ (this._part(id).firstElementChild).textContent = words(id);
      }
      this._part("lines").setAttribute("aria-label", words("lines"));
    }
  }

  /** Leaving the page's tree ends the call. */
  disconnectedCallback() {
    this._hold?.close();
    this._hold = null;
    this.client?.disconnect();
  }

  /**
   * Starts a call, as the button does.
   * @returns {Promise<boolean>} whether it began; why not stands there
   */
  async start() {
    if (this.client && LIVE.has(this.client.state)) {
      return true;
    }
    this._lines.clear();
    this._part("lines").replaceChildren();
    this.client = this._newClient();
    try {
      await this.client.connect();
      return true;
    } catch {
      return false;
    }
  }

  _newClient() {
    const attribute = (/** @type {string} */ name) => this.getAttribute(name) ?? undefined;
    const address = attribute("ticket-url");
    const client = new VoiceAgentClient({
      serverUrl: attribute("server"),
      agentId: attribute("agent"),
      ticket: address ? () => fetchTicket(address) : attribute("ticket"),
      pushToTalk: this.hasAttribute("push-to-talk"),
      ...this.options,
    });
    client.on("state", (detail) => this._show(detail));
    client.on("talking", ({ talking }) => this._press("talk", talking));
    client.on("partial", (line) => this._write(line));
    client.on("transcript", (line) => this._write(line));
    client.on("blocked", () => this._hide("unlock", false));
    client.on("notice", (detail) => detail.words && this._say(detail.words));
    client.on("error", ({ error }) => this._say(error.message));
    for (const name of /** @type {const} */ (["state", "transcript", "error", "ended"])) {
      client.on(name, (detail) => this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })));
    }
    return client;
  }

  /** @param {{state: State, words: string}} detail */
  _show({ state }) {
    const live = LIVE.has(state);
    this._hide("start", live || state === "ending");
    this._hide("stop", !live);
    const holds = this.client?.pushToTalk ?? false;
    this._hide("mute", !live || holds);
    this._hide("talk", !live || !holds);
    this._press("talk", this.client?.talking ?? false);
    this._hold?.enable(live && holds);
    if (!live) {
      this._hide("unlock", true);
      this._press("mute", false); // the next call begins with an open microphone
    }
    const key = state === "connected" && holds ? "hold" : STATUS[state];
    this._say(key ? words(key) : "");
    this.setAttribute("state", state);
  }

  /** @param {Line} line */
  _write(line) {
    const key = line.final ? `${line.seq}` : line.role;
    if (line.final) {
      this._lines.get(line.role)?.remove();
      this._lines.delete(line.role);
    }
    if (!line.text) {
      this._lines.get(key)?.remove();
      this._lines.delete(key);
      return;
    }
    const item = this._lines.get(key) ?? document.createElement("li");
    item.className = line.final ? line.role : `${line.role} partial`;
    item.setAttribute("part", `line ${line.role}`);
    item.replaceChildren(whoSpeaks(line.role), spoken(line.text));
    this._lines.set(key, item);
    const list = this._part("lines");
    list.append(item);
    list.scrollTop = list.scrollHeight;
  }

  _toggleMute() {
    const muted = !this.client?.muted;
    this.client?.mute(muted);
    this._press("mute", muted);
  }

  async _unlock() {
    this._hide("unlock", (await this.client?.unlock()) ?? true);
  }

  /**
   * @param {"mute" | "talk"} id
   * @param {boolean} pressed
   */
  _press(id, pressed) {
    this._part(id).setAttribute("aria-pressed", String(pressed));
  }

  /** @param {string} text */
  _say(text) {
    this._part("status").textContent = text;
  }

  /**
   * @param {string} id
   * @param {boolean} hidden
   */
  _hide(id, hidden) {
    this._part(id).hidden = hidden;
  }

  /**
   * @param {string} id
   * @returns {HTMLElement}
   */
  _part(id) {
    return /** @type {HTMLElement} */ (this.shadowRoot?.getElementById(id));
  }
}

/** @param {Line["role"]} role */
function whoSpeaks(role) {
  const who = document.createElement("span");
  who.className = "who";
  who.textContent = words(role === "agent" ? "agent" : "you");
  return who;
}

/** @param {string} text */
function spoken(text) {
  const shown = document.createElement("span");
  shown.dir = "auto";
  shown.textContent = text;
  return shown;
}

/**
 * @param {string} address of the page's own backend, which answers with what `POST /api/v1/tickets` told it
 * @returns {Promise<string>}
 */
async function fetchTicket(address) {
  const answer = await fetch(address, { method: "POST" }).catch(() => null);
  if (!answer?.ok) {
    throw new Error(`${address} ${answer ? `answered ${answer.status}` : "does not answer"}.`);
  }
  const { ticket, path } = await answer.json().catch(() => ({}));
  if (!ticket && !path) {
    throw new Error(`${address} answered without a ticket.`);
  }
  return ticket ?? path;
}

if (globalThis.customElements && !customElements.get(TAG)) {
  customElements.define(TAG, VoiceAgentElement);
}
