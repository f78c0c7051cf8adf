// The page of one call: click a time to hear it; the transcript follows the player.
"use strict";

// scrolls the transcript's own panel: the page stays where the reader put it
function keepInView(row) {
  const panel = row?.closest(".vs-scroll");
  if (!panel) {
    return;
  }
  const above = row.offsetTop - panel.scrollTop;
  if (above < row.offsetHeight * 2 || above > panel.clientHeight - row.offsetHeight * 2) {
    panel.scrollTop = row.offsetTop - panel.clientHeight / 3;
  }
}

function followPlayer(audio, rows) {
  let current = null;
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

function hearFromTimes(audio, rows) {
  for (const row of rows) {
    row.querySelector(".vs-time")?.addEventListener("click", () => {
      audio.currentTime = Number(row.dataset.startMs) / 1000;
      audio.play();
    });
  }
}

// nothing of the sound is loaded before it is played: until then the server's own length counts
function lengthOf(audio) {
  return audio.duration || Number(audio.dataset.lengthS);
}

function drawWave(canvas, audio) {
  const lanes = JSON.parse(canvas.dataset.peaks);
  if (!lanes.length || !lanes[0].length) {
    canvas.hidden = true;
    return;
  }
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const pen = canvas.getContext("2d");
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

function showWave(canvas, audio) {
  const draw = () => drawWave(canvas, audio);
  new ResizeObserver(draw).observe(canvas);
  audio.addEventListener("timeupdate", draw);
  canvas.addEventListener("click", (event) => {
    audio.currentTime = (event.offsetX / canvas.clientWidth) * lengthOf(audio);
    audio.play();
  });
}

function enlivenCall() {
  const audio = document.querySelector(".vs-player audio");
  if (!audio) {
    return;
  }
  const rows = [...document.querySelectorAll(".vs-transcript tbody tr")];
  followPlayer(audio, rows);
  hearFromTimes(audio, rows);
  const wave = document.querySelector(".vs-wave");
  if (wave) { // the comparison of two transcripts has none
    showWave(wave, audio);
  }
}

document.addEventListener("DOMContentLoaded", enlivenCall);
