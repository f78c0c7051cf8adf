// @ts-check
/** A call's audio over a WebSocket, if the network blocks WebRTC or the browser has none. docs/protocol.md: /ws/voice. */

import { CHUNK_MS } from "./microphone-buffer.js";
import { refusalOf } from "./refusals.js";
import { CLOSE } from "./signaling.js";
import { VoicePlayer } from "./voice-player.js";

/** @typedef {Record<string, any> & {type: string}} Message */

const FEATURES = ["media", "acks"];
/** The server acknowledges every fifth chunk. */
const ACK_EVERY = 5;
const OUTPUT = { codec: "pcm16", sampleRate: 24_000 };
/** Unacknowledged chunks of 100 ms that are kept for a reconnect: 32 s, since the server keeps a lost call for 30 s. */
const MAX_CHUNKS = 320;
const MAX_BUFFERED_BYTES = 64 * 1024;
const RETRY_MS = [200, 500, 1000, 2000];
const MAX_LOST_MS = 45_000;
/** Close codes after which reconnecting is useless. */
const FATAL = new Set([CLOSE.signedOut, CLOSE.notAllowed, CLOSE.notFound]);
/** Normal closure (RFC 6455): the server has ended the call, and says why over signaling. */
const OVER = 1000;
/** How long that may take: a signaling socket that is away comes back within a few seconds. */
const WHY_MS = 8000;

export class SocketLink {
  /**
   * @param {object} options
   * @param {() => WebSocket} options.open
   * @param {string} options.callId the call to continue; empty to begin one
   * @param {object} [options.request] the fields of a new call: agent, consent
   * @param {import("./microphone-buffer.js").MicrophoneBuffer | import("./microphone-recorder.js").MicrophoneRecorder} options.microphone
   * @param {(callId: string, resumeToken?: string) => void} [options.onCall] called with the call's id once it begins or continues
   * @param {(message: Message) => void} [options.onRefused] called with the server's error if it does not
   * @param {(state: "connected" | "lost" | "failed") => void} options.onState
   * @param {(stream: MediaStream) => void} options.onTrack
   */
  constructor({ open, callId, request = {}, microphone, onCall = () => {}, onRefused = () => {}, onState, onTrack }) {
    this._openSocket = open;
    this._callId = callId;
    this._request = request;
    this._onCall = onCall;
    this._onRefused = onRefused;
    this._microphone = microphone;
    this._onState = onState;
    this._onTrack = onTrack;
    /** @type {WebSocket | null} */
    this._socket = null;
    /** @type {Message | null} describes the next binary frame */
    this._header = null;
    /** @type {ArrayBuffer[]} chunks that the server has not acknowledged, oldest first */
    this._unacknowledged = [];
    /** How many chunks came before `_unacknowledged`, and how many of `_unacknowledged` have been sent. */
    this._firstIndex = 0;
    this._sent = 0;
    /** When the chunk was sent that the next acknowledgement is of, and how many there were with it. */
    this._asked = { count: 0, at: 0 };
    /** How long the last acknowledgement took, in ms; null before the first. @type {number | null} */
    this.roundTripMs = null;
    this._ready = false;
    this._everReady = false;
    this._closed = false;
    this._failures = 0;
    this._lostAt = 0;
    this._timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  }

  async start() {
    const context = new AudioContext();
    this._context = context;
    this._player = new VoicePlayer(context);
    await this._microphone.ready;
    if (this._closed) {
      return;
    }
    context.resume().catch(() => {});
    this._onTrack(this._player.stream);
    this._connect();
  }

  /** How much of the caller's audio the server does not have yet, in ms. */
  get queuedMs() {
    return this._unacknowledged.length * CHUNK_MS;
  }

  close() {
    this._closed = true;
    clearTimeout(this._timer);
    this._microphone.onChunk = () => {};
    if (this._socket) {
      this._socket.onclose = null;
      this._socket.close(4000, "another way");
    }
    this._context?.close().catch(() => {});
  }

  /** @param {ArrayBuffer} chunk */
  _onChunk(chunk) {
    this._unacknowledged.push(chunk);
    if (this._unacknowledged.length > MAX_CHUNKS) {
      this._unacknowledged.shift();
      if (this._sent) {
        this._sent -= 1;
        this._firstIndex += 1; // the server counts it; what was never sent it does not
      }
    }
    this._flush();
  }

  _flush() {
    const socket = this._socket;
    while (this._ready && socket && this._sent < this._unacknowledged.length && socket.bufferedAmount < MAX_BUFFERED_BYTES) {
      socket.send(this._unacknowledged[this._sent]);
      this._sent += 1;
      this._noteSent(this._firstIndex + this._sent);
    }
  }

  /** @param {number} count chunks that were sent so far */
  _noteSent(count) {
    if (count % ACK_EVERY === 0 && this._asked.count === 0) {
      this._asked = { count, at: performance.now() };
    }
  }

  /** @param {number} received how many chunks of this stream the server has */
  _acknowledge(received) {
    if (this._asked.count && received >= this._asked.count) {
      this.roundTripMs = performance.now() - this._asked.at;
      this._asked.count = 0;
    }
    const known = Math.min(received - this._firstIndex, this._unacknowledged.length);
    if (known > 0) {
      this._unacknowledged.splice(0, known);
      this._firstIndex += known;
      this._sent = Math.max(0, this._sent - known);
    }
  }

  _connect() {
    const socket = this._openSocket();
    this._socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () =>
      socket.send(
        JSON.stringify({
          type: "session_start",
          ...(this._callId ? { callId: this._callId } : this._request),
          audio: this._microphone.audio,
          heldMs: this._microphone.keptMs,
          output: OUTPUT,
          features: FEATURES,
          continues: this._everReady,
        }),
      );
    socket.onmessage = ({ data }) => (typeof data === "string" ? this._onMessage(JSON.parse(data)) : this._onAudio(data));
    socket.onclose = ({ code, reason }) => this._onClose(code, reason);
  }

  /** @param {Message} message */
  _onMessage(message) {
    if (message.type === "session_started") {
      this._failures = 0;
      this._callId = message.callId ?? this._callId;
      this._onCall(this._callId, message.resumeToken);
      this._startSending(message.backlogMs);
      this._ready = this._everReady = true;
      this._sent = 0;
      this._firstIndex = Math.min(this._firstIndex, message.received); // some of what was sent got lost, and was dropped
      this._acknowledge(message.received);
      this._onState("connected");
      this._flush();
    } else if (message.type === "audio_ack") {
      this._acknowledge(message.received);
    } else if (message.type === "tts_audio_chunk") {
      this._header = message;
    } else if (message.type === "turn_end" && message.interrupted) {
      this._player?.drop();
    } else if (message.type === "error" && !this._ready) {
      this._onRefused(message);
      this._fail();
    }
  }

  /**
   * Starts sending, first with what was said before the socket was open.
   * @param {number} backlogMs how much earlier audio the server lacks
   */
  _startSending(backlogMs) {
    if (!this._everReady) {
      this._unacknowledged = this._microphone.last(backlogMs);
      this._microphone.onChunk = (chunk) => this._onChunk(chunk);
    }
  }

  /** @param {ArrayBuffer} body */
  _onAudio(body) {
    if (this._header) {
      this._player?.push(body, this._header.sampleRate);
    }
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  _onClose(code, reason) {
    this._socket = null;
    this._ready = false;
    this._asked.count = 0; // what is sent again tells nothing
    if (this._closed) {
      return;
    }
    if (code === OVER) {
      this._timer = setTimeout(() => this._fail(), WHY_MS);
      return;
    }
    const now = performance.now();
    this._lostAt = this._failures ? this._lostAt : now;
    const refused = FATAL.has(code) || (code === CLOSE.busy && !this._callId);
    if (refused && !this._everReady) {
      this._onRefused({ type: "error", ...refusalOf({ code, reason }) });
    }
    if (refused || now - this._lostAt > MAX_LOST_MS) {
      this._fail();
      return;
    }
    this._onState("lost");
    this._timer = setTimeout(() => this._connect(), RETRY_MS[Math.min(this._failures, RETRY_MS.length - 1)]);
    this._failures += 1;
  }

  _fail() {
    if (!this._closed) {
      this.close();
      this._onState("failed");
    }
  }
}
