// @ts-check
/** Measures how loud a stream is, 20 times a second. No DOM. */

const EVERY_MS = 50;
/** RMS that counts as silence and as full level, in dB below full scale. */
const FLOOR_DB = -60;
const FULL_DB = -12;

export class LevelWatch {
  /** @param {(level: number) => void} onLevel called with 0 (silence) to 1 (loud) */
  constructor(onLevel) {
    this._onLevel = onLevel;
    /** @type {AudioContext | null} */
    this._context = null;
    this._timer = /** @type {ReturnType<typeof setInterval> | undefined} */ (undefined);
  }

  /** @param {MediaStream} stream */
  start(stream) {
    this.stop();
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    context.createMediaStreamSource(stream).connect(analyser);
    context.resume().catch(() => {});
    const samples = new Float32Array(analyser.fftSize);
    this._context = context;
    this._timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this._onLevel(levelOf(samples));
    }, EVERY_MS);
  }

  stop() {
    clearInterval(this._timer);
    this._timer = undefined;
    this._context?.close().catch(() => {});
    this._context = null;
  }
}

/**
 * @param {Float32Array} samples -1..1
 * @returns {number} 0..1, even steps in decibels
 */
export function levelOf(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(power || 1e-12);
  return Math.min(1, Math.max(0, (decibels - FLOOR_DB) / (FULL_DB - FLOOR_DB)));
}
