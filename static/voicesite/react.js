// @ts-check
/**
 * React, 18 and later: `<VoiceAgent serverUrl agentId onTranscript />` and `useVoiceAgent()`. docs/embedding.md.
 *
 * Nothing is opened before `start()`, so both can be rendered on a server and twice (StrictMode). Unmounting ends the
 * call and leaves no track, socket or timer.
 */

import { createElement, useCallback, useEffect, useRef, useState } from "react";
import { VoiceAgentClient } from "./client.js";
import { HoldToTalk } from "./hold-to-talk.js";
import { setLanguage, setMessages, words } from "./messages.js";

/** @typedef {import("./client.js").ClientOptions} ClientOptions */
/** @typedef {import("./client.js").Line} Line */
/** @typedef {import("./client.js").State} State */
/** @typedef {import("./voice-error.js").VoiceError} VoiceError */

/**
 * @typedef {object} View
 * @property {"idle" | "connecting" | "connected"} status
 * @property {State} state the client's, which tells more
 * @property {Line[]} lines what is said, the line that is still being spoken last
 * @property {VoiceError | null} error why the last call failed
 * @property {boolean} agentSpeaking
 * @property {boolean} blocked whether the browser plays no sound before a click that calls `unlock()`
 * @property {boolean} muted
 * @property {boolean} talking whether the caller's voice goes out: with `pushToTalk` only after `talk(true)`
 */

/** @type {View} */
const IDLE = { status: "idle", state: "idle", lines: [], error: null, agentSpeaking: false, blocked: false, muted: false, talking: false };
/** @type {Record<State, View["status"]>} */
const STATUS = {
  idle: "idle",
  connecting: "connecting",
  connected: "connected",
  reconnecting: "connected",
  ending: "connected",
  ended: "idle",
  failed: "idle",
};

/**
 * One call at a time, from a component.
 * @param {ClientOptions} [options] as they are when `start()` is called
 */
export function useVoiceAgent(options = {}) {
  const latest = useRef(options);
  latest.current = options;
  const running = useRef(/** @type {{client: VoiceAgentClient, abort: AbortController} | null} */ (null));
  const [view, setView] = useState(IDLE);

  const start = useCallback(async () => {
    if (!running.current) {
      running.current = begin(latest, (change) => setView((before) => ({ ...before, ...change })));
      const mine = running.current;
      const release = () => {
        if (running.current === mine) {
          running.current = null;
        }
      };
      mine.client.on("ended", release);
      mine.client.on("error", release);
    }
    await running.current.client.connect().catch(() => {}); // `error` tells
  }, []);
  const stop = useCallback(async () => running.current?.client.disconnect(), []);
  const mute = useCallback((muted = true) => {
    if (running.current) {
      running.current.client.mute(muted);
      setView((before) => ({ ...before, muted }));
    }
  }, []);
  const talk = useCallback((talking = true) => running.current?.client.talk(talking), []);
  const interrupt = useCallback(() => running.current?.client.interrupt() ?? false, []);
  const sendText = useCallback((/** @type {string} */ text) => running.current?.client.sendText(text) ?? false, []);
  const unlock = useCallback(async () => {
    await running.current?.client.unlock();
    setView((before) => ({ ...before, blocked: false }));
  }, []);

  useEffect(
    () => () => {
      const left = running.current;
      running.current = null;
      left?.abort.abort();
    },
    [],
  );
  return { ...view, start, stop, mute, talk, interrupt, sendText, unlock };
}

/**
 * @param {{current: ClientOptions}} latest
 * @param {(change: Partial<View>) => void} show
 */
function begin(latest, show) {
  const abort = new AbortController();
  const client = new VoiceAgentClient({ ...latest.current, onTranscript: undefined, signal: abort.signal });
  const shown = (/** @type {Partial<View>} */ change) => abort.signal.aborted || show(change);
  const lines = () => shown({ lines: client.lines });
  shown({ ...IDLE, talking: client.talking });
  client.on("state", ({ state }) => shown({ state, status: STATUS[state] }));
  client.on("partial", lines);
  client.on("transcript", (line) => {
    lines();
    latest.current.onTranscript?.(line);
  });
  client.on("talking", ({ talking }) => shown({ talking }));
  client.on("floor", ({ agentSpeaking }) => shown({ agentSpeaking }));
  client.on("blocked", () => shown({ blocked: true }));
  client.on("error", ({ error }) => shown({ error }));
  return { client, abort };
}

/** @type {Record<View["status"], "start" | "calling" | "stop">} */
const WORDS = { idle: "start", connecting: "calling", connected: "stop" };

/**
 * The button that is held to talk, with finger, mouse, Space or Enter.
 * @param {{talk: (talking: boolean) => void, talking: boolean}} props
 */
function HoldButton({ talk, talking }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useEffect(() => {
    if (!button.current) {
      return undefined;
    }
    const hold = new HoldToTalk(button.current, talk);
    hold.enable(true);
    return () => hold.close();
  }, [talk]);
  const style = /** @type {const} */ ({ touchAction: "none", userSelect: "none", WebkitUserSelect: "none" });
  return createElement("button", { type: "button", ref: button, "aria-pressed": talking, style }, words("talk"));
}

/**
 * A button that calls, and what is said.
 * @param {ClientOptions & {className?: string, labels?: Partial<Record<View["status"], string>>}} props
 */
export function VoiceAgent({ className = "voice-agent", labels = {}, ...options }) {
  const { language, messages } = options;
  const [, setSpoken] = useState("");
  useEffect(() => {
    if (language && !messages) {
      setLanguage(language).then(() => setSpoken(language));
    }
  }, [language, messages]);
  if (messages) {
    setMessages(messages);
  }
  const { status, lines, error, start, stop, talk, talking, blocked, unlock } = useVoiceAgent(options);
  return createElement(
    "div",
    { className, "data-status": status },
    createElement("button", { type: "button", onClick: status === "idle" ? start : stop }, labels[status] ?? words(WORDS[status])),
    status === "connected" && options.pushToTalk && createElement(HoldButton, { talk, talking }),
    blocked && createElement("button", { type: "button", onClick: unlock }, words("unlock")),
    createElement("p", { role: "status" }, error?.message ?? ""),
    createElement(
      "ol",
      { "aria-label": words("lines") },
      lines.map((line) =>
        createElement(
          "li",
          { key: `${line.role} ${line.seq}`, "data-role": line.role, "data-final": line.final, dir: "auto" },
          line.text,
        ),
      ),
    ),
  );
}
