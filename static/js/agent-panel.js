// @ts-check
/** The parts of a call that only an agent needs: its voice, floor, notes, notices and text input. */

import { AgentVoice } from "./agent-voice.js";
import { byId } from "./dom.js";
import { FloorView } from "./floor-view.js";
import { NotesView } from "./notes-view.js";
import { Toast } from "./toast.js";
import { agentTrouble } from "./problems.js";
import { TextInput } from "./text-input.js";
import { gettext } from "./i18n.js";

/** @typedef {import("../voicesite/call-client.js").CallClient} CallClient */
/** @typedef {import("./agent-choice.js").Agent} Agent */

const PARTS = ["floor", "typed", "interrupt", "pause-agent"];
const NOT_SENT = gettext("Not sent: the connection is being restored. Press Enter again in a moment.");

export class AgentPanel {
  constructor() {
    /** @type {CallClient | null} */
    this._call = null;
    this._voice = new AgentVoice(byId("agent-audio"), byId("sound-on"));
    this._notes = new NotesView(byId("notes"), byId("notes-list"));
    this._notice = new Toast(byId("agent-notice"), byId("agent-notice-text"));
    this._typed = new TextInput(
      byId("typed"),
      byId("typed-text"),
      (text) => this._call?.agent.say(text) ?? false,
      () => this._notice.say(NOT_SENT),
    );
    this._floor = new FloorView(
      {
        box: byId("floor"),
        words: byId("floor-words"),
        interrupt: byId("interrupt"),
        pause: byId("pause-agent"),
        pauseLabel: byId("pause-agent-label"),
      },
      {
        interrupt: () => this._call?.agent.interrupt() ?? false,
        pause: (paused) => this._call?.agent.pause(paused) ?? false,
      },
    );
    document.addEventListener("keydown", (event) => this._key(event));
  }

  /**
   * Shows the panel for a new call; nothing of it if the agent only transcribes.
   * @param {CallClient} call
   * @param {Agent} agent
   */
  begin(call, agent) {
    this._show(agent.answers);
    this._notes.show([]);
    this._notice.clear();
    this._typed.clear();
    this._floor.begin(agent.name);
    this._call = agent.answers ? call : null;
    if (agent.answers) {
      this._follow(call, agent);
    }
  }

  /** Hides everything: the call has ended. */
  end() {
    this._call = null;
    this._voice.stop();
    this._notice.clear();
    this._show(false);
  }

  /**
   * @param {CallClient} call
   * @param {Agent} agent
   */
  _follow(call, agent) {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ take) =>
      call.addEventListener(name, (event) => this._call === call && take(/** @type {CustomEvent} */ (event).detail));
    on("track", (stream) => this._voice.play(stream));
    on("floor", (floor) => this._floor.show(floor));
    on("notes", (notes) => this._notes.show(notes));
    on("trouble", (code) => this._notice.say(agentTrouble(code, agent.name)));
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    if (event.key === "Escape" && this._call && !document.querySelector("dialog[open]")) {
      this._floor.interrupt();
    }
  }

  /** @param {boolean} shown */
  _show(shown) {
    PARTS.forEach((id) => {
      byId(id).hidden = !shown;
    });
    byId("stage").classList.toggle("is-conversation", shown);
  }
}
