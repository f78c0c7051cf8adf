// @ts-check
/** Plays a recording; the waveform is its seek slider. */

import { clock } from "./clock.js";
import { byId } from "./dom.js";
import { Waveform } from "./waveform.js";
import { inserted, gettext } from "./i18n.js";

const STEP_S = 5;
const JUMP_S = 10;
const PAGE_S = 30;

/** Event: `at` (detail: position in ms on the call clock), at each frame while it plays and at every seek. */
export class Player extends EventTarget {
  /** @param {{durationMs: number | null, peaks: number[][]}} recording */
  constructor({ durationMs, peaks }) {
    super();
    this._audio = /** @type {HTMLAudioElement} */ (byId("audio"));
    this._wave = byId("wave");
    this._picture = new Waveform(byId("wave-canvas"), peaks);
    this._knownS = (durationMs ?? 0) / 1000;
    this._removal = new AbortController();
    this._listen();
    this._show();
  }

  get playing() {
    return !this._audio.paused;
  }

  /** Where it stands, in ms on the call clock. */
  get ms() {
    return this._audio.currentTime * 1000;
  }

  /**
   * Plays from a place on the call clock.
   * @param {number} ms
   */
  playFrom(ms) {
    this.seek(ms / 1000);
    this._play();
  }

  /**
   * Seeks to a place on the call clock, and plays from there if the browser allows autoplay.
   * @param {number} ms
   */
  open(ms) {
    this.seek(ms / 1000);
    this._audio.play().catch(() => this._show()); // else the Play button starts there
  }

  /** @param {number} seconds */
  seek(seconds) {
    this._audio.currentTime = Math.min(Math.max(0, seconds), this._lengthS);
    this._show();
  }

  toggle() {
    if (this._audio.paused) {
      this._play();
    } else {
      this._audio.pause();
    }
  }

  /** Detaches from the page's elements, which are about to be replaced. */
  remove() {
    this._removal.abort();
    this._audio.pause();
    this._audio.removeAttribute("src");
  }

  get _lengthS() {
    // until the metadata is loaded, and for files without a length, the call's length counts
    return Number.isFinite(this._audio.duration) ? this._audio.duration : this._knownS;
  }

  _play() {
    this._audio.play().catch((error) => {
      if (error.name !== "AbortError") {
        byId("player-problem").hidden = false;
      }
    });
  }

  _listen() {
    const { signal } = this._removal;
    const click = (/** @type {string} */ id, /** @type {() => void} */ work) =>
      byId(id).addEventListener("click", work, { signal });
    click("play", () => this.toggle());
    click("back", () => this.seek(this._audio.currentTime - JUMP_S));
    click("forward", () => this.seek(this._audio.currentTime + JUMP_S));
    byId("speed").addEventListener("change", (/** @type {any} */ event) => {
      this._audio.playbackRate = Number(event.target.value);
    }, { signal });
    for (const name of ["play", "pause", "ended"]) {
      this._audio.addEventListener(name, () => this._playingChanged(), { signal });
    }
    for (const name of ["timeupdate", "durationchange", "seeked"]) {
      this._audio.addEventListener(name, () => this._show(), { signal });
    }
    this._audio.addEventListener("error", () => this._failed(), { signal });
    if (this._audio.error) {
      this._failed(); // it failed before this module was loaded
    }
    this._listenToWave(signal);
    document.addEventListener("keydown", (event) => this._key(event), { signal });
  }

  /** Shows that the recording cannot be loaded, and whether a reload can help. */
  async _failed() {
    byId("player-problem").hidden = false;
    const status = await fetch(this._audio.src, { method: "HEAD" }).then((answer) => answer.status, () => 0);
    if (status === 404 && !this._removal.signal.aborted) {
      byId("player-problem-text").textContent =
        gettext("The recording's file is missing on the server. The transcript is complete; ask your administrator about the recording.");
      byId("play").disabled = true;
    }
  }

  /** @param {AbortSignal} signal */
  _listenToWave(signal) {
    const share = (/** @type {PointerEvent} */ event) => {
      const box = this._wave.getBoundingClientRect();
      return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    };
    this._wave.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      this._wave.setPointerCapture(event.pointerId);
      this.seek(share(event) * this._lengthS);
    }, { signal });
    this._wave.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      this._picture.pointed(share(event));
      if (event.buttons) {
        this.seek(share(event) * this._lengthS);
      }
    }, { signal });
    this._wave.addEventListener("pointerleave", () => this._picture.pointed(null), { signal });
    this._wave.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this._slide(event), { signal });
  }

  /** @param {KeyboardEvent} event */
  _slide(event) {
    const now = this._audio.currentTime;
    const target = {
      ArrowUp: now + STEP_S,
      ArrowDown: now - STEP_S,
      PageUp: now + PAGE_S,
      PageDown: now - PAGE_S,
      Home: 0,
      End: this._lengthS,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      this.seek(target);
    }
  }

  /** @param {KeyboardEvent} event anywhere on the page; ignored where keys have another meaning */
  _key(event) {
    const busy = /** @type {Element} */ (event.target).closest("input, select, button, a, summary, .word, textarea");
    if (busy || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === " ") {
      this.toggle();
    } else if (event.key === "ArrowLeft") {
      this.seek(this._audio.currentTime - STEP_S);
    } else if (event.key === "ArrowRight") {
      this.seek(this._audio.currentTime + STEP_S);
    } else {
      return;
    }
    event.preventDefault();
  }

  _playingChanged() {
    byId("player-part").classList.toggle("is-playing", this.playing);
    byId("play").setAttribute("aria-label", this.playing ? gettext("Pause") : gettext("Play"));
    if (this.playing) {
      byId("player-problem").hidden = true;
      this._animate();
    } else {
      this._show();
    }
  }

  _animate() {
    if (this.playing && !this._removal.signal.aborted) {
      this._show();
      requestAnimationFrame(() => this._animate());
    }
  }

  _show() {
    const [now, length] = [this._audio.currentTime, this._lengthS];
    byId("player-now").textContent = clock(now * 1000);
    byId("player-length").textContent = clock(length * 1000);
    this._wave.setAttribute("aria-valuemax", String(Math.round(length * 1000)));
    this._wave.setAttribute("aria-valuenow", String(Math.round(now * 1000)));
    this._wave.setAttribute("aria-valuetext", inserted(gettext("{place} of {count}"), { place: clock(now * 1000), count: clock(length * 1000) }));
    this._picture.played(length ? now / length : 0);
    this.dispatchEvent(new CustomEvent("at", { detail: now * 1000 }));
  }
}
