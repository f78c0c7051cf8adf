// @ts-check
/** What a call's connection did so far, for who looks into it. Keeps nothing that was said. No DOM. */

/** @typedef {import("../voicesite/call-client.js").CallClient} CallClient */
/** @typedef {import("../voicesite/details.js").AnswerTimes} AnswerTimes */
/** @typedef {import("../voicesite/quality.js").Quality} Quality */

/** Five minutes of figures, one every two seconds. */
const MOST_SAMPLES = 150;
const MOST_ANSWERS = 50;
const MOST_STATES = 50;

/** Event: `changed`. */
export class CallRecord extends EventTarget {
  /**
   * @param {CallClient} call
   * @param {() => number} [now] ms on a monotonic clock
   */
  constructor(call, now = () => performance.now()) {
    super();
    this._call = call;
    this._now = now;
    this._began = now();
    this.offer = "";
    this.answer = "";
    this.transport = "";
    /** @type {Quality[]} oldest first */
    this.samples = [];
    /** @type {AnswerTimes[]} oldest first */
    this.answers = [];
    /** @type {{atMs: number, state: string}[]} since the call was begun here */
    this.states = [];
    this._listen();
  }

  get callId() {
    return this._call.callId;
  }

  /** @returns {Promise<RTCStatsReport> | null} what the browser tells of the connection; null where it is no WebRTC */
  stats() {
    return this._call.stats();
  }

  _listen() {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ take) =>
      this._call.addEventListener(name, (event) => {
        take(/** @type {CustomEvent} */ (event).detail);
        this.dispatchEvent(new Event("changed"));
      });
    on("description", ({ kind, sdp }) => (kind === "offer" ? (this.offer = sdp) : (this.answer = sdp)));
    on("path", (transport) => (this.transport = transport));
    on("quality", (quality) => (this.samples = [...this.samples, quality].slice(-MOST_SAMPLES)));
    on("state", ({ state }) => this._state(state));
    on("metrics", (metrics) => this._answered(metrics));
  }

  /** @param {string} state */
  _state(state) {
    if (this.states.at(-1)?.state !== state) {
      this.states = [...this.states, { atMs: this._now() - this._began, state }].slice(-MOST_STATES);
    }
  }

  /** @param {AnswerTimes} metrics */
  _answered({ turn, speechEndMs, endpointMs, finalMs, firstTokenMs, firstAudioMs }) {
    // what an agent says of its own accord, such as a greeting, answers nobody
    if (firstTokenMs !== null || firstAudioMs !== null) {
      const times = { turn, speechEndMs, endpointMs, finalMs, firstTokenMs, firstAudioMs };
      this.answers = [...this.answers.filter((one) => one.turn !== turn), times].slice(-MOST_ANSWERS);
    }
  }
}
