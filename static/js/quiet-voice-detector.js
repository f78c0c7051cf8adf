// @ts-check
/** Whether somebody speaks who can hardly be heard: by the microphone's loudness alone. No DOM. */

const MIN_DB = -100;
const WINDOW_STEPS = 200;
const SPEECH_ABOVE_NOISE_DB = 12;
const MIN_SPEECH_STEPS = 40;
const QUIET_BELOW_DB = -50;
const LOUD_ABOVE_DB = -45;
const MIN_LOUD_STEPS = 10;

/**
 * @param {ArrayLike<number>} samples -1..1
 * @returns {number} their loudness in dBFS, -100 at the least
 */
export function decibels(samples) {
  let sum = 0;
  for (let index = 0; index < samples.length; index += 1) {
    sum += samples[index] * samples[index];
  }
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  return Math.max(MIN_DB, 20 * Math.log10(rms));
}

/**
 * Takes a loudness each 50 ms. Speech stands out of what is heard between words, whatever that is; where
 * 2 s of the last 10 do, and all the same nothing is louder than -50 dBFS, the voice is too faint.
 */
export class QuietVoiceDetector {
  /** @param {(faint: boolean) => void} onQuiet `true` once at the most, `false` when the voice is loud again */
  constructor(onQuiet) {
    this._onQuiet = onQuiet;
    /** @type {number[]} newest last */
    this._levels = [];
    this._reported = false;
    this._quiet = false;
  }

  /** @param {number} level dBFS */
  push(level) {
    this._levels.push(level);
    this._levels.splice(0, this._levels.length - WINDOW_STEPS);
    const loud = this._levels.filter((one) => one > LOUD_ABOVE_DB).length >= MIN_LOUD_STEPS;
    if (this._quiet && loud) {
      this._quiet = false;
      this._onQuiet(false);
    } else if (!this._reported && this._isQuiet()) {
      this._reported = this._quiet = true;
      this._onQuiet(true);
    }
  }

  _isQuiet() {
    if (this._levels.length < WINDOW_STEPS) {
      return false;
    }
    const sorted = [...this._levels].sort((a, b) => a - b);
    const floor = Number(sorted[Math.floor(WINDOW_STEPS / 10)]);
    const spoken = sorted.filter((one) => one > floor + SPEECH_ABOVE_NOISE_DB).length;
    return spoken >= MIN_SPEECH_STEPS && Number(sorted[Math.floor(0.98 * WINDOW_STEPS)]) < QUIET_BELOW_DB;
  }
}
