// @ts-check
/** A second window on a live call: its words as they are spoken, and its end. */

import { CatchUp } from "./catch-up.js";
import { byId } from "./dom.js";
import { Transcript } from "./transcript.js";
import { TranscriptView } from "./transcript-view.js";

const AGAIN_MS = 2000;
const NO_USE = new Set([4401, 4403, 4404]);

/** Event: `over`, once the call has ended. */
export class LiveFeed extends EventTarget {
  /** @param {{liveSocket: string, segmentsUrl: string, agentName: string}} detail */
  constructor({ liveSocket, segmentsUrl, agentName }) {
    super();
    this._address = new URL(liveSocket, location.href.replace(/^http/, "ws"));
    this._transcript = new Transcript();
    this._view = new TranscriptView({
      list: byId("transcript"),
      scroll: byId("transcript-scroll"),
      empty: byId("transcript-empty"),
      latest: byId("jump-to-latest"),
      announcer: byId("transcript-announcer"),
      names: { user: "Caller", agent: agentName },
    });
    this._catchUp = new CatchUp(
      this._transcript,
      (after) => `${segmentsUrl}?after=${after}`,
      (changes) => this._view.show(changes),
    );
    this._stopped = false;
    this._catchUp.all();
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
      if (!this._stopped && !NO_USE.has(code)) {
        setTimeout(() => this._stopped || this._connect(), AGAIN_MS);
      }
    };
  }

  /** @param {any} message */
  _received(message) {
    if (message.type === "transcript") {
      this._view.show(this._transcript.apply(message));
      this._catchUp.check();
    } else if (message.type === "bye") {
      this.stop();
      this.dispatchEvent(new CustomEvent("over"));
    }
  }
}
