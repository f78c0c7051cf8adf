// @ts-check
/** Whether the caller's voice goes out: not while muted, and with push-to-talk only while somebody holds it. No DOM. */

export class TalkGate {
  /** @param {(open: boolean) => void} onChange called when it opens or shuts */
  constructor(onChange) {
    this._onChange = onChange;
    this._state = { muted: false, pushToTalk: false, talking: false };
    this._open = true;
  }

  get muted() {
    return this._state.muted;
  }

  get pushToTalk() {
    return this._state.pushToTalk;
  }

  /** Whether the caller's voice goes out. */
  get open() {
    return this._open;
  }

  /** @param {Partial<{muted: boolean, pushToTalk: boolean, talking: boolean}>} change */
  set(change) {
    Object.assign(this._state, change);
    const { muted, pushToTalk, talking } = this._state;
    const open = !muted && (!pushToTalk || talking);
    if (open !== this._open) {
      this._open = open;
      this._onChange(open);
    }
  }
}
