// @ts-check
/** Follows a live call from another page: its words as they are spoken, and its end. */

import { Announcer } from "./announcer.js";
import { CatchUp } from "../voicesite/catch-up.js";
import { byId } from "./dom.js";
import { Transcript } from "../voicesite/transcript.js";
import { TranscriptView } from "./transcript-view.js";
import { gettext } from "./i18n.js";

const RECONNECT_MS = 2000;
const FATAL = new Set([4401, 4403, 4404]);

/** @typedef {import("../voicesite/transcript.js").Change} Change */

/**
 * @param {string} agentName
 * @returns {{show: (changes: Change[]) => void}} the view of the call's own page
 */
function pageView(agentName) {
  return new TranscriptView({
    list: byId("transcript"),
    scroll: byId("transcript-scroll"),
    empty: byId("transcript-empty"),
    latest: byId("jump-to-latest"),
    announcer: new Announcer(byId("transcript-announcer")),
    names: { user: gettext("Caller"), agent: agentName },
  });
}

/**
 * Events: `over`, once the call has ended; `state` (detail: a `status` message); `words`, for each
 * final.
 */
export class LiveFeed extends EventTarget {
  /**
   * @param {{liveSocket: string, segmentsUrl: string, agentName: string}} detail
   * @param {{view?: {show: (changes: Change[]) => void}, known?: any[]}} [page] another view, and the
   *   segments that it shows already
   */
  constructor({ liveSocket, segmentsUrl, agentName }, { view = pageView(agentName), known = [] } = {}) {
    super();
    this._address = new URL(liveSocket, location.href.replace(/^http/, "ws"));
    this._transcript = new Transcript();
    this._transcript.catchUp(known);
    this._view = view;
    this._catchUp = new CatchUp(
      this._transcript,
      (after) => `${segmentsUrl}?after=${after}`,
      (changes) => this._view.show(changes),
    );
    this._stopped = false;
    this._connect();
  }

  stop() {
    this._stopped = true;
    this._socket?.close();
  }

  _connect() {
    const socket = new WebSocket(this._address);
    this._socket = socket;
    socket.onopen = () => this._catchUp.all();
    socket.onmessage = (event) => this._received(JSON.parse(event.data));
    socket.onclose = ({ code }) => {
      if (FATAL.has(code)) {
        this.dispatchEvent(new CustomEvent("state", { detail: { status: gettext("This page can no longer follow the call.") } }));
      } else if (!this._stopped) {
        setTimeout(() => this._stopped || this._connect(), RECONNECT_MS);
      }
    };
  }

  /** @param {any} message */
  _received(message) {
    if (message.type === "transcript") {
      this._view.show(this._transcript.apply(message));
      this._catchUp.check();
      if (message.final) {
        this.dispatchEvent(new CustomEvent("words"));
      }
    } else if (message.type === "status") {
      this.dispatchEvent(new CustomEvent("state", { detail: message }));
    } else if (message.type === "bye") {
      this.stop();
      this.dispatchEvent(new CustomEvent("over"));
    }
  }
}
