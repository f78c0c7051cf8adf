// @ts-check
/** The page that checks the connection: runs the steps, asks its user, shows what came of them. */

import { CallClient } from "../voicesite/call-client.js";
import { missingForCalls, openMicrophone, stopTracks } from "../voicesite/devices.js";
import { mediaProblem } from "../voicesite/problem-codes.js";
import { failed, passed, runSteps, skipped } from "./check-run.js";
import { playTone, Silence, waitForSpeech } from "./check-sound.js";
import { StepView } from "./check-view.js";
import { WORDS } from "./check-words.js";
import { duringCall, tryWay, waysOf } from "./check-ways.js";
import { byId, readJson } from "./dom.js";
import { findIceServers } from "./ice-servers.js";
import { listMicrophones, rememberMicrophone } from "./microphone-choice.js";

/** @typedef {import("./check-run.js").Finding} Finding */
/** @typedef {import("./check-run.js").Result} Result */
/** @typedef {import("./check-ways.js").Way} Way */

/** How long the user has to say a sentence. */
const WORDS_MS = 20_000;
const ANSWER_MS = 10_000;
/** The ways, the best for a call first. */
const BEST_FIRST = ["udp", "relay-udp", "relay-tcp", "relay-tls", "socket"];

const config = readJson("check-config");
const view = new StepView();
const microphone = /** @type {HTMLSelectElement} */ (byId("microphone"));

/** @type {AbortController | null} */
let running = null;

/** One run of all steps. */
class Check {
  /** @param {AbortSignal} signal */
  constructor(signal) {
    this._signal = signal;
    /** @type {MediaStream | null} */
    this._stream = null;
    this._silence = new Silence();
    /** @type {Record<string, Way | null>} */
    this._ways = {};
    /** @type {Set<string>} the ways that work */
    this._open = new Set();
  }

  /** @returns {Promise<Result[]>} */
  async run() {
    this._ways = waysOf(await findIceServers(config.iceServers, ANSWER_MS));
    const way = (/** @type {string} */ name) => ({ name, run: () => this._tryWay(name) });
    const steps = [
      { name: "microphone", run: () => this._microphone() },
      { name: "loudspeaker", run: () => this._loudspeaker() },
      ...BEST_FIRST.map(way),
      { name: "words", run: () => this._words() },
    ];
    try {
      return await runSteps(steps, {
        signal: this._signal,
        onStart: (name) => view.start(name),
        onEnd: (result) => view.end(result),
      });
    } finally {
      stopTracks(this._stream);
      this._silence.close();
    }
  }

  /** @returns {Promise<Finding>} */
  async _microphone() {
    const missing = missingForCalls();
    if (missing) {
      return failed(missing);
    }
    let stream;
    try {
      stream = await openMicrophone(microphone.value);
    } catch (error) {
      return failed(mediaProblem(error));
    }
    if (this._signal.aborted) {
      stopTracks(stream);
      return skipped("cancelled");
    }
    this._stream = stream;
    listMicrophones(microphone, byId("microphone-note"));
    view.showDevice(stream.getAudioTracks()[0]?.label ?? "");
    const { loud, level } = await waitForSpeech(stream, {
      onLevel: (now) => view.showLevel(now),
      signal: this._signal,
    });
    return loud ? passed("ok", { level }) : failed("silent", { level });
  }

  /** @returns {Promise<Finding>} */
  async _loudspeaker() {
    let echo = await playTone(this._stream);
    let answer = await view.askHeard(this._signal);
    while (answer === "again") {
      echo = await playTone(this._stream);
      answer = await view.askHeard(this._signal);
    }
    /** @type {Record<string, number>} */
    const figures = echo === null ? {} : { echoDb: echo };
    const inMicrophone = echo !== null && echo >= view.echoFromDb;
    if (answer === "yes") {
      return passed(inMicrophone ? "echo" : "heard", figures);
    }
    return answer === "no" ? failed(inMicrophone ? "measured" : "not-heard", figures) : skipped("not-asked");
  }

  /**
   * @param {string} name
   * @returns {Promise<Finding>}
   */
  async _tryWay(name) {
    const way = this._ways[name];
    if (!way) {
      return skipped("not-configured");
    }
    if (missingForCalls()) {
      return skipped("no-path");
    }
    const stream = this._stream?.clone() ?? this._silence.stream();
    const found = await tryWay(way, { newCall, stream, signal: this._signal });
    if (found.result === "pass") {
      this._open.add(name);
    }
    return found;
  }

  /** @returns {Promise<Finding>} */
  _words() {
    const way = this._ways[BEST_FIRST.find((name) => this._open.has(name)) ?? ""];
    if (!way || !this._stream) {
      return Promise.resolve(skipped("no-path"));
    }
    const stream = this._stream.clone();
    return duringCall(way, { newCall, stream, signal: this._signal }, (on, finish) => {
      const timer = setTimeout(() => finish(failed("nothing-said")), WORDS_MS);
      this._signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
      on("transcript", ({ role, text, final }) => {
        if (role === "user" && text) {
          view.showWords(text);
          if (final) {
            clearTimeout(timer);
            finish(passed());
          }
        }
      });
    });
  }
}

/** @param {Way} way */
function newCall({ iceServers: servers, ...way }) {
  const socket = (/** @type {string} */ path) => new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
  return new CallClient({
    ...way,
    qualityMs: config.sampleMs,
    openSocket: () => socket(config.signaling),
    openMedia: () => socket(config.media),
    iceServers: async () => servers,
    agentId: config.agent,
    consent: null,
    lastSeq: () => 0,
    check: true,
  });
}

/** Starts the whole check again. */
async function begin() {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  view.begin();
  const results = await new Check(controller.signal).run();
  if (running !== controller) {
    return;
  }
  running = null;
  const { title, note } = summed(results, controller.signal.aborted);
  const kept = controller.signal.aborted ? { code: "", problem: "" } : await keep(results);
  view.finish({ title, note: `${note} ${kept.problem}`, code: kept.code });
}

/**
 * @param {Result[]} results
 * @param {boolean} stopped
 */
function summed(results, stopped) {
  if (stopped) {
    return { title: WORDS.stopped, note: WORDS.stoppedNote };
  }
  const failures = results.filter(({ result }) => result === "fail").map(({ step }) => step);
  if (!failures.length) {
    return { title: WORDS.allPassed, note: WORDS.allPassedNote };
  }
  const blocked = !results.some(({ step, result }) => BEST_FIRST.includes(step) && result === "pass");
  return blocked || failures.some((step) => !BEST_FIRST.includes(step))
    ? { title: WORDS.needsHelp, note: WORDS.needsHelpNote }
    : { title: WORDS.stillWorks, note: WORDS.stillWorksNote };
}

/**
 * Keeps the results on the server, without anything that was said.
 * @param {Result[]} results
 * @returns {Promise<{code: string, problem: string}>} the support code, or why there is none
 */
async function keep(results) {
  const token = /** @type {HTMLInputElement} */ (document.querySelector("[name=csrfmiddlewaretoken]")).value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const request = { method: "POST", headers, body: JSON.stringify({ results }), signal: AbortSignal.timeout(ANSWER_MS) };
  const answer = await fetch(config.results, request).catch(() => null);
  if (answer?.ok) {
    return { code: (await answer.json()).code, problem: "" };
  }
  return { code: "", problem: answer?.status === 429 ? WORDS.another : WORDS.notKept };
}

byId("check-start").addEventListener("click", begin);
byId("check-cancel").addEventListener("click", () => running?.abort());
microphone.addEventListener("change", () => rememberMicrophone(microphone.value));
addEventListener("pagehide", () => running?.abort());
listMicrophones(microphone, byId("microphone-note"));
