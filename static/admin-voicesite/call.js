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

/**
 * Returns the recording's length in seconds; before the audio is loaded, the one the server gave.
 *
 * @param {HTMLAudioElement} audio
 */
function lengthOf(audio) {
  return audio.duration || Number(audio.dataset.lengthS);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLAudioElement} audio
 */
function drawWave(canvas, audio) {
  /** @type {number[][]} */
  const lanes = JSON.parse(canvas.dataset.peaks ?? "[]");
  const pen = canvas.getContext("2d");
  if (!pen || !lanes.length || !lanes[0].length) {
    canvas.hidden = true;
    return;
  }
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const middle = canvas.height / 2;
  const colour = getComputedStyle(canvas).color;
  const length = lengthOf(audio);
  const played = length ? (audio.currentTime / length) * canvas.width : 0;
  pen.fillStyle = colour;
  lanes.slice(0, 2).forEach((peaks, lane) => {
    const step = canvas.width / peaks.length;
    peaks.forEach((peak, index) => {
      const height = Math.max(1, (peak / 100) * middle);
      pen.globalAlpha = index * step < played ? 1 : 0.45;
      pen.fillRect(index * step, lane === 0 ? middle - height : middle, Math.max(1, step - 1), height);
    });
  });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLAudioElement} audio
 */
function showWave(canvas, audio) {
  const draw = () => drawWave(canvas, audio);
  new ResizeObserver(draw).observe(canvas);
  audio.addEventListener("timeupdate", draw);
  canvas.addEventListener("click", (event) => {
    audio.currentTime = (event.offsetX / canvas.clientWidth) * lengthOf(audio);
    audio.play();
  });
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
  const canvas = document.querySelector(".vs-wave"); // the comparison of two transcripts has none
  if (canvas instanceof HTMLCanvasElement) {
    showWave(canvas, audio);
  }
}

document.addEventListener("DOMContentLoaded", attachPlayer);
document.addEventListener("vs-refreshed", attachPlayer);
