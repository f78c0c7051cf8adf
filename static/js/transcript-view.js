// @ts-check
/** Shows a live transcript: interims are replaced, finals stay. */

import { writeCaption } from "./captions.js";
import { clock, lasting } from "./clock.js";
import { make } from "./dom.js";
import { inserted, gettext } from "./i18n.js";

/** @typedef {import("../voicesite/transcript.js").Change} Change */
/** @typedef {import("../voicesite/transcript.js").Entry} Entry */

const NEAR_END_PX = 64;
const ROLES = { user: gettext("You"), agent: gettext("Agent") };

export class TranscriptView {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.list
   * @param {HTMLElement} parts.scroll the scrolling element
   * @param {HTMLElement} parts.empty shown until the first word
   * @param {HTMLElement} parts.latest button that goes to the newest words
   * @param {import("./announcer.js").Announcer} parts.announcer tells screen readers
   * @param {Record<string, string>} [parts.names] what to call each role
   */
  constructor({ list, scroll, empty, latest, announcer, names = ROLES }) {
    this._list = list;
    this._scroll = scroll;
    this._empty = empty;
    this._latest = latest;
    this._announcer = announcer;
    this._names = names;
    announcer.clear(names.agent);
    /** @type {Map<string, HTMLElement>} by role and seq */
    this._rows = new Map();
    this._following = true;
    /** How far it was scrolled when that was last looked at. */
    this._top = 0;
    this._keepAtEnd(scroll, list);
    scroll.addEventListener("scroll", () => this._scrolled(), { passive: true });
    latest.addEventListener("click", () => this._follow());
  }

  /**
   * Empties the transcript for a new call.
   * @param {Record<string, string>} [names] what to call each role
   */
  clear(names = this._names) {
    this._names = names;
    this._rows.clear();
    this._list.replaceChildren();
    this._announcer.clear(names.agent);
    this._empty.hidden = false;
    this._following = this._latest.hidden = true;
    this._top = 0;
  }

  /** Shows the newest words still, where they were in sight: the words have another size now. */
  resized() {
    this._changed(false);
  }

  /** @param {string} floor as the server says: an answer is told to screen readers when it is over */
  showFloor(floor) {
    this._announcer.floor(floor);
  }

  /** @param {Change[]} changes */
  show(changes) {
    for (const { kind, entry } of changes) {
      if (kind === "remove") {
        this._rows.get(keyOf(entry))?.remove();
        this._rows.delete(keyOf(entry));
      } else {
        this._put(entry);
      }
    }
    this._changed(changes.length > 0);
  }

  /**
   * Marks where the connection was lost; a repeated message changes nothing.
   * @param {{startMs: number, endMs: number}} gap
   */
  showGap({ startMs, endMs }) {
    const key = `gap ${startMs}`;
    if (!this._rows.has(key)) {
      const lost = lasting(endMs - startMs);
      const row = make("li", "live-gap", inserted(gettext("The connection was lost for {lost}: what was said during that time is missing."), { lost }));
      row.dataset.testid = "gap";
      this._insert(key, row, startMs);
      this._changed(true);
    }
  }

  /** @param {boolean} more whether something came */
  _changed(more) {
    this._empty.hidden = this._rows.size > 0;
    if (this._following) {
      this._toEnd();
    } else if (more) {
      this._latest.hidden = false;
    }
  }

  /**
   * @param {string} key
   * @param {HTMLElement} row
   * @param {number} startMs
   */
  _insert(key, row, startMs) {
    row.dataset.startMs = String(startMs);
    const later = [...this._rows.values()].find((other) => Number(other.dataset.startMs) > startMs);
    this._list.insertBefore(row, later ?? null);
    this._rows.set(key, row);
  }

  /** @param {Entry} entry */
  _put(entry) {
    const row = this._rows.get(keyOf(entry)) ?? this._newRow(entry);
    row.className = `live-line live-line-${entry.role} ${entry.final ? "live-line-final" : "live-line-interim"}`;
    row.dataset.final = String(entry.final);
    const [meta, text] = row.children;
    meta.lastElementChild?.replaceWith(make("span", "live-line-time", clock(entry.startMs)));
    writeCaption(/** @type {HTMLElement} */ (text), entry);
    this._announcer.line(entry);
  }

  /** @param {Entry} entry */
  _newRow(entry) {
    const row = make("li");
    row.dataset.testid = "segment";
    row.dataset.seq = String(entry.seq);
    const meta = make("div", "live-line-meta");
    meta.append(make("span", "live-line-role", this._names[entry.role]), make("span"));
    row.append(meta, make("p", "live-line-text"));
    this._insert(keyOf(entry), row, entry.startMs);
    return row;
  }

  /**
   * What is beside it may come and go, and make it narrower or lower.
   * @param {HTMLElement[]} elements
   */
  _keepAtEnd(...elements) {
    if (globalThis.ResizeObserver) {
      const observer = new ResizeObserver(() => this._following && this._toEnd());
      elements.forEach((element) => observer.observe(element));
    }
  }

  _scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this._scroll;
    const near = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    // who follows stops by scrolling back, and not because there is more below
    this._following = near || (this._following && scrollTop >= this._top);
    this._top = scrollTop;
    if (this._following) {
      this._latest.hidden = true;
    }
  }

  _follow() {
    this._following = true;
    this._latest.hidden = true;
    this._toEnd();
  }

  _toEnd() {
    this._scroll.scrollTop = this._scroll.scrollHeight;
    this._top = this._scroll.scrollTop;
  }
}

/**
 * @param {Entry} entry
 * @returns {string}
 */
function keyOf({ role, seq }) {
  return `${role} ${seq}`;
}
