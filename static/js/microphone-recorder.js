// @ts-check
/** The microphone's sound as the browser's recorder writes it, for browsers with nothing better. No DOM. */

/** What the server takes apart, what is decoded soonest first (docs/protocol.md, /ws/voice). */
const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4;codecs=opus", "audio/mp4"];
/** How often the recorder is asked for what it has; some give it in pieces of a second all the same. */
const SLICE_MS = 200;
/** So long the last piece may take, once the recorder is stopped. */
const LAST_MS = 700;
/** The server takes a piece apart in another process: the goodbye goes another way, and must not be there first. */
const TAKEN_APART_MS = 300;

/** @returns {string} what this browser records that the server knows; empty for nothing */
export function recorderMimeType() {
  const recorder = globalThis.MediaRecorder;
  return (recorder && KINDS.find((kind) => recorder.isTypeSupported(kind))) ?? "";
}

/** Stands in for `MicrophoneBuffer`. Nothing from before it is sent is kept: a container has a beginning. */
export class MicrophoneRecorder {
  constructor() {
    this.audio = { codec: recorderMimeType() };
    this.keptMs = 0;
    /** @type {Promise<void>} */
    this.ready = Promise.resolve();
    /** @type {(chunk: ArrayBuffer) => void} told of each piece; set by whoever sends them */
    this.onChunk = () => {};
    /** @type {MediaRecorder | null} */
    this._recorder = null;
    /** @type {Promise<void>} pieces become bytes one after another, in their order */
    this._told = Promise.resolve();
  }

  /** @param {MediaStream} stream the microphone */
  listen(stream) {
    this._recorder = new MediaRecorder(stream, { mimeType: this.audio.codec });
    this._recorder.ondataavailable = ({ data }) => this._take(data);
  }

  /** Nothing is held back: the recording begins here. */
  last() {
    if (this._recorder?.state === "inactive") {
      this._recorder.start(SLICE_MS);
    }
    return /** @type {ArrayBuffer[]} */ ([]);
  }

  /**
   * Ends the recording.
   * @returns {Promise<void>} once the last piece was told, and is likely to be heard
   */
  async finish() {
    const recorder = this._recorder;
    if (!recorder || recorder.state === "inactive") {
      return;
    }
    const stopped = new Promise((done) => {
      recorder.onstop = done;
    });
    recorder.stop();
    await Promise.race([stopped, after(LAST_MS)]);
    await this._told;
    await after(TAKEN_APART_MS);
  }

  close() {
    this.onChunk = () => {};
    if (this._recorder && this._recorder.state !== "inactive") {
      this._recorder.stop();
    }
  }

  /** @param {Blob} data */
  _take(data) {
    if (data.size) {
      this._told = this._told.then(async () => this.onChunk(await data.arrayBuffer()));
    }
  }
}

/** @param {number} ms */
function after(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
