// @ts-check
/**
 * Corrects lines of a transcript where they stand, on a call's page and in the admin.
 *
 * A list with `data-segments` (the address of its lines) has rows with `data-seq`, `data-text`,
 * `data-revision` and, for whoever may, `data-correctable`; their words are in `data-line-text`,
 * with buttons `data-edit` and `data-history`. Event on the document: `line-changed`.
 */

import { showLocalTimes } from "./clock.js";
import { LineRequests } from "./correction-requests.js";
import { make } from "./dom.js";
import { LineEditor } from "./line-editor.js";
import { LineHistory } from "./line-history.js";
import { gettext } from "./i18n.js";

/** @type {Map<HTMLElement, LineEditor>} */
const editors = new Map();
/** @type {Map<HTMLElement, LineHistory>} */
const histories = new Map();
const said = make("p", "visually-hidden");

/** @param {EventTarget | null} target */
function rowOf(target) {
  const row = target instanceof Element ? target.closest("[data-segments] [data-seq]") : null;
  return /** @type {HTMLElement | null} */ (row);
}

/** @param {HTMLElement} row */
function requestsOf(row) {
  const list = /** @type {HTMLElement} */ (row.closest("[data-segments]"));
  return new LineRequests(`${list.dataset.segments}/${row.dataset.seq}`);
}

/**
 * @param {HTMLElement} row
 * @param {string} what
 */
function focusOn(row, what) {
  /** @type {HTMLElement | null} */ (row.querySelector(what) ?? row.querySelector("[data-edit]"))?.focus();
}

/**
 * @param {HTMLElement} row
 * @param {number[]} [selection] where it begins and ends in the text
 */
function edit(row, selection = []) {
  if (!("correctable" in row.dataset) || row.querySelector(".line-editor")) {
    return;
  }
  closeHistory(row);
  const editor = new LineEditor(row, requestsOf(row));
  editors.set(row, editor);
  editor.addEventListener("left", async () => {
    editors.delete(row);
    if (editor.stale) {
      await renew(row);
    }
    focusOn(row, "[data-edit]");
  });
  editor.addEventListener("saved", async () => {
    editors.delete(row);
    await renew(row);
    focusOn(row, "[data-edit]");
    say(gettext("Saved."));
  });
  editor.open(...selection);
}

/**
 * @param {HTMLElement} row
 * @param {boolean} [again] whether it was open before
 */
async function openHistory(row, again = false) {
  const history = new LineHistory(row, requestsOf(row));
  history.addEventListener("changed", async (event) => {
    closeHistory(row);
    await renew(row);
    await openHistory(row, true);
    say(/** @type {CustomEvent} */ (event).detail);
  });
  try {
    await history.open();
  } catch (error) {
    say(/** @type {Error} */ (error).message);
    return;
  }
  histories.set(row, history);
  row.querySelector("[data-history]")?.setAttribute("aria-expanded", "true");
  if (again) {
    focusOn(row, "[data-history]");
  }
}

/** @param {HTMLElement} row */
function closeHistory(row) {
  histories.get(row)?.close();
  histories.delete(row);
  row.querySelector("[data-history]")?.setAttribute("aria-expanded", "false");
}

/**
 * Shows a line, and whether the summary is older than it, as the server renders them now.
 * @param {HTMLElement} row
 */
async function renew(row) {
  const address = new URL(location.href);
  address.searchParams.set("line", row.dataset.seq ?? ""); // of a long call this line is enough
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) {
    location.reload();
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(row.id);
  const words = fresh?.querySelector("[data-line-text]");
  if (fresh && words) {
    Object.assign(row.dataset, fresh.dataset);
    row.querySelector("[data-line-text]")?.replaceWith(words);
  }
  const summary = page.getElementById("summary-outdated");
  if (summary) {
    document.getElementById("summary-outdated")?.replaceWith(summary);
  }
  showLocalTimes(row);
  document.dispatchEvent(new Event("line-changed"));
}

/** @param {string} words */
function say(words) {
  // the same words once more are said only if they differ
  said.textContent = said.textContent === words ? `${words}\u00a0` : words;
}

/**
 * @param {Element} line
 * @returns {number[]} where the word that a double click has selected is in its text; nothing without one
 */
function selectedIn(line) {
  const selection = getSelection();
  const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
  if (!range || range.collapsed || !line.contains(range.startContainer)) {
    return [];
  }
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = before.toString().length;
  return [start, start + range.toString().trimEnd().length];
}

document.addEventListener("click", ({ target }) => {
  const row = rowOf(target);
  const button = target instanceof Element ? target.closest("button") : null;
  if (row && button?.matches("[data-edit]")) {
    edit(row);
  } else if (row && button?.matches("[data-history]")) {
    if (histories.has(row)) {
      closeHistory(row);
    } else {
      openHistory(row);
    }
  }
});

document.addEventListener("dblclick", ({ target }) => {
  const row = rowOf(target);
  const line = target instanceof Element && !target.closest("button") ? target.closest("[data-line-text]") : null;
  if (row && line) {
    edit(row, selectedIn(line));
  }
});

document.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (row && event.key === "F2") {
    event.preventDefault();
    edit(row);
  } else if (row && event.key === "Escape" && histories.has(row)) {
    closeHistory(row);
    focusOn(row, "[data-history]");
  }
});

addEventListener("beforeunload", (event) => {
  if ([...editors.values()].some((editor) => editor.changed)) {
    event.preventDefault(); // the browser asks whether to leave
  }
});

said.setAttribute("role", "status");
document.body.append(said);
for (const list of document.querySelectorAll("[data-segments]")) {
  showLocalTimes(list);
}
