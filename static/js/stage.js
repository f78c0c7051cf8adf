// @ts-check
/** The view of a call in progress (`#stage`): state, timer, level meter, transcript, buttons. */

import { AgentPanel } from "./agent-panel.js";
import { Announcer } from "./announcer.js";
import { clock } from "./clock.js";
import { byId } from "./dom.js";
import { Notices } from "./notices.js";
import { setting } from "./settings.js";
import { TalkControls } from "./talk-controls.js";
import { TranscriptView } from "./transcript-view.js";
import { gettext } from "./i18n.js";

/** @typedef {import("../voicesite/call-client.js").CallClient} CallClient */
/** @typedef {import("./agent-choice.js").Agent} Agent */

const QUALITY = { good: gettext("Good connection."), fair: gettext("Fair connection."), poor: gettext("Poor connection.") };
const STRINGS = { level: gettext("Microphone level"), muted: gettext("You are muted"), connected: gettext("Connected.") };
/** How long a call may connect before the microphone's level is drawn: connecting comes first. */
const METER_MS = 1000;
const DOTS = { active: "dot dot-live", ending: "dot", ended: "dot" };

export class Stage {
  constructor() {
    /** @type {CallClient | null} */
    this._call = null;
    /** @type {import("./level-meter.js").LevelMeter | null} */
    this._meter = null;
    /** @type {MediaStream | null} the microphone whose level is shown, or soon will be */
    this._metered = null;
    this._meterTimer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this._clockTimer = undefined;
    this._startedAt = 0;
    this._elapsedMs = 0;
    /** @type {TranscriptView | null} */
    this._transcript = null;
    this._panel = new AgentPanel();
    this._notices = new Notices((words) => {
      byId("notice").hidden = !words;
      byId("notice-text").textContent = words;
    });
    this._words = "";
    this._talk = new TalkControls((open) => this._showOpen(open));
    byId("hang-up").addEventListener("click", () => this._call?.hangUp());
  }

  /** @param {import("../voicesite/quality.js").Quality} quality */
  showQuality({ level, reason }) {
    const words = byId("call-quality");
    const text = `${QUALITY[level]}${reason && ` ${reason}`}`;
    if (words.textContent !== text) {
      words.textContent = text;
    }
    words.dataset.level = level;
    words.hidden = byId("stage").dataset.state !== "active"; // what was measured before it was lost
  }

  /** @param {{call: CallClient, agent: Agent, recorded: boolean, elapsedMs?: number, muted?: boolean}} options */
  start({ call, agent, recorded, elapsedMs = 0, muted = false }) {
    this._call = call;
    this._startedAt = 0;
    this._elapsedMs = elapsedMs;
    byId("call-agent").textContent = agent.name;
    this._panel.begin(call, agent);
    byId("call-recorded").hidden = !recorded;
    byId("call-unrecorded").hidden = recorded;
    byId("call-timer").textContent = clock(elapsedMs);
    byId("call-quality").hidden = true;
    byId("dock").hidden = false;
    byId("saving").hidden = true;
    this._notices.clear();
    this._talk.begin(muted, setting("push-to-talk") === "on");
    this._showOpen(this._talk.open);
    this._transcript ??= new TranscriptView({
      list: byId("transcript"),
      scroll: byId("transcript-scroll"),
      empty: byId("transcript-empty"),
      latest: byId("jump-to-latest"),
      announcer: new Announcer(byId("transcript-announcer")),
    });
    this._transcript.clear({ user: gettext("You"), agent: agent.name });
    byId(this._talk.pushToTalk ? "talk" : "hang-up").focus();
  }

  /**
   * Shows the microphone's level, once the call is connected.
   * @param {MediaStream} stream the microphone
   */
  startMeter(stream) {
    this._stopMeter();
    this._metered = stream;
    if (byId("stage").dataset.state === "active") {
      this._drawLevel();
    } else {
      this._meterTimer = setTimeout(() => this._drawLevel(), METER_MS);
    }
  }

  async _drawLevel() {
    clearTimeout(this._meterTimer);
    const stream = this._metered;
    const loaded = stream && !this._meter && (await import("./level-meter.js").catch(() => null));
    if (loaded && stream === this._metered && !this._meter) {
      const notices = this._notices;
      this._meter = new loaded.LevelMeter(
        byId("meter"),
        stream,
        (silent) => notices.silence(silent),
        (faint) => notices.faint(faint),
      );
    }
  }

  _stopMeter() {
    clearTimeout(this._meterTimer);
    this._meter?.stop();
    this._meter = this._metered = null;
  }

  /**
   * @param {string} state
   * @param {string} words
   */
  showState(state, words) {
    byId("stage").dataset.state = state;
    byId("call-dot").className = DOTS[/** @type {"active"} */ (state)] ?? "dot dot-wait";
    this._words = words;
    this._showWords();
    if (state !== "active") {
      byId("call-quality").hidden = true;
    }
    if (state === "active") {
      this._drawLevel();
    }
    if (state === "active" && !this._clockTimer) {
      this._startedAt = performance.now() - this._elapsedMs;
      this._clockTimer = setInterval(() => this._tick(), 250);
    }
  }

  /** With push-to-talk nobody can speak yet: what to hold stands at the button. */
  _showWords() {
    const shown = byId("call-state");
    const words = byId("stage").dataset.state === "active" && this._talk.pushToTalk ? STRINGS.connected : this._words;
    // setting the same words again would make screen readers repeat them
    if (shown.textContent !== words) {
      shown.textContent = words;
    }
  }

  /** @param {string} words on a microphone that went away; empty hides them */
  showLost(words) {
    this._notices.lost(words);
  }

  /** @param {string} words the notice; empty hides it */
  showNotice(words) {
    this._notices.say(words);
  }

  /** @param {import("../voicesite/transcript.js").Change[]} changes */
  showChanges(changes) {
    this._transcript?.show(changes);
  }

  /** @param {boolean} listening whether a member of staff hears the call */
  showListener(listening) {
    byId("staff-notice").hidden = !listening;
  }

  /** @param {{startMs: number, endMs: number}} gap a time without audio from the caller */
  showGap(gap) {
    this._transcript?.showGap(gap);
  }

  /** The captions have another size. */
  captionsResized() {
    this._transcript?.resized();
  }

  /** @param {string} floor as the server says */
  showFloor(floor) {
    this._transcript?.showFloor(floor);
  }

  get muted() {
    return this._talk.muted;
  }

  /** @param {boolean} on whether the caller is heard only while a key or the button is held */
  pushToTalk(on) {
    this._talk.pushToTalkIs(on);
    this._showWords();
  }

  /** Stops the clock and the meter: the call has ended. */
  end() {
    this._stopClock();
    this._stopMeter();
    this._call = null;
    this._talk.end();
    this._panel.end();
  }

  /**
   * Shows that the call has ended and is being saved.
   * @param {string} page the URL of the call's page; empty if the call never began
   */
  showSaving(page) {
    this._stopClock();
    this.showState("ended", gettext("The call has ended"));
    this._talk.end();
    this._panel.end();
    byId("dock").hidden = true;
    byId("saving").hidden = false;
    byId("call-link").hidden = !page;
    byId("call-link").href = page;
  }

  /** @param {boolean} open whether the caller's voice goes out */
  _showOpen(open) {
    this._call?.mute(!open);
    this._meter?.resetSilence();
    byId("stage").classList.toggle("is-muted", !open);
    byId("meter").setAttribute("aria-label", open ? STRINGS.level : STRINGS.muted);
  }

  _stopClock() {
    clearInterval(this._clockTimer);
    this._clockTimer = undefined;
  }

  _tick() {
    byId("call-timer").textContent = clock(performance.now() - this._startedAt);
    if (!this._talk.open) {
      this._meter?.resetSilence();
    }
  }
}
