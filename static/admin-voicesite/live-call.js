// @ts-check
/** A live call's page in the admin: shows words as they are spoken, and refreshes parts at the end. */

import { writeCaption } from "../js/captions.js";
import { clock } from "../js/clock.js";
import { make } from "../js/dom.js";
import { gettext } from "../js/i18n.js";
import { LiveFeed } from "../js/live-feed.js";
import { PageRefresh } from "../js/page-refresh.js";

/** @typedef {import("../voicesite/transcript.js").Change} Change */
/** @typedef {import("../voicesite/transcript.js").Entry} Entry */

const ANNOUNCED = 3;
const STORED_MS = 1500;
/** Parts with counts, which are refreshed STORED_MS after a final: by then it is in the database. */
const COUNTED = ["facts-part", "notes-part", "turns-part"];
const NEAR_END_PX = 64;
/** @type {Record<string, string>} what lines of a role are called in the markup */
const SIDES = { user: "caller", agent: "agent" };
/** @type {Record<string, string>} */
const NAMES = { user: gettext("Caller"), agent: gettext("Agent") };

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {string} range such as `7-9`
 * @returns {number[]} its numbers
 */
function numbers(range) {
  const [first, last] = range.split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}

/**
 * @param {number} seq
 * @returns as `GET …/segments` has it, as far as it matters here
 */
function segment(seq) {
  return { seq, role: "", shown_text: "", text: "", start_ms: 0 };
}

/** The lines of the transcript: interims are replaced, finals stay. */
class Lines {
  /** @param {string} agentName */
  constructor(agentName) {
    /** @type {Record<string, string>} */
    this._names = { ...NAMES, ...(agentName && { agent: agentName }) };
    this._list = byId("transcript");
    this._scroll = byId("vs-live-scroll");
    /** The segments that the server has told of; those in parts are not on the page yet. */
    this.known = (this._list.dataset.known ?? "").split(" ").filter(Boolean).flatMap(numbers).map(segment);
    this._told = new Set(this.known.map(({ seq }) => seq));
    /** @type {Map<string, HTMLElement>} by role and seq */
    this._lines = new Map();
    this._follows = true;
    this._top = 0;
    this._scroll.addEventListener("scroll", () => this._scrolled());
    // lines have their height once they are drawn, and parts once they are there
    new ResizeObserver(() => this._follow()).observe(this._list);
  }

  /** Follows the last line until somebody scrolls up, and again once they are at the end. */
  _scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this._scroll;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    this._follows = atEnd || (this._follows && scrollTop >= this._top);
    this._top = scrollTop;
  }

  /** @param {Change[]} changes */
  show(changes) {
    for (const { kind, entry } of changes) {
      const key = `${entry.role} ${entry.seq}`;
      if (kind === "remove") {
        this._lines.get(key)?.remove();
        this._lines.delete(key);
      } else {
        this._put(key, entry);
      }
    }
    this._scroll.hidden = !this._list.children.length;
    byId("vs-live-empty").hidden = !this._scroll.hidden;
    this._follow();
  }

  _follow() {
    if (this._follows) {
      this._scroll.scrollTop = this._scroll.scrollHeight;
    }
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   */
  _put(key, entry) {
    const line = this._lines.get(key) ?? this._drawn(entry) ?? this._new(key, entry);
    if (!line) {
      return; // its part will bring it
    }
    line.classList.toggle("vs-interim", !entry.final);
    const [, time, words] = /** @type {HTMLCollectionOf<HTMLElement>} */ (line.children);
    time.textContent = clock(entry.startMs);
    writeCaption(words, entry);
    if (entry.final && entry.text) {
      this._announce(entry.text);
    }
  }

  /**
   * @param {Entry} entry
   * @returns {HTMLElement | null} the line that the server has drawn of a final
   */
  _drawn({ seq, final }) {
    return final ? this._list.querySelector(`#segment-${seq}`) : null;
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   * @returns {HTMLElement | undefined} undefined for a final that is in a part
   */
  _new(key, { role, seq, startMs, final }) {
    if (final && this._told.has(seq)) {
      return undefined;
    }
    const line = make("li", `line line-${SIDES[role] ?? role}`);
    line.dataset.testid = "segment";
    line.dataset.start = String(startMs);
    line.append(make("p", "speaker", this._names[role] ?? role), make("span", "line-time"), make("p", "line-text"));
    const lines = /** @type {HTMLElement[]} */ ([...this._list.children]);
    this._list.insertBefore(line, lines.find((other) => Number(other.dataset.start) > startMs) ?? null);
    this._lines.set(key, line);
    return line;
  }

  /** @param {string} text */
  _announce(text) {
    const said = document.createElement("p");
    said.textContent = text;
    const announcer = byId("vs-live-announcer");
    announcer.append(said);
    while (announcer.children.length > ANNOUNCED) {
      announcer.firstElementChild?.remove();
    }
  }
}

function follow() {
  const detail = JSON.parse(byId("detail-config").textContent ?? "{}");
  const refresh = new PageRefresh(detail);
  if (detail.live) {
    const lines = new Lines(detail.agentName);
    const feed = new LiveFeed(detail, { view: lines, known: lines.known });
    feed.addEventListener("state", (event) => {
      byId("vs-live-state").textContent = /** @type {CustomEvent} */ (event).detail.status;
    });
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let counting;
    feed.addEventListener("words", () => {
      counting ??= setTimeout(() => {
        counting = undefined;
        refresh.refreshParts(COUNTED);
      }, STORED_MS);
    });
    feed.addEventListener("over", () => {
      clearTimeout(counting);
      counting = undefined;
      detail.owed = true; // until now the socket brought all changes; from now on it polls
      refresh.refreshNow();
    });
  }
  refresh.start();
  refresh.addEventListener("changed", (event) => {
    byId("vs-live-state").textContent = /** @type {CustomEvent} */ (event).detail.said;
    document.dispatchEvent(new Event("vs-refreshed")); // call.js attaches to the new player
  });
}

// this module is async, so it may run before or after the page is parsed
if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", follow);
} else {
  follow();
}
