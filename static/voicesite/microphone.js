// @ts-check
/** The microphone of one call: opened, measured, replaced when another is wanted or when it goes away. No DOM. */

import { openMicrophone, stopTracks } from "./devices.js";
import { LevelWatch } from "./level-watch.js";
import { asVoiceError, VoiceError } from "./voice-error.js";

export class CallMicrophone {
  /**
   * @param {object} options
   * @param {string | MediaStream} [options.source] a device's id, or a stream, of which a copy is taken
   * @param {(stream: MediaStream) => Promise<void>} options.use sends another stream from now on; stops the one before, or
   *   the new one where it rejects
   * @param {(level: number) => void} options.onLevel
   * @param {(found: {replaced: boolean, code?: string}) => void} options.onLost called when the microphone went away, and
   *   again once another took its place; `code` says why none did
   */
  constructor({ source = "", use, onLevel, onLost }) {
    this._source = source;
    this._use = use;
    this._onLost = onLost;
    this._level = new LevelWatch(onLevel);
    this._closed = false;
    /** Counts the wishes for another microphone: the last one holds. */
    this._wish = 0;
    this._isLost = false;
    /** @type {MediaStreamTrack | undefined} */
    this._track = undefined;
    /** @type {MediaStream | null} */
    this._stream = null;
    this._replacing = Promise.resolve();
    this._retry = () => this.replaceLost();
  }

  /** @returns {Promise<MediaStream>} throws what `getUserMedia` throws, and a VoiceError where it was closed meanwhile */
  async open() {
    for (;;) {
      const source = this._source;
      const stream = typeof source === "string" ? await openMicrophone(source) : source.clone();
      if (source === this._source && !this._closed) {
        this._stream = stream;
        return stream;
      }
      stopTracks(stream); // another was chosen meanwhile
      if (this._closed) {
        throw new VoiceError({ code: "aborted" });
      }
    }
  }

  /** Measures a stream, and notices when it goes away. @param {MediaStream} stream */
  watch(stream) {
    try {
      this._level.start(stream);
    } catch {
      // a browser has so many audio contexts and no more: there is no level, then
    }
    const [track] = stream.getAudioTracks();
    track?.addEventListener("ended", () => track === this._track && this.replaceLost());
    this._track = track;
    this._stream = stream;
    this._isLost = false;
    navigator.mediaDevices.removeEventListener?.("devicechange", this._retry);
  }

  /**
   * Takes another microphone; throws a VoiceError, and keeps the one before, where that is impossible.
   * @param {string} deviceId
   */
  async choose(deviceId) {
    if (!this._track) {
      this._source = deviceId;
      return;
    }
    try {
      await this._replace(() => openMicrophone(deviceId));
      this._source = deviceId;
    } catch (error) {
      throw asVoiceError(error);
    }
  }

  close() {
    this._closed = true;
    this._level.stop();
    stopTracks(this._stream);
    navigator.mediaDevices?.removeEventListener?.("devicechange", this._retry);
  }

  /** Takes the default microphone, now or when a device comes; a page's own stream has no substitute. */
  async replaceLost() {
    if (this._closed) {
      return;
    }
    let code = "no-microphone";
    if (typeof this._source === "string") {
      try {
        if (await this._replace(() => openMicrophone(""))) {
          this._onLost({ replaced: true });
        }
        return;
      } catch (error) {
        code = asVoiceError(error).code;
      }
    }
    if (!this._closed && !this._isLost) {
      this._isLost = true;
      navigator.mediaDevices.addEventListener?.("devicechange", this._retry);
      this._onLost({ replaced: false, code });
    }
  }

  /**
   * @param {() => Promise<MediaStream>} open
   * @returns {Promise<boolean>} whether it took place; false where the call is over or a later wish came
   */
  async _replace(open) {
    this._wish += 1;
    const mine = this._wish;
    const opening = open();
    opening.catch(() => {}); // it is waited for below, maybe later than it fails
    const before = this._replacing;
    const done = (async () => {
      await before.catch(() => {});
      const stream = await opening;
      if (this._closed || mine !== this._wish) {
        stopTracks(stream);
        return false;
      }
      await this._use(stream);
      if (!this._closed) {
        this.watch(stream);
      }
      return !this._closed;
    })();
    this._replacing = done.then(() => {}, () => {});
    return done;
  }
}
