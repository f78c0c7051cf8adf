// Notes when sound enters the microphone after a silence, and when the transcript's lines change.
"use strict";

const QUIET = 0.004;
const SILENT_MS = 400;
const probe = { onsets: [], lines: [] };
window.probe = probe;

const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  const context = new AudioContext({ latencyHint: 0 });
  const analyser = new AnalyserNode(context, { fftSize: 256 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let quietSince = performance.now() - SILENT_MS;
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const now = performance.now();
    if (samples.some((value) => Math.abs(value) > QUIET)) {
      if (quietSince !== null && now - quietSince >= SILENT_MS) {
        probe.onsets.push(now);
      }
      quietSince = null;
    } else {
      quietSince ??= now;
    }
  }, 5);
  return stream;
};

document.addEventListener("DOMContentLoaded", () => {
  const shown = new Map();
  new MutationObserver(() => {
    const at = performance.now();
    document.querySelectorAll("#transcript li").forEach((row, index) => {
      const text = row.querySelector(".live-line-text")?.textContent ?? "";
      const final = row.dataset.final === "true";
      if (shown.get(index) !== `${final} ${text}`) {
        shown.set(index, `${final} ${text}`);
        probe.lines.push({ index, at, final, words: text.split(/\s+/).filter(Boolean).length });
      }
    });
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
});
