// @ts-check
/** Plays the agent's voice from chunks of PCM without gaps; can be cut at once. No DOM. */

/** Delay before the first chunk. Larger: later answers; smaller: gaps when chunks arrive unevenly. */
const AHEAD_S = 0.08;

export class VoicePlayer {
  /** @param {AudioContext} context */
  constructor(context) {
    this._context = context;
    this._out = context.createMediaStreamDestination();
    this._end = 0;
    /** @type {Set<AudioBufferSourceNode>} */
    this._playing = new Set();
  }

  get stream() {
    return this._out.stream;
  }

  /**
   * Queues a chunk behind those before it.
   * @param {ArrayBuffer} body int16 mono
   * @param {number} rate in Hz
   */
  push(body, rate) {
    const samples = Float32Array.from(new Int16Array(body), (sample) => sample / 32768);
    const buffer = this._context.createBuffer(1, samples.length, rate);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(this._context, { buffer });
    source.connect(this._out);
    source.onended = () => this._playing.delete(source);
    this._playing.add(source);
    const at = Math.max(this._end, this._context.currentTime + (this._end ? 0.01 : AHEAD_S));
    source.start(at);
    this._end = at + buffer.duration;
    if (this._end < this._context.currentTime) {
      this._end = 0;
    }
  }

  /** Stops playback and drops queued chunks: the agent was interrupted. */
  drop() {
    this._playing.forEach((source) => source.stop());
    this._playing.clear();
    this._end = 0;
  }
}
