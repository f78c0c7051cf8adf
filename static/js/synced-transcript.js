// @ts-check
/** The transcript beside a recording: it highlights what plays, and a click on a word plays from there. */

import { clock } from "./clock.js";
import { byId } from "./dom.js";
import { wordAt } from "./word-at.js";
import { inserted, gettext } from "./i18n.js";

/** @typedef {import("./player.js").Player} Player */
/** @typedef {import("./transcript-words.js").Place} Place */
/** @typedef {import("./transcript-words.js").TranscriptWords} TranscriptWords */

/** How long automatic scrolling stops after the reader scrolled. */
const SCROLL_PAUSE_MS = 4000;

export class SyncedTranscript {
  /**
   * @param {Player} player
   * @param {TranscriptWords} words
   */
  constructor(player, words) {
    this._player = player;
    this._words = words;
    this._list = words.list;
    /** @type {Place | null} */
    this._current = null;
    this._ms = -1;
    this._scrolledAt = -Infinity;
    this._removal = new AbortController();
    /** @type {HTMLElement | undefined} the word that Tab reaches */
    this._reached = undefined;
    this._makeReachable();
    this._listen();
  }

  remove() {
    this._removal.abort();
    this._mark(this._current, false); // some of the lines may stay
  }

  _makeReachable() {
    for (const line of this._words.lines) {
      if (this._words.isSplit(line)) {
        this._prepare(line);
      }
    }
    const first = this._words.lines.find((line) => line.querySelector(".words"));
    const [word] = first ? this._words.wordsOf(first) : [];
    if (word) {
      this._reached = word;
      this._prepare(/** @type {HTMLElement} */ (first));
    }
  }

  /**
   * Lets the words of a line have the focus.
   * @param {HTMLElement} line
   */
  _prepare(line) {
    for (const word of this._words.wordsOf(line)) {
      word.tabIndex = word === this._reached ? 0 : -1;
    }
  }

  _listen() {
    const { signal } = this._removal;
    this._player.addEventListener("at", (event) => this._onPosition(/** @type {CustomEvent} */ (event).detail), { signal });
    this._words.addEventListener("more", () => this._onPosition(this._ms), { signal });
    this._words.addEventListener("split", (event) => this._prepare(/** @type {CustomEvent} */ (event).detail), { signal });
    this._list.addEventListener("click", (event) => this._clicked(event), { signal });
    this._list.addEventListener("keydown", (event) => this._key(event), { signal });
    for (const name of ["wheel", "touchmove"]) {
      addEventListener(name, () => {
        this._scrolledAt = performance.now();
      }, { signal, passive: true });
    }
  }

  /** @param {MouseEvent} event */
  _clicked(event) {
    const place = this._pointed(event);
    if (place && !getSelection()?.toString()) {
      this._play(place);
    }
  }

  /**
   * @param {MouseEvent} event
   * @returns {HTMLElement | null} the word or time that was clicked
   */
  _pointed({ target, clientX, clientY }) {
    const element = /** @type {Element} */ (target);
    const line = /** @type {HTMLElement | null} */ (element.closest(".line"));
    if (line && element.matches(".words")) {
      // its words have become elements since the pointer went down, or only now
      this._words.wordsOf(line);
      return document.elementFromPoint(clientX, clientY)?.closest(".word") ?? null;
    }
    return element.closest(".word, button.line-time");
  }

  /** @param {HTMLElement} place */
  _play(place) {
    this._player.playFrom(place.matches(".word") ? this._startOf(place) : Number(place.dataset.start));
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    const word = /** @type {HTMLElement} */ (event.target);
    if (!word.matches(".word") || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      this._play(word);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      this._focus(this._beside(word, event.key === "ArrowRight" ? 1 : -1));
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this._focus(this._nextLine(lineOf(word), event.key === "ArrowDown" ? 1 : -1)[0]);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** @param {HTMLElement | undefined} word */
  _focus(word) {
    if (word) {
      if (this._reached) {
        this._reached.tabIndex = -1;
      }
      this._reached = word;
      word.tabIndex = 0;
      word.setAttribute("role", "button");
      word.setAttribute("aria-label", inserted(gettext("{word}, play from {time}"), { word: word.textContent ?? "", time: clock(this._startOf(word)) }));
      word.focus();
    }
  }

  /**
   * @param {HTMLElement} word
   * @param {1 | -1} step
   * @returns {HTMLElement | undefined} the word before or after it, in its line or the next one
   */
  _beside(word, step) {
    const own = this._words.wordsOf(lineOf(word));
    return own[own.indexOf(word) + step] ?? this._nextLine(lineOf(word), step).at(step > 0 ? 0 : -1);
  }

  /**
   * @param {HTMLElement} line
   * @param {1 | -1} step
   * @returns {HTMLElement[]} the words of the next line that has some; a line of an interrupted answer may have none
   */
  _nextLine(line, step) {
    const { lines } = this._words;
    for (let at = lines.indexOf(line) + step; lines[at]; at += step) {
      const words = this._words.wordsOf(lines[at]);
      if (words.length) {
        return words;
      }
    }
    return [];
  }

  /**
   * @param {HTMLElement} word
   * @returns {number} ms on the call clock
   */
  _startOf(word) {
    const line = lineOf(word);
    return this._words.partsOf(line)[this._words.wordsOf(line).indexOf(word)]?.startMs ?? Number(line.dataset.start);
  }

  /** @param {number} ms */
  _onPosition(ms) {
    this._ms = ms;
    const place = this._words.places[wordAt(this._words.places, ms)] ?? null;
    const before = this._current;
    if (place?.line === before?.line && place?.at === before?.at) {
      return;
    }
    this._mark(before, false);
    this._mark(place, true);
    this._current = place;
    if (place && place.line !== before?.line) {
      this._keepInView(place.line);
    }
  }

  /**
   * @param {Place | null} place
   * @param {boolean} on
   */
  _mark(place, on) {
    if (place) {
      this._words.wordsOf(place.line)[place.at]?.classList.toggle("word-now", on);
      place.line.classList.toggle("line-now", on);
    }
  }

  /** @param {Element} line */
  _keepInView(line) {
    const editing = this._list.querySelector(".line-editor");
    const wanted = byId("follow").checked && this._player.playing && !editing;
    if (wanted && performance.now() - this._scrolledAt > SCROLL_PAUSE_MS) {
      reveal(line);
    }
  }
}

/**
 * Scrolls a line into view; where the transcript has a panel of its own, the page stays where it is.
 * @param {Element} line
 */
function reveal(line) {
  const panel = line.closest("[data-scrolls]");
  if (!panel) {
    line.scrollIntoView({ block: "nearest", behavior: "smooth" });
    return;
  }
  const [box, seen] = [line.getBoundingClientRect(), panel.getBoundingClientRect()];
  if (box.top < seen.top + box.height || box.bottom > seen.bottom - box.height) {
    panel.scrollBy({ top: box.top - seen.top - seen.height / 3 });
  }
}

/**
 * @param {HTMLElement} word
 * @returns {HTMLElement}
 */
function lineOf(word) {
  return /** @type {HTMLElement} */ (word.closest(".line"));
}
