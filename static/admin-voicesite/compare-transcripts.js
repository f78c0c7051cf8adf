// The comparison of two transcripts: appears once it is ready; decisions show without a reload.
import { gettext } from "../js/i18n.js";

const ASK_MS = 2000;

/**
 * Returns this page as the server renders it now; throws if the server answers otherwise.
 *
 * @param {RequestInit} [options]
 */
async function fetchPage(options) {
  const answer = await fetch(location.href, options);
  if (!answer.ok || answer.url !== location.href) {
    throw new Error(`The server answered ${answer.status}.`);
  }
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** @param {string} words */
function tell(words) {
  const said = document.querySelector("#vs-said");
  if (said) {
    said.textContent = words;
  }
}

/** Polls until the transcript is ready, and shows it. */
async function pollTranscript() {
  const here = document.querySelector(".vs-call");
  if (!(here instanceof HTMLElement) || !("underWay" in here.dataset)) {
    return;
  }
  const page = await fetchPage().catch(() => null);
  const fresh = page?.querySelector(".vs-call");
  if (fresh && !fresh.hasAttribute("data-under-way")) {
    here.replaceChildren(...fresh.childNodes);
    delete here.dataset.underWay;
    attachPlayer();
    tell(gettext("The transcript is ready."));
    return;
  }
  setTimeout(pollTranscript, ASK_MS);
}

/**
 * Replaces the decisions alone: the player and the scroll position stay.
 *
 * @param {Document} page
 */
function replaceDecisions(page) {
  const decided = "[data-decided]";
  const fresh = [...page.querySelectorAll(decided)];
  document.querySelectorAll(decided).forEach((place, index) => {
    place.replaceChildren(...fresh[index].childNodes);
  });
}

/** @param {Event} event */
async function decide(event) {
  const form = event.target instanceof Element ? event.target.closest("[data-decided] form") : null;
  if (!(form instanceof HTMLFormElement)) {
    return;
  }
  event.preventDefault();
  const place = form.closest("[data-decided]");
  try {
    replaceDecisions(await fetchPage({ method: "POST", body: new FormData(form) }));
  } catch {
    form.submit(); // the browser shows what the server says
    return;
  }
  const next = place?.querySelector("button") ?? document.querySelector(".vs-scroll");
  if (next instanceof HTMLElement) {
    next.focus();
  }
  tell(gettext("Saved."));
}

document.addEventListener("DOMContentLoaded", () => {
  document.addEventListener("submit", decide);
  setTimeout(pollTranscript, ASK_MS);
});
