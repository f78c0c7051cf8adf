// @ts-check
/** The buttons by which a caller is heard: one that mutes, or with push-to-talk one that is held. */

import { TalkGate } from "../voicesite/talk-gate.js";
import { byId } from "./dom.js";
import { gettext } from "./i18n.js";

const STRINGS = {
  mute: gettext("Mute"),
  muted: gettext("Muted"),
  heard: gettext("You can be heard."),
  notHeard: gettext("You are muted."),
};

export class TalkControls {
  /** @param {(open: boolean) => void} onChange called when the caller's voice begins to go out, or stops */
  constructor(onChange) {
    this._gate = new TalkGate((open) => {
      this._show();
      onChange(open);
    });
    this._mute = byId("mute");
    this._button = byId("talk");
    /** @type {Promise<import("../voicesite/hold-to-talk.js").HoldToTalk | null> | null} */
    this._hold = null;
    this._holds = false;
    this._on = false;
    this._mute.addEventListener("click", () => {
      this._gate.set({ muted: !this._gate.muted });
      this._show();
    });
  }

  get muted() {
    return this._gate.muted;
  }

  get pushToTalk() {
    return this._gate.pushToTalk;
  }

  /** Whether the caller's voice goes out. */
  get open() {
    return this._gate.open;
  }

  /**
   * A call begins.
   * @param {boolean} muted
   * @param {boolean} pushToTalk
   */
  begin(muted, pushToTalk) {
    this._on = true;
    this._gate.set({ muted });
    this.pushToTalkIs(pushToTalk);
  }

  /** The call is over: nothing can be held any more. */
  end() {
    this._on = false;
    this._holdIs(false);
    this._say("");
  }

  /** @param {boolean} pushToTalk */
  pushToTalkIs(pushToTalk) {
    const muted = !pushToTalk && this._gate.muted; // one of the two mutes, never both
    this._gate.set({ pushToTalk, muted, talking: false });
    this._holdIs(pushToTalk && this._on);
    this._show();
  }

  /** @param {boolean} on whether holding the button counts; what hears that is loaded when it first does */
  async _holdIs(on) {
    this._holds = on;
    if (on) {
      this._hold ??= this._newHold();
    }
    (await this._hold)?.enable(this._holds);
  }

  async _newHold() {
    try {
      const { HoldToTalk } = await import("../voicesite/hold-to-talk.js");
      return new HoldToTalk(this._button, (talking) => this._gate.set({ talking }), { anywhere: true });
    } catch {
      this._hold = null; // the network is away: the caller stays muted
      return null;
    }
  }

  _show() {
    const { muted, pushToTalk, open } = this._gate;
    this._mute.hidden = pushToTalk;
    this._mute.setAttribute("aria-pressed", String(muted));
    byId("mute-label").textContent = muted ? STRINGS.muted : STRINGS.mute;
    this._button.hidden = byId("talk-part").hidden = !pushToTalk;
    this._button.setAttribute("aria-pressed", String(open));
    this._say(pushToTalk && this._on ? (open ? STRINGS.heard : STRINGS.notHeard) : "");
  }

  /** @param {string} words */
  _say(words) {
    const state = byId("talk-state");
    // setting the same words again would make screen readers repeat them
    if (state.textContent !== words) {
      state.textContent = words;
    }
  }
}
