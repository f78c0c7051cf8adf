// @ts-check
/** A call of this page, from the consent to its end. Loaded once the page is drawn. */

import { CallClient } from "../voicesite/call-client.js";
import { CatchUp } from "../voicesite/catch-up.js";
import { byId } from "./dom.js";
import { clearSavedCall, lockCall, saveCall } from "./saved-call.js";
import { openMicrophone, stopTracks, uplinkKind } from "../voicesite/devices.js";
import { opensUnasked } from "./unasked-microphone.js";
import { setLanguage } from "../voicesite/messages.js";
import { PreparedPeer } from "../voicesite/prepared-peer.js";
import { mediaProblem, startProblem } from "../voicesite/problem-codes.js";
import { findIceServers } from "./ice-servers.js";
import { setting } from "./settings.js";
import { Stage } from "./stage.js";
import { Transcript } from "../voicesite/transcript.js";
import { gettext } from "./i18n.js";
import { CallRecord } from "./call-record.js";
import { ConnectionDrawer } from "./connection-drawer.js";

/** Longer lets a call wait for a slow server; shorter starts it without a relay. */
const ICE_MS = 2000;
/** How long what was made ready waits for its call: by then the network may be another one. */
const READY_MS = 30_000;

/** @typedef {import("./saved-call.js").SavedCall} SavedCall */
/** @typedef {{code: string, callId?: string, message?: string, retryAfterS?: number}} Failure */
/** @typedef {{servers: Promise<RTCIceServer[]>, peer: PreparedPeer | null, socket: WebSocket | null, unasked: boolean}} Ready */
/**
 * @typedef {object} Page what a call needs of the page
 * @property {Record<string, any>} config
 * @property {() => string} microphone the id of the chosen one; empty for the default one
 * @property {(slug: string) => void} showStage
 * @property {(failure: Failure) => void} fail shows why there is no call any more
 * @property {() => void} onMicrophone the microphone is open: others can be listed
 */

export class OwnCall {
  /** @param {Page} page */
  constructor(page) {
    this._page = page;
    this._stage = new Stage();
    this._drawer = new ConnectionDrawer(byId("developer"), byId("developer-body"));
    /** @type {Promise<import("./wake-lock.js").WakeLock | null> | null} */
    this._wakeLock = null;
    /** @type {CallClient | null} */
    this._client = null;
    /** What took the place of a microphone that went away. @type {import("../voicesite/microphone.js").CallMicrophone | null} */
    this._substitute = null;
    /** @type {Ready | null} */
    this._ready = null;
    this._timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
    addEventListener("online", () => this._client?.retryNow());
    addEventListener("beforeunload", (event) => {
      if (this._client?.inProgress) {
        event.preventDefault(); // the browser asks the user to confirm
      }
    });
    addEventListener("pagehide", () => {
      this.forget();
      this._client?.goAway();
    });
    if (document.documentElement.lang !== "en") {
      void setLanguage(document.documentElement.lang);
    }
  }

  /** Makes the connection ready, as far as it goes without a microphone: somebody is asked for consent. */
  prepare() {
    this.forget();
    const servers = findIceServers(this._page.config.iceServers, ICE_MS);
    const webrtc = uplinkKind() === "webrtc"; // else the call begins on the socket for audio
    const ready = {
      servers,
      peer: webrtc ? new PreparedPeer(() => servers) : null,
      socket: webrtc ? this._socket(this._page.config.signaling) : null,
      unasked: false,
    };
    this._ready = ready;
    opensUnasked().then((unasked) => Object.assign(ready, { unasked }));
    this._timer = setTimeout(() => this.forget(), READY_MS);
  }

  /** Lets go of what was made ready: there will be no call now. */
  forget() {
    clearTimeout(this._timer);
    this._ready?.peer?.close();
    this._ready?.socket?.close();
    this._ready = null;
  }

  /** @param {SavedCall} details the call to resume after a reload; a new one if its id is empty */
  async start(details) {
    if (details.callId && !(await lockCall(details.callId))) {
      this._fail({ code: "in-another-tab", callId: details.callId });
      return;
    }
    const opening = openMicrophone(this._page.microphone());
    opening.catch(() => {}); // told below
    const transcript = new Transcript();
    const [call, unasked] = this._newCall(details, transcript);
    this._client = call;
    this._follow(call, transcript);
    this._drawer.show(new CallRecord(call));
    this._saveWhileActive(call, details);
    this._stage.showState("waiting", gettext("Waiting for your microphone…"));
    call.open();
    // where nobody is asked, the call connects while the microphone opens
    const started = unasked ? call.start(opening) : null;
    started?.catch(() => {}); // told below
    setTimeout(() => this._showStage(call, details)); // drawing takes longer than the offer, which goes first
    await this._startOnceOpen(call, opening, started);
  }

  /**
   * @param {CallClient} call
   * @param {SavedCall} details
   */
  _showStage(call, { agent, recorded, startedMs, muted }) {
    if (call === this._client) {
      this._page.showStage(agent.slug);
      this._stage.start({ call, agent, recorded, elapsedMs: startedMs && Date.now() - startedMs, muted });
    }
  }

  /** @param {string} name of a setting that was changed */
  settingChanged(name) {
    if (name === "push-to-talk") {
      this._stage.pushToTalk(setting(name) === "on");
    } else {
      this._stage.captionsResized();
    }
  }

  /**
   * @param {SavedCall} details
   * @param {Transcript} transcript
   * @returns {[CallClient, boolean]} the call, and whether its microphone opens unasked
   */
  _newCall({ agent, recorded, callId }, transcript) {
    const { config } = this._page;
    if (!this._ready) {
      this.prepare();
    }
    const { servers, peer, socket, unasked } = /** @type {Ready} */ (this._ready);
    clearTimeout(this._timer);
    this._ready = null;
    let first = socket;
    const call = new CallClient({
      openSocket: () => {
        const taken = first && first.readyState <= WebSocket.OPEN ? first : this._socket(config.signaling);
        first = null;
        if (taken.readyState === WebSocket.OPEN) {
          queueMicrotask(() => taken.onopen?.(new Event("open"))); // it was open before anybody listened
        }
        return taken;
      },
      openMedia: () => this._socket(config.media),
      iceServers: () => servers,
      agentId: agent.slug,
      consent: recorded ? { recording: true, notice: config.notice } : null,
      lastSeq: () => transcript.lastSeq,
      resume: callId,
      prepared: peer,
    });
    return [call, unasked];
  }

  /** @param {string} path */
  _socket(path) {
    return new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
  }

  /**
   * Saves the call, once it has begun, so that it survives a reload.
   * @param {CallClient} call
   * @param {SavedCall} details
   */
  _saveWhileActive(call, details) {
    const note = () => {
      if (call.inProgress) {
        saveCall({ ...details, callId: call.callId, muted: this._stage.muted });
      }
    };
    call.addEventListener("state", (event) => {
      if (call.inProgress && /** @type {CustomEvent} */ (event).detail.state === "active") {
        details.startedMs ||= Date.now();
        lockCall(call.callId);
      }
      note();
    });
    byId("mute").addEventListener("click", note);
  }

  /**
   * @param {CallClient} call
   * @param {Promise<MediaStream>} opening the microphone
   * @param {Promise<void> | null} early the start of the call, if it does not wait for the microphone
   */
  async _startOnceOpen(call, opening, early) {
    let stream;
    try {
      stream = await opening;
    } catch (error) {
      this._giveUp(call, { code: mediaProblem(error) });
      return;
    }
    if (call !== this._client) {
      stopTracks(stream);
      return;
    }
    try {
      const started = early ?? call.start(stream);
      this._stage.startMeter(stream);
      this._watchMicrophone(call, stream);
      await started;
    } catch (error) {
      stopTracks(stream);
      this._giveUp(call, startProblem(error));
      return;
    }
    this._page.onMicrophone();
  }

  /**
   * Takes another microphone where this one goes away.
   * @param {CallClient} call
   * @param {MediaStream} stream
   */
  _watchMicrophone(call, stream) {
    const use = async (/** @type {MediaStream} */ other) => {
      await call.replaceMicrophone(other);
      this._stage.startMeter(other);
    };
    stream.getAudioTracks()[0]?.addEventListener("ended", async () => {
      const { findAnother } = await import("./lost-microphone.js");
      if (call === this._client) {
        this._substitute = findAnother(use, (words) => this._stage.showLost(words));
      }
    });
  }

  /**
   * @param {CallClient} call
   * @param {Failure} why
   */
  _giveUp(call, why) {
    if (call === this._client) {
      call.leave();
      this._fail(why);
    }
  }

  /**
   * @param {CallClient} call
   * @param {Transcript} transcript
   */
  _follow(call, transcript) {
    const catchUp = new CatchUp(
      transcript,
      (after) => `${this._page.config.segments.replace("CALL_ID", call.callId)}?after=${after}`,
      (changes) => this._stage.showChanges(changes),
    );
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ take) =>
      call.addEventListener(name, (event) => take(/** @type {CustomEvent} */ (event).detail));
    on("state", ({ state, words }) => {
      this._stage.showState(state, words);
      if (state === "active") {
        this._stayAwake();
      } else if (state === "ending") {
        this._stage.showSaving(call.callId ? this._pageOf(call.callId) : "");
      }
    });
    on("quality", (quality) => this._stage.showQuality(quality));
    on("notice", (words) => this._stage.showNotice(words));
    on("floor", (floor) => this._stage.showFloor(floor));
    on("transcript", (message) => {
      this._stage.showChanges(transcript.apply(message));
      catchUp.check();
    });
    on("gap", (message) => this._stage.showGap(message));
    on("staff", ({ listening }) => this._stage.showListener(listening));
    on("caught-up", () => catchUp.check());
    on("ended", ({ callId }) => this._end(callId));
    on("problem", (detail) => (detail.code === "ended-meanwhile" ? this._missed(detail) : this._fail(detail)));
  }

  /** Keeps a phone's screen on while the call goes on. */
  _stayAwake() {
    this._wakeLock ??= import("./wake-lock.js").then(({ WakeLock }) => new WakeLock()).catch(() => null);
    this._wakeLock.then((lock) => this._client && lock?.hold());
  }

  /**
   * Shows why the call ended before the page could resume it.
   * @param {Failure & {callId: string}} detail
   */
  async _missed(detail) {
    const address = this._page.config.call.replace("CALL_ID", detail.callId);
    const code = await import("./missed-call.js").then(({ whyMissed }) => whyMissed(address)).catch(() => detail.code);
    this._fail({ ...detail, code });
  }

  /** @param {string} callId */
  _end(callId) {
    this._release();
    if (!callId) {
      location.reload();
      return;
    }
    this._stage.showSaving(this._pageOf(callId));
    location.assign(this._pageOf(callId));
  }

  /** @param {string} callId */
  _pageOf(callId) {
    return this._page.config.detailPage.replace("CALL_ID", callId);
  }

  /** The call is over, whichever way. */
  _release() {
    this._client = null;
    this._substitute?.close();
    this._substitute = null;
    clearSavedCall();
    this._stage.end();
    this._wakeLock?.then((lock) => lock?.release());
  }

  /** @param {Failure} detail */
  _fail(detail) {
    this._release();
    this._page.fail(detail);
  }
}
