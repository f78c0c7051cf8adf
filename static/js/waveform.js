// @ts-check
/** Draws a recording's waveform: the caller above, the agent below. */

import { fitCanvas } from "./canvas.js";

const BAR_PX = 2;
const GAP_PX = 1.5;

/**
 * @param {number[]} peaks 0..100, evenly spaced
 * @param {number} count
 * @returns {number[]} the maximum of each of `count` equal parts
 */
export function binned(peaks, count) {
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * peaks.length) / count));
    return Math.max(0, ...peaks.slice(from, to));
  });
}

export class Waveform {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number[][]} lanes caller's and agent's peaks, 0..100
   */
  constructor(canvas, lanes) {
    this._canvas = canvas;
    this._lanes = lanes;
    this._played = 0;
    /** @type {number | null} */
    this._pointed = null;
    this._bins = /** @type {number[][]} */ ([]);
    new ResizeObserver(() => this._resized()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this._draw());
  }

  /** @param {number} share 0..1 of the recording */
  played(share) {
    this._played = share;
    this._draw();
  }

  /** @param {number | null} share where the pointer is, 0..1 */
  pointed(share) {
    this._pointed = share;
    this._draw();
  }

  _resized() {
    const count = Math.max(1, Math.floor((this._canvas.clientWidth + GAP_PX) / (BAR_PX + GAP_PX)));
    this._bins = [0, 1].map((lane) => binned(this._lanes[lane] ?? [], count));
    this._draw();
  }

  _draw() {
    const { width, height, pen } = fitCanvas(this._canvas);
    const styles = getComputedStyle(this._canvas);
    const colours = ["--accent", "--agent"].map((name) => styles.getPropertyValue(name));
    const middle = height / 2;
    const played = this._played * width;
    pen.clearRect(0, 0, width, height);
    this._bins.forEach((bins, lane) => {
      pen.fillStyle = colours[lane];
      bins.forEach((peak, index) => {
        const x = index * (BAR_PX + GAP_PX);
        const tall = Math.max(1, (peak / 100) * (middle - 3));
        pen.globalAlpha = x < played ? 1 : 0.34;
        pen.fillRect(x, lane === 0 ? middle - 1 - tall : middle + 1, BAR_PX, tall);
      });
    });
    pen.globalAlpha = 1;
    pen.fillStyle = styles.color;
    pen.fillRect(Math.min(width - 2, Math.max(0, played - 1)), 0, 2, height);
    if (this._pointed !== null) {
      pen.globalAlpha = 0.35;
      pen.fillRect(this._pointed * width, 0, 1, height);
      pen.globalAlpha = 1;
    }
  }
}
