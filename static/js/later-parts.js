// @ts-check
/**
 * Fills in what a long page comes without. Where the server has left out lines of a transcript, or
 * answers, it has put `<li class="later" data-part="lines:80-280">`; this page with `?part=` has them.
 * What is in view comes first, and all of the rest after it: nobody has to scroll for it.
 *
 * Event on the document: `part-loaded`.
 */

import { showLocalTimes } from "./clock.js";
import { showLine } from "./show-line.js";
import { inserted, gettext } from "./i18n.js";

/** The height of a line or an answer that is not there yet, as a guess. */
const GUESS_PX = { lines: 48, answers: 64 };
const NO_LINE = /^#segment-(\d+)$/;

/** @type {WeakMap<HTMLElement, Promise<void>>} parts that were asked for */
const asked = new WeakMap();
let filling = false;

/**
 * @param {ParentNode} [root]
 * @returns {HTMLElement[]} the places of parts that are to come, in order
 */
export function pending(root = document) {
  return [...root.querySelectorAll(/** @type {"li"} */ (".later:not([data-failed])"))];
}

/** Loads all parts, one after another; call it again after a refresh of the page. */
export async function fill() {
  pending().forEach(makeRoom);
  if (filling) {
    return;
  }
  filling = true;
  for (let next = nearest(); next; next = nearest()) {
    await load(next);
  }
  filling = false;
}

/**
 * @param {number} seq
 * @returns {Promise<HTMLElement | null>} the line, once it is there; null if there is none
 */
export async function lineOf(seq) {
  for (;;) {
    const line = document.getElementById(`segment-${seq}`);
    const left = pending().filter(({ dataset }) => dataset.part?.startsWith("lines"));
    if (line || !left.length) {
      return line;
    }
    await load(left.find((place) => mayHold(place, seq)) ?? left[0]);
  }
}

/** Goes to the line that the address names, if the browser could not: the line was not there yet. */
export async function goToTarget() {
  const { hash } = location;
  const seq = NO_LINE.exec(hash)?.[1];
  if (seq && !document.querySelector(hash) && (await lineOf(Number(seq))) && location.hash === hash) {
    location.replace(hash); // it is the target now
    showLine(/** @type {Element} */ (document.querySelector(hash)));
  }
}

/**
 * @param {HTMLElement} place
 * @returns {Promise<void>}
 */
function load(place) {
  const coming = asked.get(place) ?? replaced(place);
  asked.set(place, coming);
  return coming;
}

/** @param {HTMLElement} place */
async function replaced(place) {
  const address = new URL(location.href);
  address.hash = "";
  address.searchParams.set("part", place.dataset.part ?? "");
  const answer = await fetch(address).catch(() => null);
  const text = answer?.ok && !answer.redirected ? await answer.text().catch(() => null) : null;
  if (text === null) {
    failed(place);
    return;
  }
  const { content } = Object.assign(document.createElement("template"), { innerHTML: text });
  showLocalTimes(content);
  place.replaceWith(content);
  document.dispatchEvent(new Event("part-loaded"));
}

/** @param {HTMLElement} place */
function failed(place) {
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button button-small";
  again.textContent = inserted(gettext("Load the next {count}"), { count: place.dataset.many ?? "" });
  again.addEventListener("click", () => {
    delete place.dataset.failed;
    fill();
  });
  asked.delete(place);
  place.dataset.failed = "";
  place.replaceChildren(`${gettext("They could not be loaded.")} `, again);
  document.dispatchEvent(new Event("part-loaded"));
}

/** @returns {HTMLElement | undefined} the place that is in view, else the first */
function nearest() {
  const places = pending();
  return places.find(isNear) ?? places[0];
}

/** @param {HTMLElement} place */
function isNear(place) {
  const { top, bottom } = place.getBoundingClientRect();
  return top < 2 * innerHeight && bottom > -innerHeight;
}

/** @param {HTMLElement} place */
function makeRoom(place) {
  const kind = place.dataset.part?.startsWith("lines") ? "lines" : "answers";
  place.style.minHeight = `${Number(place.dataset.many) * GUESS_PX[kind]}px`;
  place.hidden = false;
}

/**
 * @param {HTMLElement} place
 * @param {number} seq
 */
function mayHold({ dataset }, seq) {
  const [lowest, highest] = (dataset.seqs ?? "").split("-").map(Number);
  return lowest <= seq && seq <= highest;
}

addEventListener("hashchange", goToTarget);
