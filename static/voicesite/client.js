// @ts-check
/**
 * A voice call with an agent of a voicesite server, for any page: docs/embedding.md.
 *
 *     const client = new VoiceAgentClient({ serverUrl, agentId: "scribe", ticket: fetchTicket });
 *     client.on("transcript", ({ role, text }) => show(role, text));
 *     await client.connect();
 *
 * A client makes one call at a time, and may make another once that is over.
 */

import { CallClient } from "./call-client.js";
import { missingForCalls, openMicrophone, stopTracks } from "./devices.js";
import { Emitter } from "./emitter.js";
import { Entrance } from "./entrance.js";
import { LevelWatch } from "./level-watch.js";
import { setLanguage, setMessages } from "./messages.js";
import { mediaProblem, startProblem } from "./problem-codes.js";
import { TalkGate } from "./talk-gate.js";
import { Transcript } from "./transcript.js";
import { VoiceError } from "./voice-error.js";
import { VoiceOutput } from "./voice-output.js";

/**
 * @typedef {object} ClientOptions
 * @property {string} [serverUrl] such as https://voice.example.com; without it the page's own server
 * @property {string} [agentId] an agent's slug; without it the default agent answers
 * @property {string | (() => string | Promise<string>)} [ticket] of `POST /api/v1/tickets`, or what fetches one, at each
 *   `connect()`: the way in for pages of other servers
 * @property {string | (() => string | Promise<string>)} [token] an API token, which makes the ticket here: only where
 *   whoever reads the page may have it. Without ticket and token the page's own session counts
 * @property {"auto" | "webrtc" | "websocket"} [transport] "auto" tries WebRTC, then the WebSocket
 * @property {string | MediaStream} [microphone] a device's id, or a stream, which the client then does not stop
 * @property {{recording: true, notice: string} | null} [consent] without it no audio is stored
 * @property {Record<string, string | number | boolean>} [variables] for the agent's prompt and greeting
 * @property {Record<string, unknown>} [metadata] kept with the call
 * @property {boolean} [pushToTalk] the caller is heard only between `talk(true)` and `talk(false)`
 * @property {HTMLAudioElement | false} [output] plays the agent's voice; false: the page plays what `voice` gives it
 * @property {AbortSignal} [signal] ends the call when it aborts
 * @property {string} [language] in which the library speaks to people on this page, such as de: English, German and Spanish
 * @property {import("./messages.js").OwnMessages} [messages] its words instead; what is left out is English
 * @property {(line: Line) => void} [onTranscript] as the event `transcript`
 */

/**
 * @typedef {object} Line
 * @property {number} seq counts a call's lines, from 1 without gaps
 * @property {"user" | "agent"} role
 * @property {string} text
 * @property {boolean} final false: the line is still being spoken
 * @property {number} startMs on the call clock
 * @property {string} [fullText] the whole sentence, where `text` is what was heard of it
 */

/**
 * @typedef {object} AnswerTimes of one answer, in ms on the call clock; null for what did not happen
 * @property {number} turn
 * @property {number | null} speechEndMs the caller fell silent
 * @property {number | null} endpointMs it was decided that the turn is over
 * @property {number | null} finalMs its final words came
 * @property {number | null} firstTokenMs the answer's first text came
 * @property {number | null} firstAudioMs its first sound was sent
 */

/** @typedef {"idle" | "connecting" | "connected" | "reconnecting" | "ending" | "ended" | "failed"} State */
/** @typedef {import("./note-list.js").Note} Note */

/**
 * @typedef {object} Events
 * @property {{state: State, words: string}} state `words` are for people; empty where the state says it all
 * @property {Line} partial the words so far of a line; an empty `text` takes it back
 * @property {Line} transcript a line that stays
 * @property {{floor: string, agentSpeaking: boolean}} floor who has the floor
 * @property {{level: number}} level of the microphone, 0..1, 20 times a second
 * @property {{talking: boolean}} talking whether the caller's voice goes out: muting and `talk()` change it
 * @property {{notes: Note[]}} notes all notes that the agent has taken
 * @property {AnswerTimes} metrics when the stages of an answer came
 * @property {{startMs: number, endMs: number}} gap the connection was lost in between
 * @property {{listening: boolean}} staff whether a member of staff hears the call
 * @property {{data: any}} app JSON from the operator's own code
 * @property {import("./quality.js").Quality} quality how good the connection is, every two seconds
 * @property {{words: string}} notice what the caller should know of the connection; empty: nothing any more
 * @property {{transport: "webrtc" | "websocket"}} transport how the audio goes now
 * @property {{stream: MediaStream}} voice the agent's voice
 * @property {{}} blocked the browser plays no sound before a click: call `unlock()` in one
 * @property {{replaced: boolean}} microphone the microphone went away; whether the default one took its place
 * @property {{code: string}} trouble the agent or its voice failed; the call goes on
 * @property {{error: VoiceError}} error the call failed
 * @property {{callId: string, reason: string}} ended the call is over, as it was meant to be
 */

/** @type {Record<string, State>} */
const STATES = { connecting: "connecting", active: "connected", reconnecting: "reconnecting", ending: "ending" };

export class VoiceAgentClient extends Emitter {
  /** @param {ClientOptions} [options] */
  constructor(options = {}) {
    super();
    this._options = options;
    /** @type {State} */
    this._state = "idle";
    this._gate = new TalkGate((open) => this._onGate(open));
    this._gate.set({ pushToTalk: options.pushToTalk ?? false });
    /** @type {CallClient | null} */
    this._call = null;
    /** @type {Promise<void> | null} */
    this._connected = null;
    /** @type {Promise<void> | null} */
    this._over = null;
    /** Settles `connect()` and `disconnect()`; each counts once. */
    this._settle = { connected: () => {}, failed: (/** @type {unknown} */ _error) => {}, over: () => {} };
    this._transcript = new Transcript();
    /** Settles once the words are there. */
    this._spoken = speak(options);
    this._device = typeof options.microphone === "string" ? options.microphone : "";
    this._output = options.output === false ? null : new VoiceOutput(options.output || undefined);
    this._level = new LevelWatch((level) => this._emit("level", { level: this._gate.open ? level : 0 }));
  }

  /** @returns {State} */
  get state() {
    return this._state;
  }

  /** The call's id on the server; empty before there is a call. */
  get callId() {
    return this._call?.callId ?? "";
  }

  /** All lines of the call so far, in the order they were spoken. @returns {Line[]} */
  get lines() {
    return /** @type {Line[]} */ (this._transcript.entries);
  }

  get muted() {
    return this._gate.muted;
  }

  /** Whether the caller's voice goes out: not while muted, and with `pushToTalk` only after `talk(true)`. */
  get talking() {
    return this._gate.open;
  }

  /**
   * Listens to an event.
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {(detail: Events[Name]) => void} listener
   * @returns {() => void} stops listening
   */
  on(name, listener) {
    const take = (/** @type {Event} */ event) => listener(/** @type {CustomEvent} */ (event).detail);
    this.addEventListener(name, take);
    return () => this.removeEventListener(name, take);
  }

  /**
   * Starts a call. While one is on, returns the promise of that one.
   * @returns {Promise<void>} resolves once the caller can speak; rejects with a `VoiceError`
   */
  connect() {
    if (!this._connected) {
      this._connected = new Promise((resolve, reject) => {
        this._settle.connected = resolve;
        this._settle.failed = reject;
      });
      this._connected.catch(() => {}); // the event `error` tells, too
      this._over = new Promise((resolve) => {
        this._settle.over = resolve;
      });
      this._begin().catch((error) => this._fail(asVoiceError(error)));
    }
    return this._connected;
  }

  /**
   * Ends the call.
   * @returns {Promise<void>} resolves once the last words are written down; at once where there is no call
   */
  disconnect() {
    if (this._call) {
      this._call.hangUp();
    } else if (this._connected) {
      this._fail(new VoiceError({ code: "aborted" }));
    }
    return this._over ?? Promise.resolve();
  }

  /** Replaces the caller's voice by silence, or stops doing so. */
  mute(muted = true) {
    this._gate.set({ muted });
  }

  /**
   * Lets the caller be heard, or no longer; counts with the option `pushToTalk` alone.
   * @param {boolean} talking true while a key or a button is held
   */
  talk(talking = true) {
    this._gate.set({ talking });
  }

  /** @param {boolean} open */
  _onGate(open) {
    this._call?.mute(!open);
    this._emit("talking", { talking: open });
  }

  /**
   * Interrupts what the agent says.
   * @returns {boolean} whether it was sent: the connection may be away for a moment
   */
  interrupt() {
    return this._call?.agent.interrupt() ?? false;
  }

  /**
   * Sends typed words, which the agent answers as if they had been spoken.
   * @param {string} text
   */
  sendText(text) {
    return this._call?.agent.say(text) ?? false;
  }

  /**
   * Sends JSON to the operator's own code on the server.
   * @param {unknown} data
   */
  sendApp(data) {
    return this._call?.agent.sendApp(data) ?? false;
  }

  /** @param {boolean} paused whether the agent is to hold still */
  pauseAgent(paused = true) {
    return this._call?.agent.pause(paused) ?? false;
  }

  /**
   * Takes another microphone, from now on.
   * @param {string} deviceId of `navigator.mediaDevices.enumerateDevices()`; empty for the default one
   */
  async setInputDevice(deviceId) {
    this._device = deviceId;
    if (this._call) {
      await this._replaceMicrophone(await openMicrophone(deviceId));
    }
  }

  /**
   * Plays the agent's voice on another device.
   * @param {string} deviceId empty for the default one
   */
  async setOutputDevice(deviceId) {
    await this._output?.setDevice(deviceId);
  }

  /** Plays what the browser has blocked (the event `blocked`); to be called within a click. */
  async unlock() {
    return (await this._output?.unlock()) ?? true;
  }

  async _begin() {
    const { serverUrl, signal } = this._options;
    if (signal?.aborted) {
      throw new VoiceError({ code: "aborted" });
    }
    signal?.addEventListener("abort", () => this._abort(), { once: true });
    const missing = missingForCalls();
    if (missing) {
      throw new VoiceError({ code: missing });
    }
    this._transcript = new Transcript();
    this._change("connecting", "");
    const entrance = this._entrance(serverUrl ?? location.origin);
    if (this._options.language) {
      await this._spoken;
    }
    const [stream] = await both(this._openMicrophone(), entrance.open());
    if (this._state !== "connecting") {
      stopTracks(stream); // it was aborted meanwhile
      return;
    }
    const call = this._newCall(entrance);
    this._call = call;
    call.mute(!this._gate.open);
    call.open();
    this._watch(stream);
    await call.start(stream);
  }

  /** @param {string} serverUrl */
  _entrance(serverUrl) {
    const { ticket, token, agentId, variables, metadata } = this._options;
    const wish = { ...(agentId && { agentId }), ...(variables && { variables }), ...(metadata && { metadata }) };
    return new Entrance({ serverUrl, ticket, token, wish });
  }

  /** @param {Entrance} entrance */
  _newCall(entrance) {
    const { agentId = "", consent = null, transport, variables, metadata } = this._options;
    const iceServers = entrance.iceServers();
    const open = (/** @type {string} */ path) => {
      entrance.comeBackWith(call.resumeToken);
      return entrance.socket(path);
    };
    const call = new CallClient({
      openSocket: () => open("/signaling"),
      openMedia: () => open("/ws/voice"),
      iceServers: () => iceServers,
      agentId,
      consent,
      transport,
      variables,
      metadata,
      lastSeq: () => this._transcript.lastSeq,
    });
    this._follow(call);
    return call;
  }

  /** @param {CallClient} call */
  _follow(call) {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ take) =>
      call.addEventListener(name, (event) => call === this._call && take(/** @type {CustomEvent} */ (event).detail));
    on("state", ({ state, words }) => this._change(STATES[state] ?? this._state, words));
    on("transcript", (message) => this._hear(message));
    on("track", (stream) => this._play(stream));
    on("floor", (floor) => this._emit("floor", { floor, agentSpeaking: floor === "agent_speaking" }));
    on("notes", (notes) => this._emit("notes", { notes }));
    on("metrics", ({ turn, speechEndMs, endpointMs, finalMs, firstTokenMs, firstAudioMs }) =>
      this._emit("metrics", { turn, speechEndMs, endpointMs, finalMs, firstTokenMs, firstAudioMs }),
    );
    on("gap", ({ startMs, endMs }) => this._emit("gap", { startMs, endMs }));
    on("staff", ({ listening }) => this._emit("staff", { listening }));
    on("app", (data) => this._emit("app", { data }));
    on("quality", (quality) => this._emit("quality", quality));
    on("notice", (words) => this._emit("notice", { words }));
    on("path", (transport) => this._emit("transport", { transport }));
    on("trouble", (code) => this._emit("trouble", { code }));
    on("problem", (problem) => this._fail(new VoiceError(problem)));
    on("ended", ({ callId, reason }) =>
      this._finish("ended", new VoiceError({ code: "aborted", callId }), "ended", { callId, reason }),
    );
  }

  /** @param {any} message a `transcript` of the server */
  _hear(message) {
    for (const { kind, entry } of this._transcript.apply(message)) {
      const line = /** @type {Line} */ (entry);
      if (kind === "remove") {
        this._emit("partial", { ...line, text: "" });
      } else if (line.final) {
        this._emit("transcript", line);
        this._options.onTranscript?.(line);
      } else {
        this._emit("partial", line);
      }
    }
  }

  /** @param {MediaStream} stream */
  async _play(stream) {
    this._emit("voice", { stream });
    if (this._output && !(await this._output.play(stream))) {
      this._emit("blocked", {});
    }
  }

  async _openMicrophone() {
    const { microphone } = this._options;
    return microphone instanceof MediaStream ? microphone.clone() : openMicrophone(this._device);
  }

  /** Measures the microphone, and takes the default one when it is unplugged. @param {MediaStream} stream */
  _watch(stream) {
    this._level.start(stream);
    stream.getAudioTracks()[0]?.addEventListener("ended", () => this._onUnplugged());
  }

  async _onUnplugged() {
    if (!this._call || this._state === "ending") {
      return;
    }
    this._device = "";
    try {
      await this._replaceMicrophone(await openMicrophone(""));
      this._emit("microphone", { replaced: true });
    } catch {
      this._emit("microphone", { replaced: false });
    }
  }

  /** @param {MediaStream} stream */
  async _replaceMicrophone(stream) {
    if (!this._call) {
      stopTracks(stream);
      return;
    }
    await this._call.replaceMicrophone(stream);
    this._watch(stream);
  }

  _abort() {
    if (this._connected) {
      this._call?.leave();
      this._fail(new VoiceError({ code: "aborted", callId: this.callId }));
    }
  }

  /**
   * @param {State} state
   * @param {string} words
   */
  _change(state, words) {
    this._state = state;
    this._emit("state", { state, words });
    if (state === "connected") {
      this._settle.connected();
    }
  }

  /** @param {VoiceError} error */
  _fail(error) {
    this._finish("failed", error, "error", { error });
  }

  /**
   * @param {State} state
   * @param {VoiceError} why for who still waits for `connect()`
   * @param {keyof Events} name
   * @param {object} detail
   */
  _finish(state, why, name, detail) {
    if (!this._connected) {
      return;
    }
    const settle = this._settle; // a listener may start the next call
    this._call?.leave();
    this._call = this._connected = null;
    this._gate.set({ talking: false }); // a key that is still held does not open the next call
    this._level.stop();
    this._output?.stop();
    settle.failed(why);
    settle.over();
    this._change(state, "");
    this._emit(name, detail);
  }
}

/** @param {ClientOptions} options */
async function speak({ language, messages }) {
  if (messages) {
    setMessages(messages);
  } else if (language) {
    await setLanguage(language);
  }
}

/**
 * Waits for both; stops the microphone where the other fails.
 * @param {Promise<MediaStream>} microphone
 * @param {Promise<void>} other
 * @returns {Promise<[MediaStream, void]>}
 */
async function both(microphone, other) {
  try {
    return await Promise.all([microphone, other]);
  } catch (error) {
    microphone.then(stopTracks).catch(() => {});
    throw error;
  }
}

/**
 * @param {unknown} error
 * @returns {VoiceError}
 */
function asVoiceError(error) {
  if (error instanceof VoiceError) {
    return error;
  }
  const { name = "" } = /** @type {Partial<Error>} */ (error ?? {});
  const known = /^(NotAllowed|Security|NotFound|Overconstrained|NotReadable)Error$/.test(name);
  return new VoiceError(known ? { code: mediaProblem(error) } : startProblem(error));
}
