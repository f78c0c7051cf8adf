// @ts-check
/** Draws the microphone's level over time, and reports silence and a quiet voice. */

import { fitCanvas } from "./canvas.js";
import { decibels, QuietVoiceDetector } from "./quiet-voice-detector.js";

const BAR_PX = 3;
const GAP_PX = 3;
const STEP_MS = 50;
const FLOOR_DB = -60;
const SILENT = 0.001;
const SILENT_MS = 8000;

/**
 * @param {ArrayLike<number>} samples -1..1
 * @returns {number} loudness from 0 (-60 dB or less) to 1 (full scale)
 */
export function levelOf(samples) {
  return Math.min(1, Math.max(0, 1 - decibels(samples) / FLOOR_DB));
}

/** Draws until `stop()`. Calls `onSilence(true)` after SILENT_MS without any signal, `false` after that; likewise `onQuiet`. */
export class LevelMeter {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {MediaStream} stream
   * @param {(silent: boolean) => void} onSilence
   * @param {(quiet: boolean) => void} onQuiet
   */
  constructor(canvas, stream, onSilence, onQuiet) {
    this._canvas = canvas;
    this._onSilence = onSilence;
    this._detector = new QuietVoiceDetector(onQuiet);
    this._context = new AudioContext();
    this._analyser = new AnalyserNode(this._context, { fftSize: 1024, smoothingTimeConstant: 0 });
    this._context.createMediaStreamSource(stream).connect(this._analyser);
    this._samples = new Float32Array(this._analyser.fftSize);
    /** @type {number[]} newest last */
    this._levels = [];
    this._reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this._lastSignalAt = performance.now();
    this._silent = false;
    this._timer = setInterval(() => this._sample(), STEP_MS);
    this._context.resume().catch(() => {});
  }

  /** Restarts the silence timer: the caller is muted. */
  resetSilence() {
    this._lastSignalAt = performance.now();
    this._reportSilence(false);
  }

  stop() {
    clearInterval(this._timer);
    this._context.close().catch(() => {});
  }

  _sample() {
    this._analyser.getFloatTimeDomainData(this._samples);
    const level = levelOf(this._samples);
    this._detector.push(decibels(this._samples));
    const now = performance.now();
    if (level > SILENT) {
      this._lastSignalAt = now;
    }
    this._reportSilence(now - this._lastSignalAt > SILENT_MS);
    this._levels.push(level);
    this._draw();
  }

  /** @param {boolean} silent */
  _reportSilence(silent) {
    if (silent !== this._silent) {
      this._silent = silent;
      this._onSilence(silent);
    }
  }

  _draw() {
    const { width, height, pen } = fitCanvas(this._canvas);
    const count = Math.floor((width + GAP_PX) / (BAR_PX + GAP_PX));
    this._levels.splice(0, Math.max(0, this._levels.length - count));
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = getComputedStyle(this._canvas).color;
    if (this._reducedMotion) {
      this._bar(pen, 0, width * (this._levels.at(-1) ?? 0), height / 2 - 4, 8);
      return;
    }
    for (let index = 0; index < count; index += 1) {
      const level = this._levels[this._levels.length - count + index] ?? 0;
      const tall = Math.max(BAR_PX, level ** 1.4 * height);
      pen.globalAlpha = level > 0.02 ? 0.35 + 0.65 * (index / count) : 0.25;
      this._bar(pen, index * (BAR_PX + GAP_PX), BAR_PX, (height - tall) / 2, tall);
    }
    pen.globalAlpha = 1;
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {number} x
   * @param {number} width
   * @param {number} y
   * @param {number} height
   */
  _bar(pen, x, width, y, height) {
    pen.beginPath();
    pen.roundRect(x, y, width, height, Math.min(width, height) / 2);
    pen.fill();
  }
}
