// @ts-check
/** A live call's page in the admin: shows words as they are spoken, and refreshes parts at the end. */

import { PageRefresh } from "../js/page-refresh.js";
import { LiveFeed } from "../js/live-feed.js";
import { gettext } from "../js/i18n.js";

/** @typedef {import("../voicesite/transcript.js").Change} Change */
/** @typedef {import("../voicesite/transcript.js").Entry} Entry */

const ANNOUNCED = 3;
const STORED_MS = 1500;
/** Parts with counts, which are refreshed STORED_MS after a final: by then it is in the database. */
const COUNTED = ["facts-part", "notes-part", "turns-part"];
const SPEAKERS = /** @type {Record<string, [string, string]>} */ ({
  user: ["caller", gettext("Caller")],
  agent: ["agent", gettext("Agent")],
});

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {number} ms
 * @returns {string} as the server writes it: 0:00:07
 */
function clock(ms) {
  const total = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return `${Math.floor(total / 3600)}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
}

/** The transcript's table: interims are replaced, finals stay. */
class Rows {
  constructor() {
    this._body = /** @type {HTMLElement} */ (document.querySelector("#transcript-part tbody"));
    this._scroll = byId("vs-live-scroll");
    /** @type {Map<string, HTMLTableRowElement>} by role and seq */
    this._rows = new Map();
  }

  /** The segments in the server's markup, in the form of `GET …/segments`. */
  get known() {
    const rows = /** @type {HTMLElement[]} */ ([...this._body.querySelectorAll("tr[data-seq]")]);
    return rows.map(({ dataset }) => ({ seq: Number(dataset.seq), role: "", shown_text: "", text: "", start_ms: 0 }));
  }

  /** @param {Change[]} changes */
  show(changes) {
    const following = this._scroll.scrollHeight - this._scroll.scrollTop - this._scroll.clientHeight < 64;
    for (const { kind, entry } of changes) {
      const key = `${entry.role} ${entry.seq}`;
      if (kind === "remove") {
        this._rows.get(key)?.remove();
        this._rows.delete(key);
      } else {
        this._put(key, entry);
      }
    }
    this._scroll.hidden = !this._body.children.length;
    byId("vs-live-empty").hidden = !this._scroll.hidden;
    if (following) {
      this._scroll.scrollTop = this._scroll.scrollHeight;
    }
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   */
  _put(key, entry) {
    const row = this._rows.get(key) ?? this._new(key, entry);
    row.className = entry.final ? "" : "vs-interim";
    const [time, , words] = row.cells;
    time.textContent = clock(entry.startMs);
    words.textContent = entry.text;
    const unheard = entry.fullText?.startsWith(entry.text) ? entry.fullText.slice(entry.text.length) : "";
    if (unheard) {
      const struck = document.createElement("s");
      struck.className = "vs-unheard";
      struck.textContent = unheard;
      words.append(struck);
    }
    if (entry.final && entry.text) {
      this._announce(entry.text);
    }
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   */
  _new(key, { role, startMs }) {
    const row = document.createElement("tr");
    row.dataset.startMs = String(startMs);
    row.insertCell();
    const who = document.createElement("span");
    const [kind, label] = SPEAKERS[role] ?? ["", role];
    who.className = `vs-speaker vs-speaker-${kind}`;
    who.textContent = label;
    row.insertCell().append(who);
    row.insertCell().dir = "auto";
    const rows = /** @type {HTMLElement[]} */ ([...this._body.children]);
    this._body.insertBefore(row, rows.find((other) => Number(other.dataset.startMs) > startMs) ?? null);
    this._rows.set(key, row);
    return row;
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
    const rows = new Rows();
    const feed = new LiveFeed(detail, { view: rows, known: rows.known });
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
