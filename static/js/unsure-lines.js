// @ts-check
/**
 * Leads from one line that the recogniser was unsure of to the next, and plays it: by two buttons of
 * the player, and by F8 and Shift+F8, which also put the focus into the line, where F2 corrects it.
 *
 * A list with `data-unsure` has the places of all of them, those that are still to come included; a
 * line is marked by an element with `data-unsure` for as long as it is one.
 */

import { clock } from "./clock.js";
import { byId } from "./dom.js";
import { lineOf } from "./later-parts.js";
import { showLine } from "./show-line.js";
import { besideOf, unsureLines } from "./unsure-places.js";
import { inserted, gettext } from "./i18n.js";

/** @typedef {import("./player.js").Player} Player */

export class UnsureLines {
  /**
   * @param {Player} player
   * @param {HTMLElement} list with `data-unsure`
   */
  constructor(player, list) {
    this._player = player;
    this._places = unsureLines(list.dataset.unsure ?? "");
    this._removal = new AbortController();
    const { signal } = this._removal;
    byId("unsure-next").addEventListener("click", () => this._step(1), { signal });
    byId("unsure-before").addEventListener("click", () => this._step(-1), { signal });
    document.addEventListener("keydown", (event) => this._key(event), { signal });
    document.addEventListener("part-loaded", () => this._count(), { signal });
    document.addEventListener("line-changed", () => this._count(), { signal });
    this._count();
  }

  remove() {
    this._removal.abort();
  }

  /** The places of lines that nobody has corrected since. */
  get _left() {
    return this._places.filter(({ seq }) => {
      const line = document.getElementById(`segment-${seq}`);
      return !line || line.querySelector("[data-unsure]");
    });
  }

  _count() {
    const many = this._left.length;
    byId("unsure").hidden = byId("unsure-key").hidden = !many;
    byId("unsure-count").textContent = `${many} unsure`;
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    const writing = event.target instanceof Element && event.target.closest("input, select, textarea");
    if (event.key !== "F8" || writing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    event.preventDefault();
    this._step(event.shiftKey ? -1 : 1, true);
  }

  /**
   * @param {1 | -1} step
   * @param {boolean} [focus] whether the line gets it
   */
  async _step(step, focus = false) {
    const left = this._left;
    const place = besideOf(left, this._player.ms, step);
    if (!place) {
      return;
    }
    this._player.playFrom(place.startMs);
    byId("unsure-said").textContent = inserted(gettext("{place} of {count}, at {time}"), { place: left.indexOf(place) + 1, count: left.length, time: clock(place.startMs) });
    const line = await lineOf(place.seq);
    if (line && !this._removal.signal.aborted) {
      showLine(line);
      if (focus) {
        /** @type {HTMLElement | null} */ (line.querySelector("button"))?.focus({ preventScroll: true });
      }
    }
  }
}
