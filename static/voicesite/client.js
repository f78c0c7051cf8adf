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
import { missingForCalls } from "./devices.js";
import { Emitter } from "./emitter.js";
import { Entrance } from "./entrance.js";
import { KeptCall } from "./kept-call.js";
import { setLanguage, setMessages, words } from "./messages.js";
import { CallMicrophone } from "./microphone.js";
import { Run } from "./run.js";
import { TalkGate } from "./talk-gate.js";
import { Transcript } from "./transcript.js";
import { asVoiceError, VoiceError } from "./voice-error.js";
import { VoiceOutput } from "./voice-output.js";

/** @typedef {import("./details.js").ClientOptions} ClientOptions */
/** @typedef {import("./details.js").Line} Line */
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
 * @property {import("./details.js").AnswerTimes} metrics when the stages of an answer came
 * @property {{startMs: number, endMs: number}} gap the connection was lost in between
 * @property {{listening: boolean}} staff whether a member of staff hears the call
 * @property {{data: any}} app JSON from the operator's own code
 * @property {import("./quality.js").Quality} quality how good the connection is, every two seconds
 * @property {{words: string}} notice what the caller should know of the connection; empty: nothing any more
 * @property {{transport: "webrtc" | "websocket"}} transport how the audio goes now
 * @property {{stream: MediaStream}} voice the agent's voice
 * @property {{}} blocked the browser plays no sound before a click: call `unlock()` in one
 * @property {{replaced: boolean, code?: string}} microphone it went away: whether another took its place, now or once one
 *   was plugged in, or why none did
 * @property {{code: string}} trouble the agent or its voice failed; the call goes on
 * @property {{error: VoiceError}} error the call failed
 * @property {{callId: string, reason: string}} ended the call is over, as it was meant to be
 */

/** @type {Record<string, State>} */
const STATES = { connecting: "connecting", active: "connected", reconnecting: "reconnecting", ending: "ending" };

/** The entry of the storage where the option `resume` is true. */
const KEPT_AS = "voicesite.client.call";

/** @typedef {{callId: string, resumeToken: string, muted: boolean}} Kept */

export class VoiceAgentClient extends Emitter {
  /** @param {ClientOptions} [options] */
  constructor(options = {}) {
    super();
    const { microphone = "", onTranscript, output, resume } = options;
    this._options = options;
    /** @type {State} */
    this._state = "idle";
    this._gate = new TalkGate((open) => this._onGate(open));
    this._gate.set({ pushToTalk: options.pushToTalk ?? false });
    /** The call that is on. @type {Run | null} */
    this._run = null;
    this._transcript = new Transcript();
    this._spoken = speak(options);
    this._microphone = microphone;
    this._output = output === false ? null : new VoiceOutput(output || undefined);
    /** @type {KeptCall<Kept> | null} */
    this._kept = resume ? new KeptCall(resume === true ? KEPT_AS : resume) : null;
    if (onTranscript) {
      this.on("transcript", onTranscript);
    }
  }

  /** @returns {State} */
  get state() {
    return this._state;
  }

  /** The call's id on the server; empty before there is a call. */
  get callId() {
    return this._run?.call?.callId ?? "";
  }

  /** Whether this tab had a call before it was loaded again, with which `connect()` goes on (option `resume`). */
  get resumable() {
    return !this._run && Boolean(this._kept?.read());
  }

  /** All lines of the call so far, in the order they were spoken. @returns {Line[]} */
  get lines() {
    return /** @type {Line[]} */ (this._transcript.entries);
  }

  get muted() {
    return this._gate.muted;
  }

  get pushToTalk() {
    return this._gate.pushToTalk;
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
    return (this._run ?? this._newRun()).connected;
  }

  /**
   * Ends the call.
   * @returns {Promise<void>} resolves once the last words are written down; at once where there is no call
   */
  async disconnect() {
    const run = this._run;
    if (run?.call) {
      run.call.hangUp();
    } else if (run) {
      this._fail(run, new VoiceError({ code: "aborted" }));
    }
    await run?.over;
  }

  /** Replaces the caller's voice by silence, or stops doing so. */
  mute(muted = true) {
    this._gate.set({ muted });
    this._keep();
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
    this._run?.call?.mute(!open);
    this._emit("talking", { talking: open });
  }

  /**
   * Interrupts what the agent says.
   * @returns {boolean} whether it was sent: the connection may be away for a moment
   */
  interrupt() {
    return this._run?.call?.agent.interrupt() ?? false;
  }

  /**
   * Sends typed words, which the agent answers as if they had been spoken.
   * @param {string} text
   */
  sendText(text) {
    return this._run?.call?.agent.say(text) ?? false;
  }

  /**
   * Sends JSON to the operator's own code on the server.
   * @param {unknown} data
   */
  sendApp(data) {
    return this._run?.call?.agent.sendApp(data) ?? false;
  }

  /** @param {boolean} paused whether the agent is to hold still */
  pauseAgent(paused = true) {
    return this._run?.call?.agent.pause(paused) ?? false;
  }

  /**
   * Takes another microphone, from now on; rejects with a VoiceError, and keeps the one before, where it cannot be had.
   * @param {string} deviceId of `navigator.mediaDevices.enumerateDevices()`; empty for the default one
   */
  async setInputDevice(deviceId) {
    await this._run?.microphone?.choose(deviceId);
    this._microphone = deviceId;
  }

  /**
   * Plays the agent's voice on another device; rejects with a VoiceError where that is impossible.
   * @param {string} deviceId empty for the default one
   */
  async setOutputDevice(deviceId) {
    if (!this._output) {
      throw new VoiceError({ code: "unsupported", message: "The page plays the voice itself (output: false)." });
    }
    await this._output.setDevice(deviceId);
  }

  /** Plays what the browser has blocked (the event `blocked`); to be called within a click. */
  async unlock() {
    return (await this._output?.unlock()) ?? true;
  }

  _newRun() {
    const run = new Run();
    this._run = run;
    this._begin(run).catch((error) => this._fail(run, asVoiceError(error)));
    return run;
  }

  /** @param {Run} run */
  async _begin(run) {
    const { serverUrl, signal } = this._options;
    const missing = signal?.aborted ? "aborted" : missingForCalls();
    if (missing) {
      throw new VoiceError({ code: missing });
    }
    run.listen(signal, "abort", () => this._fail(run, new VoiceError({ code: "aborted", callId: this.callId })));
    this._transcript = new Transcript();
    const microphone = this._newMicrophone(run);
    run.microphone = microphone;
    this._change("connecting", "");
    if (run !== this._run) {
      return; // a listener hung up
    }
    if (this._options.language) {
      await this._spoken;
      if (run !== this._run) {
        return;
      }
    }
    const kept = this._kept?.read() ?? null;
    const entrance = this._entrance(serverUrl ?? location.origin);
    const [stream] = await Promise.all([microphone.open(), this._comeIn(entrance, kept)]);
    if (run !== this._run) {
      return; // it was aborted meanwhile
    }
    const call = this._newCall(run, entrance, kept);
    this._followPage(run, call);
    call.open();
    microphone.watch(stream);
    await call.start(stream);
  }

  /**
   * @param {Entrance} entrance
   * @param {Kept | null} kept the call to go on with
   */
  async _comeIn(entrance, kept) {
    if (!kept) {
      await entrance.open();
    } else if (await this._kept?.lock(kept.callId)) {
      entrance.comeBackWith(kept.resumeToken);
      this._gate.set({ muted: kept.muted });
    } else {
      throw new VoiceError({ code: "in-another-tab", callId: kept.callId });
    }
    if (entrance.byTicket && this._options.transport !== "websocket") {
      await entrance.iceServers();
    }
  }

  /** @param {Run} run */
  _newMicrophone(run) {
    return new CallMicrophone({
      source: this._microphone,
      use: async (stream) => run.call?.replaceMicrophone(stream),
      onLevel: (level) => this._emit("level", { level: this._gate.open ? level : 0 }),
      onLost: (found) => {
        this._microphone = found.replaced ? "" : this._microphone;
        this._emit("microphone", found);
      },
    });
  }

  /** @param {string} serverUrl */
  _entrance(serverUrl) {
    const { ticket, token, agentId, variables, metadata } = this._options;
    const wish = { ...(agentId && { agentId }), ...(variables && { variables }), ...(metadata && { metadata }) };
    return new Entrance({ serverUrl, ticket, token, wish });
  }

  /**
   * @param {Run} run
   * @param {Entrance} entrance
   * @param {Kept | null} kept
   */
  _newCall(run, entrance, kept) {
    const { agentId = "", consent = null, transport, variables, metadata } = this._options;
    const open = (/** @type {string} */ path) => {
      entrance.comeBackWith(call.resumeToken);
      return entrance.socket(path);
    };
    const call = new CallClient({
      openSocket: () => open("/signaling"),
      openMedia: () => open("/ws/voice"),
      iceServers: () => entrance.iceServers(),
      agentId,
      consent,
      transport,
      variables,
      metadata,
      lastSeq: () => this._transcript.lastSeq,
      resume: kept?.callId,
      resumeToken: kept?.resumeToken,
    });
    run.call = call;
    call.mute(!this._gate.open);
    this._follow(run, call);
    return call;
  }

  /**
   * @param {Run} run
   * @param {CallClient} call
   */
  _follow(run, call) {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ take) =>
      call.addEventListener(name, (event) => run === this._run && take(/** @type {CustomEvent} */ (event).detail));
    on("state", ({ state, words: said }) => {
      const shown = shownAs(STATES[state] ?? this._state, run.wasConnected);
      this._change(shown, shown === "connected" && this.pushToTalk ? words("hold") : said);
    });
    on("transcript", (message) => this._hear(message));
    on("track", (stream) => this._play(run, stream));
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
    on("problem", (problem) => this._fail(run, new VoiceError(problem)));
    on("ended", (end) => this._end(run, end));
  }

  /**
   * Reconnects when the browser is online again, and says so when the page goes, for good or to come back.
   * @param {Run} run
   * @param {CallClient} call
   */
  _followPage(run, call) {
    run.listen(globalThis, "online", () => call.retryNow());
    run.listen(globalThis, "pagehide", () => this._leavePage(run, call));
  }

  /**
   * @param {Run} run
   * @param {CallClient} call
   */
  _leavePage(run, call) {
    const returns = Boolean(this._kept) && call.inProgress;
    const { callId } = call;
    if (returns) {
      call.goAway();
      // a page that the browser kept whole goes on by itself
      globalThis.addEventListener("pageshow", (event) => event.persisted && this.resumable && this.connect(), { once: true });
    }
    this._end(run, { callId, reason: returns ? "page_left" : "caller_left" }, returns);
  }

  /** @param {any} message a `transcript` of the server */
  _hear(message) {
    for (const { kind, entry } of this._transcript.apply(message)) {
      const line = /** @type {Line} */ (entry);
      if (kind === "remove") {
        this._emit("partial", { ...line, text: "" });
      } else if (line.final) {
        this._emit("transcript", line);
      } else {
        this._emit("partial", line);
      }
    }
  }

  /**
   * @param {Run} run
   * @param {MediaStream} stream
   */
  async _play(run, stream) {
    this._emit("voice", { stream });
    if (run === this._run && this._output && !(await this._output.play(stream)) && run === this._run) {
      this._emit("blocked", {});
    }
  }

  /**
   * @param {State} state
   * @param {string} words
   */
  _change(state, words) {
    const run = this._run;
    this._state = state;
    this._emit("state", { state, words });
    if (run && run === this._run && state === "connected") {
      run.wasConnected = true;
      run.resolve();
      this._keep();
    }
  }

  /** Keeps what a page that is loaded again needs to go on with the call. */
  _keep() {
    const call = this._run?.call;
    if (this._kept && call?.inProgress) {
      this._kept.save({ callId: call.callId, resumeToken: call.resumeToken, muted: this._gate.muted });
      this._kept.lock(call.callId);
    }
  }

  /**
   * @param {Run} run
   * @param {VoiceError} error
   */
  _fail(run, error) {
    this._finish(run, "failed", error, "error", { error });
  }

  /**
   * @param {Run} run
   * @param {{callId: string, reason: string}} end
   * @param {boolean} [returns] whether the page goes and may come back to the call
   */
  _end(run, end, returns = false) {
    this._finish(run, "ended", new VoiceError({ code: "aborted", callId: end.callId }), "ended", end, returns);
  }

  /**
   * @param {Run} run
   * @param {State} state
   * @param {VoiceError} why for who still waits for `connect()`
   * @param {keyof Events} name
   * @param {object} detail
   * @param {boolean} [returns]
   */
  _finish(run, state, why, name, detail, returns = false) {
    if (run !== this._run) {
      return;
    }
    this._run = null;
    this._gate.set({ talking: false }); // a key that is still held does not open the next call
    run.release();
    this._output?.stop();
    if (!returns) {
      this._kept?.clear();
    }
    run.reject(why);
    run.finish();
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
 * A call connects once: what follows is a reconnection, and what comes before is none.
 * @param {State} state
 * @param {boolean} wasConnected
 * @returns {State}
 */
function shownAs(state, wasConnected) {
  if (state === "connecting" || state === "reconnecting") {
    return wasConnected ? "reconnecting" : "connecting";
  }
  return state;
}
