// @ts-check
/**
 * AudioWorklet that posts the microphone in chunks of 100 ms: int16 mono, at 16 kHz if the context's rate is
 * a multiple of that, else at the context's rate.
 */

const CHUNK_S = 0.1;
const SPEECH_RATE = 16_000;
const TAPS = 48;

/** @param {number} x */
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/**
 * A low-pass filter for taking one sample of `step`: windowed sinc, cut a little below the
 * new half rate.
 * @param {number} step
 */
function lowPass(step) {
  const cut = 0.45 / step;
  const taps = Array.from({ length: TAPS }, (_, n) => {
    const at = n - (TAPS - 1) / 2;
    const hamming = 0.54 - 0.46 * Math.cos((2 * Math.PI * n) / (TAPS - 1));
    return hamming * 2 * cut * sinc(2 * cut * at);
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return Float32Array.from(taps, (tap) => tap / sum);
}

class Pcm extends AudioWorkletProcessor {
  constructor() {
    super();
    const step = sampleRate / SPEECH_RATE;
    this._step = Number.isInteger(step) ? step : 1;
    this._filter = this._step > 1 ? lowPass(this._step) : null;
    /** @type {Float32Array} */
    this._pending = new Float32Array(0);
    this._size = Math.round((sampleRate / this._step) * CHUNK_S);
    this._chunk = new Int16Array(this._size);
    this._filled = 0;
  }

  /** @param {Float32Array[][]} inputs */
  process([input]) {
    const samples = input[0];
    if (samples) {
      for (const sample of this._filter ? this._decimated(samples, this._filter) : samples) {
        this._append(sample);
      }
    }
    return true;
  }

  /**
   * @param {Float32Array} samples
   * @param {Float32Array} filter
   */
  _decimated(samples, filter) {
    const all = new Float32Array(this._pending.length + samples.length);
    all.set(this._pending);
    all.set(samples, this._pending.length);
    const out = [];
    let start = 0;
    for (; start + TAPS <= all.length; start += this._step) {
      let sum = 0;
      for (let tap = 0; tap < TAPS; tap += 1) {
        sum += filter[tap] * all[start + tap];
      }
      out.push(sum);
    }
    this._pending = all.slice(start);
    return out;
  }

  /** @param {number} sample -1..1 */
  _append(sample) {
    this._chunk[this._filled] = Math.max(-32768, Math.min(32767, Math.round(sample * 32767)));
    this._filled += 1;
    if (this._filled === this._size) {
      this.port.postMessage(this._chunk.buffer, [this._chunk.buffer]);
      this._chunk = new Int16Array(this._size);
      this._filled = 0;
    }
  }
}

registerProcessor("pcm", Pcm);
