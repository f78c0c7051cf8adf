// @ts-check
/**
 * The words of a transcript. The server sends each line as text, with the places of its words in
 * `data-words`; elements are made of them where somebody looks, points or plays, for a long call
 * has too many.
 */

import { pending } from "./later-parts.js";
import { partsOf } from "./word-parts.js";

/** @typedef {import("./word-parts.js").Part} Part */
/** @typedef {{line: HTMLElement, at: number, startMs: number, endMs: number}} Place a word, by its number in its line */

/** Lines have elements before they come into view: a screen ahead. */
const AHEAD = "100% 0px";

/** Events: `split` (detail: the line whose words are elements now), `more` (lines have come). */
export class TranscriptWords extends EventTarget {
  /** @param {HTMLElement} list */
  constructor(list) {
    super();
    this.list = list;
    /** @type {HTMLElement[]} */
    this.lines = [];
    /** @type {Place[] | undefined} */
    this._places = undefined;
    /** @type {Set<HTMLElement>} lines in view of a window that somebody else's has the focus of */
    this._waiting = new Set();
    this._removal = new AbortController();
    this._observer = new IntersectionObserver((entries) => this._seen(entries), { rootMargin: AHEAD });
    this._listen();
    this._watchNew();
  }

  remove() {
    this._removal.abort();
    this._observer.disconnect();
  }

  /** Whether all lines are there that can be had. */
  get complete() {
    return !pending(this.list).length;
  }

  /** @returns {Place[]} all words, in the order of their starts */
  get places() {
    this._places ??= this.lines
      .flatMap((line) => this.partsOf(line).map(({ startMs, endMs }, at) => ({ line, at, startMs, endMs })))
      .sort((a, b) => a.startMs - b.startMs);
    return this._places;
  }

  /**
   * @param {HTMLElement} line
   * @returns {Part[]}
   */
  partsOf(line) {
    const words = wordsIn(line);
    return words ? partsOf(words.textContent ?? "", words.dataset.words ?? "", Number(line.dataset.start)) : [];
  }

  /**
   * Makes elements of a line's words, if they are none yet.
   * @param {HTMLElement} line
   * @returns {HTMLElement[]} them
   */
  wordsOf(line) {
    const words = wordsIn(line);
    if (words && !("split" in words.dataset)) {
      words.dataset.split = "";
      words.replaceChildren(...elementsOf(words.textContent ?? "", this.partsOf(line)));
      this._observer.unobserve(line);
      this.dispatchEvent(new CustomEvent("split", { detail: line }));
    }
    return /** @type {HTMLElement[]} */ ([...line.querySelectorAll(".word")]);
  }

  /**
   * @param {HTMLElement} line
   * @returns {boolean} whether its words are elements
   */
  isSplit(line) {
    return "split" in (wordsIn(line)?.dataset ?? {});
  }

  _listen() {
    const { signal } = this._removal;
    this.list.addEventListener("pointerover", ({ target }) => {
      const line = /** @type {Element} */ (target).closest(".line");
      if (line) {
        this.wordsOf(/** @type {HTMLElement} */ (line));
      }
    }, { signal });
    addEventListener("focus", () => this._split(this._waiting), { signal });
    document.addEventListener("part-loaded", () => {
      this._watchNew();
      this.dispatchEvent(new Event("more"));
    }, { signal });
  }

  _watchNew() {
    const known = new Set(this.lines);
    this.lines = [...this.list.querySelectorAll(/** @type {"li"} */ (".line"))];
    this._places = undefined;
    this.lines.filter((line) => !known.has(line) && !this.isSplit(line)).forEach((line) => this._observer.observe(line));
  }

  /** @param {IntersectionObserverEntry[]} entries */
  _seen(entries) {
    for (const { target, isIntersecting } of entries) {
      const line = /** @type {HTMLElement} */ (target);
      if (isIntersecting) {
        this._waiting.add(line);
      } else {
        this._waiting.delete(line);
      }
    }
    // while somebody types into the browser's own search, what it found must stay as it is
    if (document.hasFocus()) {
      this._split(this._waiting);
    }
  }

  /** @param {Set<HTMLElement>} lines */
  _split(lines) {
    lines.forEach((line) => this.wordsOf(line));
    lines.clear();
  }
}

/**
 * @param {HTMLElement} line
 * @returns {HTMLElement | null} what holds its words; null where it has none
 */
function wordsIn(line) {
  return line.querySelector(".words");
}

/**
 * @param {string} text
 * @param {Part[]} parts
 * @returns {(HTMLElement | string)[]}
 */
function elementsOf(text, parts) {
  return parts.flatMap(({ from, to, hit }, at) => {
    const word = document.createElement(hit ? "mark" : "span");
    word.className = "word";
    word.textContent = text.slice(from, to);
    return [word, text.slice(to, parts[at + 1]?.from)];
  });
}
