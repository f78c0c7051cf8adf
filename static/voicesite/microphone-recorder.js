// @ts-check
/** The microphone's audio from MediaRecorder, for browsers without WebRTC and AudioWorklet. No DOM. */

/** Containers that the server can demux, the one with the lowest delay first (docs/protocol.md, /ws/voice). */
const MIME_TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4;codecs=opus", "audio/mp4"];
/** Requested slice length; some browsers deliver a slice per second all the same. */
const SLICE_MS = 200;
/** How long the last slice may take once the recorder is stopped. */
const LAST_SLICE_MS = 700;
/** Delay before `bye`: the server demuxes slices in another process, and `bye`, on another socket, must not overtake the last. */
const DEMUX_MS = 300;

/** @returns {string} the best container that browser and server share; empty for none */
export function recorderMimeType() {
  const recorder = globalThis.MediaRecorder;
  return (recorder && MIME_TYPES.find((kind) => recorder.isTypeSupported(kind))) ?? "";
}

/** Has the interface of `MicrophoneBuffer`, but keeps nothing from before it is sent: a container must be sent from its start. */
export class MicrophoneRecorder {
  constructor() {
    this.audio = { codec: recorderMimeType() };
    this.keptMs = 0;
    /** @type {Promise<void>} */
    this.ready = Promise.resolve();
    /** @type {(chunk: ArrayBuffer) => void} called with each slice; set by the sender */
    this.onChunk = () => {};
    /** @type {MediaRecorder | null} */
    this._recorder = null;
    /** @type {Promise<void>} slices are converted to bytes one after another, in order */
    this._delivered = Promise.resolve();
  }

  /** @param {MediaStream} stream the microphone */
  listen(stream) {
    this._recorder = new MediaRecorder(stream, { mimeType: this.audio.codec });
    this._recorder.ondataavailable = ({ data }) => this._take(data);
  }

  /** A recorder cannot change its stream: its container would begin anew. */
  replace() {
    throw new DOMException("This browser cannot change the microphone during a call.", "NotSupportedError");
  }

  /** Starts the recording; returns no earlier audio, since none is kept. */
  last() {
    if (this._recorder?.state === "inactive") {
      this._recorder.start(SLICE_MS);
    }
    return /** @type {ArrayBuffer[]} */ ([]);
  }

  /**
   * Ends the recording.
   * @returns {Promise<void>} resolves once the last slice was passed on and probably processed
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
    await Promise.race([stopped, delay(LAST_SLICE_MS)]);
    await this._delivered;
    await delay(DEMUX_MS);
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
      this._delivered = this._delivered.then(async () => this.onChunk(await data.arrayBuffer()));
    }
  }
}

/** @param {number} ms */
function delay(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
