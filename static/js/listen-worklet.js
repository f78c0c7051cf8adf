// @ts-check
/** AudioWorklet that plays int16 chunks as they come: it waits for a little in hand, and drops what is too old. */

/** Sound in hand before it begins, and after it ran dry. Larger: heard later; smaller: more gaps. */
const BEGIN_S = 0.16;
/** More than this in hand is old: the network was slow, and the listener catches up. */
const MOST_S = 1;

class Listen extends AudioWorkletProcessor {
  constructor() {
    super();
    /** @type {Int16Array[]} */
    this._chunks = [];
    this._at = 0;
    this._held = 0;
    this._waits = true;
    this.port.onmessage = ({ data }) => this._take(new Int16Array(data));
  }

  /** @param {Int16Array} chunk */
  _take(chunk) {
    this._chunks.push(chunk);
    this._held += chunk.length;
    if (this._held > MOST_S * sampleRate) {
      while (this._held > BEGIN_S * sampleRate && this._chunks.length > 1) {
        this._drop();
      }
    }
    this._waits = this._waits && this._held < BEGIN_S * sampleRate;
  }

  _drop() {
    this._held -= (this._chunks.shift()?.length ?? 0) - this._at;
    this._at = 0;
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs
   */
  process(_inputs, outputs) {
    const out = outputs[0][0];
    for (let place = 0; place < out.length; place += 1) {
      const chunk = this._waits ? undefined : this._chunks[0];
      out[place] = chunk ? chunk[this._at] / 32768 : 0;
      if (chunk) {
        this._at += 1;
        this._held -= 1;
        if (this._at === chunk.length) {
          this._chunks.shift();
          this._at = 0;
        }
      }
    }
    this._waits = this._waits || !this._chunks.length;
    return true;
  }
}

registerProcessor("listen", Listen);
