// @ts-check
/** The microphone's audio in chunks of 100 ms, of which the last 40 s are kept. No DOM. */

export const CHUNK_MS = 100;
/** 40 s: the server keeps a lost call for 30 s, and noticing the loss takes a few more. */
const MAX_CHUNKS = 400;

export class MicrophoneBuffer {
  constructor() {
    /** @type {ArrayBuffer[]} oldest first */
    this._chunks = [];
    /** @type {(chunk: ArrayBuffer) => void} called with each chunk; set by the sender */
    this.onChunk = () => {};
    /** Format of the chunks; valid once `ready` resolves. */
    this.audio = { codec: "pcm16", sampleRate: 16_000, channels: 1 };
    /** @type {Promise<void>} */
    this.ready = Promise.reject(new Error("nothing is listened to"));
    this.ready.catch(() => {});
  }

  /** @param {MediaStream} stream the microphone */
  listen(stream) {
    this.ready = this._listen(stream);
    this.ready.catch(() => {}); // only a call that uses the WebSocket needs it
  }

  /** @param {MediaStream} stream another microphone, which is listened to from now on */
  replace(stream) {
    if (this._context && this._node) {
      this._source?.disconnect();
      this._source = this._context.createMediaStreamSource(stream);
      this._source.connect(this._node);
    }
  }

  /** Length of the kept audio in ms. */
  get keptMs() {
    return this._chunks.length * CHUNK_MS;
  }

  /**
   * Returns the chunks of the last `ms`, oldest first.
   * @param {number} ms
   */
  last(ms) {
    const count = Math.round(ms / CHUNK_MS);
    return count ? this._chunks.slice(-count) : [];
  }

  close() {
    this._context?.close().catch(() => {});
    this._chunks = [];
  }

  /** @param {MediaStream} stream */
  async _listen(stream) {
    const context = new AudioContext();
    this._context = context;
    await context.audioWorklet.addModule(new URL("./pcm-worklet.js", import.meta.url));
    const node = new AudioWorkletNode(context, "pcm", { numberOfOutputs: 0, channelCount: 1 });
    node.port.onmessage = ({ data }) => this.take(data);
    this._node = node;
    this.replace(stream);
    context.resume().catch(() => {});
    this.audio.sampleRate = context.sampleRate % 16_000 ? context.sampleRate : 16_000;
  }

  /** @param {ArrayBuffer} chunk */
  take(chunk) {
    this._chunks.push(chunk);
    if (this._chunks.length > MAX_CHUNKS) {
      this._chunks.shift();
    }
    this.onChunk(chunk);
  }
}
