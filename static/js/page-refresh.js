// @ts-check
/** Polls the server while a call's recording or summary is pending, and replaces changed parts of the page. */

import { inserted, gettext } from "./i18n.js";

const POLL_MS = [1000, 1000, 1500, 2000, 3000, 5000];
const PARTS = ["detail-head", "player-part", "transcript-part", "turns-part", "notes-part", "summary-part", "extraction-part", "facts-part"];
const PENDING = new Set(["pending", "running"]);

/**
 * @typedef {object} Detail the page's `detail-config`, a JSON script of the server
 * @property {string} id
 * @property {boolean} live
 * @property {boolean} owed
 * @property {string} state
 * @property {string} agentName
 * @property {string} recordingState
 * @property {string} summaryState
 * @property {Record<string, string>} audioStates by format, such as `mp3`
 * @property {string} callUrl
 * @property {string} segmentsUrl
 * @property {string} liveSocket
 * @property {number | null} durationMs
 * @property {number[][]} peaks
 */

/** Event: `changed` (detail: {detail: Detail, parts: string[], said: string}). */
export class PageRefresh extends EventTarget {
  /** @param {Detail} detail */
  constructor(detail) {
    super();
    this._detail = detail;
    this._polls = 0;
    this._polling = false;
    /** @type {Map<string, string>} the server's markup, before this page's modules touched it */
    this._markup = new Map(PARTS.map((id) => [id, document.getElementById(id)?.outerHTML ?? ""]));
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this._timer = undefined;
  }

  start() {
    if (this._detail.owed) {
      const wait = POLL_MS[Math.min(this._polls, POLL_MS.length - 1)];
      this._timer = setTimeout(() => this._poll(), wait);
    }
  }

  /** Polls at once: something has changed. */
  refreshNow() {
    clearTimeout(this._timer);
    this._polls = 0;
    this._poll();
  }

  async _poll() {
    if (this._polling) {
      return;
    }
    this._polling = true;
    this._polls += 1;
    try {
      // a page in the background does not poll
      if (!document.hidden && (await this._hasChanged())) {
        this._polls = 0;
        await this._refresh();
      }
    } catch {
      // the server is down for a moment: the next poll tries again
    }
    this._polling = false;
    this.start();
  }

  async _hasChanged() {
    const answer = await fetch(this._detail.callUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      return false;
    }
    const call = await answer.json();
    const { state, recordingState, summaryState, audioStates } = this._detail;
    return (
      call.state !== state ||
      (call.recording?.state ?? "") !== recordingState ||
      (call.summary?.state ?? "") !== summaryState ||
      differ(audioStates, call.audio)
    );
  }

  /**
   * Replaces only these parts; other modules keep the rest up to date.
   * @param {string[]} parts
   */
  async refreshParts(parts) {
    try {
      const page = document.hidden ? null : await fetchPage();
      parts.forEach((id) => page && this._replacePart(id, page.getElementById(id)));
    } catch {
      // the server is down for a moment: the next words try again
    }
  }

  /** Replaces the parts of the page that changed with the server's new markup. */
  async _refresh() {
    const page = await fetchPage();
    if (!page) {
      return;
    }
    const before = this._detail;
    this._detail = JSON.parse(page.getElementById("detail-config")?.textContent ?? "{}");
    const parts = PARTS.filter((id) => this._replacePart(id, page.getElementById(id)));
    this.dispatchEvent(
      new CustomEvent("changed", { detail: { detail: this._detail, parts, said: changesInWords(before, this._detail) } }),
    );
  }

  /**
   * @param {string} id
   * @param {HTMLElement | null} next
   */
  _replacePart(id, next) {
    const part = document.getElementById(id);
    // what somebody types into a part is not taken from them: it is replaced at the next change
    if (!part || !next || next.outerHTML === this._markup.get(id) || part.querySelector(".line-editor")) {
      return false;
    }
    this._markup.set(id, next.outerHTML);
    keepMenu(part, next, () => part.replaceWith(next));
    return true;
  }
}

/** @returns {Promise<Document | null>} this page as the server renders it now; null on an error */
async function fetchPage() {
  const answer = await fetch(location.href);
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

/**
 * @param {Record<string, string> | undefined} shown
 * @param {{format: string, state: string}[]} now
 * @returns {boolean} whether a format is in another state than the page shows; false where it shows none
 */
function differ(shown, now) {
  return shown !== undefined && now.some(({ format, state }) => state !== shown[format]);
}

/**
 * Keeps an open menu open, and the focus in it, while `replace` puts `next` in the place of `part`.
 * @param {HTMLElement} part
 * @param {HTMLElement} next
 * @param {() => void} replace
 */
function keepMenu(part, next, replace) {
  const menu = next.querySelector("details.menu");
  const open = part.querySelector("details.menu")?.hasAttribute("open") ?? false;
  const focused = open && part.contains(document.activeElement) ? document.activeElement : null;
  menu?.toggleAttribute("open", open);
  replace();
  if (focused) {
    const same = focused.id && document.getElementById(focused.id);
    (same || menu?.querySelector("summary"))?.focus();
  }
}

/**
 * @param {Detail} before
 * @param {Detail} after
 * @returns {string} what a screen reader announces; empty for nothing
 */
export function changesInWords(before, after) {
  const said = [];
  if (before.live && !after.live) {
    said.push(gettext("The call has ended."));
  }
  if (PENDING.has(before.recordingState) && !PENDING.has(after.recordingState)) {
    said.push(after.recordingState === "done" ? gettext("The recording is ready.") : gettext("The recording could not be made."));
  }
  if (PENDING.has(before.summaryState) && !PENDING.has(after.summaryState)) {
    said.push(after.summaryState === "done" ? gettext("The summary is ready.") : gettext("The summary could not be made."));
  }
  for (const [form, state] of Object.entries(after.audioStates ?? {})) {
    if (PENDING.has(before.audioStates?.[form] ?? "") && !PENDING.has(state)) {
      said.push(state === "done" ? inserted(gettext("The recording is ready as {form}."), { form }) : inserted(gettext("The recording could not be made as {form}."), { form }));
    }
  }
  return said.join(" ");
}
