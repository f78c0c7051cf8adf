// @ts-check
/** A field in the place of a line of a transcript, to correct it. */

import { make } from "./dom.js";
import { RefusedError } from "./correction-requests.js";
import { gettext } from "./i18n.js";

/** @typedef {import("./correction-requests.js").LineRequests} LineRequests */

const LONGEST = 5000;
const HELP = gettext("Enter saves, Esc cancels. Leave it empty if nothing was said.");
const KEPT = gettext("What you typed is still here.");

/** How many editors there have been, for ids. */
let made = 0;

/** Events: `saved`, `left` (nothing of the line has changed here; `stale` says whether it has elsewhere). */
export class LineEditor extends EventTarget {
  /**
   * @param {HTMLElement} row with `data-text` and `data-revision`
   * @param {LineRequests} requests
   */
  constructor(row, requests) {
    super();
    this._requests = requests;
    this._revision = Number(row.dataset.revision);
    this._before = row.dataset.text ?? "";
    this._line = /** @type {HTMLElement} */ (row.querySelector("[data-line-text]"));
    this._saving = false;
    this.stale = false;
    this._form = make("form", "line-editor");
    this._field = /** @type {HTMLTextAreaElement} */ (make("textarea"));
    this._told = make("div", "line-editor-told");
    this._save = button(gettext("Save"), "submit");
    this._cancel = button(gettext("Cancel"), "button");
    this._build();
    this._listen();
  }

  /**
   * Shows the field in the place of the line, with the focus and a selection in it.
   * @param {number} [from]
   * @param {number} [to]
   */
  open(from = this._before.length, to = from) {
    this._line.hidden = true;
    this._line.after(this._form);
    this._fit();
    this._field.focus();
    this._field.setSelectionRange(from, to);
    this._form.scrollIntoView({ block: "nearest" }); // with its buttons
  }

  /** Whether something was typed that is not saved. */
  get changed() {
    return this._form.isConnected && plain(this._field.value) !== this._before;
  }

  _build() {
    made += 1;
    const id = `line-editor-${made}`;
    this._field.rows = 1;
    this._field.maxLength = LONGEST;
    this._field.dir = "auto";
    this._field.value = this._before;
    this._field.setAttribute("aria-label", gettext("The words of this line"));
    this._field.setAttribute("aria-describedby", id);
    this._told.setAttribute("role", "alert");
    const buttons = make("div", "line-editor-buttons");
    const help = make("span", "line-editor-help", HELP);
    help.id = id;
    buttons.append(this._save, this._cancel, help);
    this._form.append(this._field, this._told, buttons);
  }

  _listen() {
    this._form.addEventListener("submit", (event) => {
      event.preventDefault();
      this._submit();
    });
    this._form.addEventListener("keydown", (event) => this._key(event));
    this._field.addEventListener("input", () => this._fit());
    this._cancel.addEventListener("click", () => this._leave("left"));
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    if (event.isComposing) {
      return; // Enter chooses a character of the input method, Esc closes it
    }
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this._leave("left");
    } else if (event.key === "Enter" && event.target === this._field) {
      event.preventDefault(); // a line has no line breaks
      if (!event.shiftKey && !event.altKey) {
        this._submit();
      }
    }
  }

  async _submit() {
    const text = plain(this._field.value);
    if (this._saving) {
      return;
    }
    if (text === this._before && !this.stale) {
      this._leave("left");
      return;
    }
    this._busy(true);
    try {
      await this._requests.correct(text, this._revision);
      this._leave("saved");
    } catch (error) {
      this._busy(false);
      this._refused(/** @type {Error} */ (error));
    }
  }

  /** @param {Error} error */
  _refused(error) {
    const theirs = error instanceof RefusedError ? error.segment : undefined;
    if (theirs) {
      this._revision = theirs.revision;
      this.stale = true;
      const quote = make("q", "", theirs.shown_text || gettext("Nothing was said here."));
      quote.dir = "auto";
      this._told.replaceChildren(`${gettext("Somebody else has changed this line meanwhile. It reads:")} `, quote);
      this._save.textContent = gettext("Save mine");
      this._cancel.textContent = gettext("Keep theirs");
    } else {
      this._told.textContent = `${error.message} ${KEPT}`;
    }
    this._field.focus();
  }

  /** @param {boolean} on */
  _busy(on) {
    this._saving = on;
    this._field.readOnly = on;
    this._form.setAttribute("aria-busy", String(on));
    if (on) {
      this._told.textContent = "";
    }
  }

  /** @param {"saved" | "left"} how */
  _leave(how) {
    this._form.remove();
    this._line.hidden = false;
    this.dispatchEvent(new Event(how));
  }

  /** Gives the field the height of its text. */
  _fit() {
    this._field.style.height = "auto";
    this._field.style.height = `${this._field.scrollHeight + 2}px`;
  }
}

/**
 * @param {string} text
 * @returns {string} as the server keeps it
 */
export function plain(text) {
  return text.trim().replace(/\s+/g, " ");
}

/**
 * @param {string} text
 * @param {"submit" | "button"} type
 */
function button(text, type) {
  const made = /** @type {HTMLButtonElement} */ (make("button", "line-tool", text));
  made.type = type;
  return made;
}
