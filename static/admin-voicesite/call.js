// The admin's page of one call: a click on a time plays from there; the transcript follows the player.
// @ts-check
"use strict";

/**
 * Scrolls the transcript's own panel: the page stays where the reader put it.
 * @param {HTMLElement | undefined} row
 */
function keepInView(row) {
  const panel = row?.closest(".vs-scroll");
  if (!row || !panel || panel.querySelector(".line-editor")) {
    return;
  }
  const above = row.offsetTop - panel.scrollTop;
  if (above < row.offsetHeight * 2 || above > panel.clientHeight - row.offsetHeight * 2) {
    panel.scrollTop = row.offsetTop - panel.clientHeight / 3;
  }
}

/**
 * @param {HTMLAudioElement} audio
 * @param {HTMLElement[]} rows
 */
function followPlayer(audio, rows) {
  /** @type {HTMLElement | undefined} */
  let current;
  audio.addEventListener("timeupdate", () => {
    const now = audio.currentTime * 1000;
    const row = rows.find(
      (candidate) =>
        now >= Number(candidate.dataset.startMs) && now < Number(candidate.dataset.endMs),
    );
    if (row === current) {
      return;
    }
    current?.classList.remove("vs-now");
    row?.classList.add("vs-now");
    current = row;
    keepInView(row);
  });
}

/**
 * @param {HTMLAudioElement} audio
 * @param {HTMLElement[]} rows
 */
function hearFromTimes(audio, rows) {
  for (const row of rows) {
    row.querySelector(".vs-time")?.addEventListener("click", () => {
      audio.currentTime = Number(row.dataset.startMs) / 1000;
      audio.play();
    });
  }
}

/** Attaches handlers to a new player on the page; safe to call again. */
function attachPlayer() {
  const audio = document.querySelector(".vs-player audio:not([data-alive])");
  if (!(audio instanceof HTMLAudioElement)) {
    return;
  }
  audio.dataset.alive = "yes";
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".vs-transcript tbody tr")]);
  followPlayer(audio, rows);
  hearFromTimes(audio, rows);
}

document.addEventListener("DOMContentLoaded", attachPlayer);
document.addEventListener("vs-refreshed", attachPlayer);
