// @ts-check
/** Finds words in all lines of a transcript, wherever they are: "Find in this call". */

import { byId } from "./dom.js";
import { folded, placesOf } from "./folding.js";
import { showLine } from "./show-line.js";
import { inserted, gettext, ngettext } from "./i18n.js";

/** @typedef {import("./transcript-words.js").TranscriptWords} TranscriptWords */
/** @typedef {{line: HTMLElement, from: number, to: number}} Hit where it is in the line's text */

/** From the last letter to the search: shorter searches between letters, and typing waits for that; longer is noticed. */
const SETTLED_MS = 80;

export class FindBox {
  /** @param {TranscriptWords} words */
  constructor(words) {
    this._words = words;
    this._field = /** @type {HTMLInputElement} */ (byId("find-text"));
    /** @type {Hit[]} */
    this._hits = [];
    this._now = -1;
    /** Whether lines are to come that have not been searched. */
    this._waiting = false;
    /** @type {Map<HTMLElement, Hit[]>} */
    this._ofLine = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} until what was typed is searched for */
    this._due = undefined;
    this._removal = new AbortController();
    this._listen();
    byId("find").hidden = false;
    this._find(); // the field keeps its words while lines change
  }

  remove() {
    this._removal.abort();
    clearTimeout(this._due);
    this._unmark();
  }

  _listen() {
    const { signal } = this._removal;
    this._field.addEventListener("input", () => this._searchSoon(), { signal });
    this._words.addEventListener("more", () => this._waiting && this._search(), { signal });
    byId("find").addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault(), { signal });
    this._field.addEventListener("keydown", (event) => this._key(event), { signal });
    byId("find-before").addEventListener("click", () => this._goTo(this._now, -1), { signal });
    byId("find-next").addEventListener("click", () => this._goTo(this._now, 1), { signal });
    this._words.addEventListener("split", (event) => this._mark(/** @type {CustomEvent} */ (event).detail), { signal });
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    if (event.isComposing) {
      return; // Enter chooses a character of the input method
    }
    if (event.key === "Enter") {
      event.preventDefault();
      if (this._due) {
        this._search(); // which shows the first place
      } else {
        this._goTo(this._now, event.shiftKey ? -1 : 1);
      }
    } else if (event.key === "Escape" && this._field.value) {
      event.preventDefault();
      this._field.value = "";
      this._search();
    }
  }

  /** Searches once nothing more is typed: the letter is painted before. */
  _searchSoon() {
    clearTimeout(this._due);
    this._due = setTimeout(() => this._search(), SETTLED_MS);
  }

  /** Finds what was typed, and shows the first place from here on. */
  _search() {
    clearTimeout(this._due);
    this._due = undefined;
    const line = this._hits[this._now]?.line ?? this._firstInView();
    this._waiting = !this._words.complete;
    this._find();
    if (!this._waiting) {
      this._goTo(this._hits.findIndex((hit) => this._isAtOrAfter(hit.line, line)), 0);
    }
  }

  _find() {
    this._unmark();
    const needle = folded(this._field.value).trim();
    this._now = -1;
    this._hits = this._words.lines.flatMap((line) =>
      placesOf(textOf(line), needle).map((place) => ({ line, ...place })),
    );
    this._ofLine = grouped(this._hits);
    for (const line of this._ofLine.keys()) {
      this._mark(line);
    }
    this._tell(needle);
  }

  /**
   * Shows a hit, `step` after another one; after the last comes the first.
   * @param {number} from
   * @param {number} step
   */
  _goTo(from, step) {
    const many = this._hits.length;
    if (!many) {
      return;
    }
    const before = this._hits[this._now];
    // without one before, forwards begins at the first hit and backwards at the last
    const start = from < 0 && step > 0 ? -1 : Math.max(0, from);
    this._now = (start + step + many) % many;
    const { line } = this._hits[this._now];
    this._words.wordsOf(line);
    [before?.line, line].forEach((one) => one && this._mark(one));
    showLine(line);
    this._tell("any");
  }

  /** @param {string} needle */
  _tell(needle) {
    const many = this._hits.length;
    const found = this._now < 0 ? inserted(ngettext("{count} found", "{count} found", many), { count: many }) : inserted(gettext("{place} of {count}"), { place: this._now + 1, count: many });
    const told = this._waiting ? gettext("Searching…") : many ? found : gettext("Not found");
    byId("find-count").textContent = needle ? told : "";
    byId("find-before").disabled = byId("find-next").disabled = !many;
  }

  /**
   * Marks the hits of a line, if its words are elements; else they are marked when they become some.
   * @param {HTMLElement} line
   */
  _mark(line) {
    const hits = this._ofLine.get(line) ?? [];
    if (!hits.length || (line.querySelector(".words") && !this._words.isSplit(line))) {
      return;
    }
    const now = this._hits[this._now];
    const parts = this._words.partsOf(line);
    const marked = [...this._words.wordsOf(line).map((word, at) => ({ word, ...parts[at] })), ...unheardOf(line)];
    for (const { word, from, to } of marked) {
      const own = hits.filter((hit) => hit.from < to && hit.to > from);
      word.classList.toggle("found", own.length > 0);
      word.classList.toggle("found-now", own.includes(now));
    }
  }

  _unmark() {
    for (const word of this._words.list.querySelectorAll(".found")) {
      word.classList.remove("found", "found-now");
    }
  }

  _firstInView() {
    const top = byId("find").getBoundingClientRect().bottom;
    return this._words.lines.find((line) => line.getBoundingClientRect().bottom > Math.max(0, top)) ?? null;
  }

  /**
   * @param {HTMLElement} line
   * @param {HTMLElement | null} other
   */
  _isAtOrAfter(line, other) {
    return !other || line === other || Boolean(other.compareDocumentPosition(line) & Node.DOCUMENT_POSITION_FOLLOWING);
  }
}

/**
 * @param {HTMLElement} line
 * @returns {string} what was said, and after it what was not heard of it
 */
function textOf(line) {
  return `${line.querySelector(".words")?.textContent ?? ""}${line.querySelector(".unheard")?.lastChild?.textContent ?? ""}`;
}

/**
 * @param {HTMLElement} line
 * @returns {{word: Element, from: number, to: number}[]} the part that was not heard, if there is one
 */
function unheardOf(line) {
  const word = line.querySelector(".unheard");
  const from = line.querySelector(".words")?.textContent?.length ?? 0;
  return word ? [{ word, from, to: Infinity }] : [];
}

/**
 * @param {Hit[]} hits
 * @returns {Map<HTMLElement, Hit[]>}
 */
function grouped(hits) {
  const made = new Map();
  for (const hit of hits) {
    made.set(hit.line, [...(made.get(hit.line) ?? []), hit]);
  }
  return made;
}
