// @ts-check
/** Whether somebody speaks who can hardly be heard: by the microphone's loudness alone. No DOM. */

const NOTHING_DB = -100;
const STEPS = 200;
const STANDS_OUT_DB = 12;
const SPOKEN = 40;
const LEAST_DB = -50;
const LOUD_DB = -45;
const LOUD_ENOUGH = 10;

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
  return Math.max(NOTHING_DB, 20 * Math.log10(rms));
}

/**
 * Takes a loudness each 50 ms. Speech stands out of what is heard between words, whatever that is; where
 * 2 s of the last 10 do, and all the same nothing is louder than -50 dBFS, the voice is too faint.
 */
export class FaintVoice {
  /** @param {(faint: boolean) => void} onFaint `true` once at the most, `false` when the voice is loud again */
  constructor(onFaint) {
    this._onFaint = onFaint;
    /** @type {number[]} newest last */
    this._heard = [];
    this._told = false;
    this._faint = false;
  }

  /** @param {number} level dBFS */
  hear(level) {
    this._heard.push(level);
    this._heard.splice(0, this._heard.length - STEPS);
    const loud = this._heard.filter((one) => one > LOUD_DB).length >= LOUD_ENOUGH;
    if (this._faint && loud) {
      this._faint = false;
      this._onFaint(false);
    } else if (!this._told && this._isFaint()) {
      this._told = this._faint = true;
      this._onFaint(true);
    }
  }

  _isFaint() {
    if (this._heard.length < STEPS) {
      return false;
    }
    const sorted = [...this._heard].sort((a, b) => a - b);
    const floor = Number(sorted[Math.floor(STEPS / 10)]);
    const spoken = sorted.filter((one) => one > floor + STANDS_OUT_DB).length;
    return spoken >= SPOKEN && Number(sorted[Math.floor(0.98 * STEPS)]) < LEAST_DB;
  }
}
