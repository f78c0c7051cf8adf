// @ts-check
/** The transcript beside a recording: it highlights what plays, and a click on a word plays from there. */

import { clock } from "./clock.js";
import { byId } from "./dom.js";
import { wordAt } from "./word-at.js";

/** @typedef {import("./player.js").Player} Player */

/** How long automatic scrolling stops after the reader scrolled. */
const SCROLL_PAUSE_MS = 4000;

export class SyncedTranscript {
  /**
   * @param {Player} player
   * @param {HTMLElement} list
   */
  constructor(player, list) {
    this._player = player;
    this._list = list;
    const words = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".word")]);
    this._spans = words
      .map((element) => ({ element, startMs: Number(element.dataset.start), endMs: Number(element.dataset.end) }))
      .sort((a, b) => a.startMs - b.startMs);
    this._words = words;
    this._current = -1;
    this._scrolledAt = -Infinity;
    this._removal = new AbortController();
    this._makeReachable();
    this._listen();
  }

  remove() {
    this._removal.abort();
    this._mark(this._current, false); // some of the lines may stay
  }

  _makeReachable() {
    this._words.forEach((word, index) => {
      word.tabIndex = index === 0 ? 0 : -1;
    });
  }

  _listen() {
    const { signal } = this._removal;
    this._player.addEventListener("at", (event) => this._onPosition(/** @type {CustomEvent} */ (event).detail), { signal });
    this._list.addEventListener("click", (event) => this._clicked(event), { signal });
    this._list.addEventListener("keydown", (event) => this._key(event), { signal });
    for (const name of ["wheel", "touchmove"]) {
      addEventListener(name, () => {
        this._scrolledAt = performance.now();
      }, { signal, passive: true });
    }
  }

  /** @param {Event} event */
  _clicked(event) {
    const target = /** @type {Element} */ (event.target);
    const place = /** @type {HTMLElement | null} */ (target.closest(".word, button.line-time"));
    if (place && !getSelection()?.toString()) {
      this._play(place);
    }
  }

  /** @param {HTMLElement} place */
  _play(place) {
    this._player.playFrom(Number(place.dataset.start));
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    const index = this._words.indexOf(/** @type {HTMLElement} */ (event.target));
    if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      this._play(this._words[index]);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      this._focus(index, index + (event.key === "ArrowRight" ? 1 : -1));
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this._focus(index, this._firstOfNextLine(index, event.key === "ArrowDown" ? 1 : -1));
    } else {
      return;
    }
    event.preventDefault();
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  _focus(from, to) {
    const word = this._words[to];
    if (word) {
      this._words[from].tabIndex = -1;
      word.tabIndex = 0;
      word.setAttribute("role", "button");
      word.setAttribute("aria-label", `${word.textContent}, play from ${clock(Number(word.dataset.start))}`);
      word.focus();
    }
  }

  /**
   * @param {number} index
   * @param {1 | -1} step
   */
  _firstOfNextLine(index, step) {
    const lines = [...this._list.children];
    const line = lines.indexOf(/** @type {Element} */ (this._words[index].closest(".line")));
    // a line of an interrupted answer may have no heard word to focus
    for (let at = line + step; lines[at]; at += step) {
      const first = /** @type {HTMLElement | null} */ (lines[at].querySelector(".word"));
      if (first) {
        return this._words.indexOf(first);
      }
    }
    return -1;
  }

  /** @param {number} ms */
  _onPosition(ms) {
    const index = wordAt(this._spans, ms);
    if (index === this._current) {
      return;
    }
    this._mark(this._current, false);
    this._mark(index, true);
    const [before, after] = [this._lineOf(this._current), this._lineOf(index)];
    this._current = index;
    if (after && after !== before) {
      this._keepInView(after);
    }
  }

  /**
   * @param {number} index
   * @param {boolean} on
   */
  _mark(index, on) {
    this._spans[index]?.element.classList.toggle("word-now", on);
    this._lineOf(index)?.classList.toggle("line-now", on);
  }

  /** @param {number} index */
  _lineOf(index) {
    return this._spans[index]?.element.closest(".line") ?? null;
  }

  /** @param {Element} line */
  _keepInView(line) {
    const editing = this._list.querySelector(".line-editor");
    const wanted = byId("follow").checked && this._player.playing && !editing;
    if (wanted && performance.now() - this._scrolledAt > SCROLL_PAUSE_MS) {
      line.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
  }
}
