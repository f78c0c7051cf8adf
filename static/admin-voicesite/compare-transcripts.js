// The comparison of two transcripts: it comes by itself, and what is decided shows in place.
"use strict";

const ASK_MS = 2000;

/**
 * Returns this page as the server writes it now; throws where it does not answer with it.
 *
 * @param {RequestInit} [options]
 */
async function askedAgain(options) {
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

/** Waits for the transcript that is being made, and shows it. */
async function waitForIt() {
  const here = document.querySelector(".vs-call");
  if (!(here instanceof HTMLElement) || !("underWay" in here.dataset)) {
    return;
  }
  const page = await askedAgain().catch(() => null);
  const fresh = page?.querySelector(".vs-call");
  if (fresh && !fresh.hasAttribute("data-under-way")) {
    here.replaceChildren(...fresh.childNodes);
    delete here.dataset.underWay;
    enlivenCall();
    tell("The transcript is ready.");
    return;
  }
  setTimeout(waitForIt, ASK_MS);
}

/**
 * Takes over what changed: the player and its place in the transcript stay as they are.
 *
 * @param {Document} page
 */
function takeOver(page) {
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
    takeOver(await askedAgain({ method: "POST", body: new FormData(form) }));
  } catch {
    form.submit(); // the browser shows what the server says
    return;
  }
  const next = place?.querySelector("button") ?? document.querySelector(".vs-scroll");
  if (next instanceof HTMLElement) {
    next.focus();
  }
  tell("Saved.");
}

document.addEventListener("DOMContentLoaded", () => {
  document.addEventListener("submit", decide);
  setTimeout(waitForIt, ASK_MS);
});
