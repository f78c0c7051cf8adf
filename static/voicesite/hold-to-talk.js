// @ts-check
/** Push-to-talk: the caller is heard while a button is held, or Space. */

/** The end of a word is still on its way from the microphone when the finger lifts. */
const TAIL_MS = 200;
const FIELDS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select";
/** What does something of its own with Space. */
const OPERATED = "button, a, summary, input, [role=button]";

export class HoldToTalk {
  /**
   * @param {HTMLElement} button
   * @param {(talking: boolean) => void} onTalk
   * @param {object} [options]
   * @param {number} [options.tailMs]
   * @param {boolean} [options.anywhere] whether Space counts on the whole page: not for a part of somebody else's page
   */
  constructor(button, onTalk, { tailMs = TAIL_MS, anywhere = false } = {}) {
    this._button = button;
    this._onTalk = onTalk;
    this._tailMs = tailMs;
    this._on = false;
    /** @type {Set<string>} what is held: keys, the pointer, or the switch that a screen reader presses */
    this._held = new Set();
    this._byPointer = false;
    this._timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
    this._closing = new AbortController();
    this._listen(anywhere);
  }

  /** @param {boolean} on whether holding counts now */
  enable(on) {
    this._on = on;
    if (!on) {
      this._letGo();
    }
  }

  /** Hears no key any more; the button may go. */
  close() {
    this._closing.abort();
    this.enable(false);
  }

  /** @param {boolean} anywhere */
  _listen(anywhere) {
    const button = this._button;
    button.addEventListener("pointerdown", (event) => this._press(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      button.addEventListener(name, () => this._release("pointer"));
    }
    button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press is no menu
    button.addEventListener("click", (event) => this._toggle(event));
    button.addEventListener("keydown", (event) => this._keyDown(event, true));
    const { signal } = this._closing;
    const early = { capture: true, signal };
    document.addEventListener("pointerdown", () => (this._byPointer = true), early);
    document.addEventListener("keydown", (event) => this._keyDown(event, anywhere && this._talksAt(event)), early);
    document.addEventListener("keyup", (event) => this._keyUp(event), early);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this._letGo(), { signal });
    addEventListener("blur", () => this._letGo(), { signal });
  }

  /** @param {PointerEvent} event */
  _press(event) {
    if (event.button === 0) {
      this._button.setPointerCapture?.(event.pointerId); // a finger that slides off still holds
      this._hold("pointer");
    }
  }

  /**
   * A screen reader, or a voice that says the button's name, presses without holding.
   * @param {MouseEvent} event
   */
  _toggle(event) {
    if (event.detail === 0) {
      if (this._held.has("switch")) {
        this._release("switch");
      } else {
        this._hold("switch");
      }
    }
  }

  /**
   * @param {KeyboardEvent} event
   * @param {boolean} talks whether a key to talk with counts where it was pressed
   */
  _keyDown(event, talks) {
    if (event.key === "Tab") {
      this._byPointer = false;
    } else if (this._held.has(event.key)) {
      event.preventDefault(); // a key that is held repeats where the focus has gone meanwhile: it neither types nor presses there
    } else if (this._on && talks && isTalkKey(event)) {
      event.preventDefault(); // neither scrolls nor presses
      this._hold(event.key);
    }
  }

  /** @param {KeyboardEvent} event */
  _keyUp(event) {
    if (this._held.has(event.key)) {
      event.preventDefault();
      this._release(event.key);
    }
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether Space is free for talking where the focus is
   */
  _talksAt({ key, target }) {
    const at = /** @type {HTMLElement} */ (target);
    if (at === this._button) {
      return true;
    }
    if (key === "Enter" || at.isContentEditable || at.matches?.(FIELDS) || document.querySelector("dialog[open]")) {
      return false;
    }
    // who has just clicked a button goes on with the mouse: Space is for talking
    return this._byPointer || !at.closest?.(OPERATED);
  }

  /** @param {string} what */
  _hold(what) {
    if (!this._on) {
      return;
    }
    clearTimeout(this._timer);
    this._held.add(what);
    this._onTalk(true);
  }

  /** @param {string} what */
  _release(what) {
    if (this._held.delete(what) && !this._held.size) {
      this._timer = setTimeout(() => this._onTalk(false), this._tailMs);
    }
  }

  /** Nothing is held any more, and nothing more is heard: the page is out of sight, or the call is over. */
  _letGo() {
    clearTimeout(this._timer);
    this._held.clear();
    this._onTalk(false);
  }
}

/** @param {KeyboardEvent} event */
function isTalkKey({ key, altKey, ctrlKey, metaKey, shiftKey }) {
  return (key === " " || key === "Enter") && !(altKey || ctrlKey || metaKey || shiftKey);
}
