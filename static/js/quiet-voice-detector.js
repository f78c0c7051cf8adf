// @ts-check
/** Detects a voice too quiet to recognise, from the microphone's level alone. No DOM. */

const MIN_DB = -100;
/** Levels that are judged together: 10 s at one each 50 ms. */
const WINDOW_STEPS = 200;
/** How far speech is above the noise floor. Lower: noise passes for speech; higher: soft speech is missed. */
const SPEECH_ABOVE_NOISE_DB = 12;
/** How many levels of speech a window needs before it is judged: 2 s. */
const MIN_SPEECH_STEPS = 40;
/** A voice whose peaks stay below this is too quiet, in dBFS. Higher: more callers are warned. */
const QUIET_BELOW_DB = -50;
/** The warning ends after MIN_LOUD_STEPS levels above this, in dBFS. */
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
 * Takes a level every 50 ms. Speech is what stands out of the noise floor; if there are 2 s of it in the
 * last 10 s, and still the peaks (98th percentile) are below -50 dBFS, the voice is too quiet.
 */
export class QuietVoiceDetector {
  /** @param {(quiet: boolean) => void} onQuiet called with `true` once at most, with `false` when the voice is loud again */
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
