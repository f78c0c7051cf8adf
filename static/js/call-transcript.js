// @ts-check
/** What a page does with the transcript of a call: its words, the player that it follows, the search in it. */

import { FindBox } from "./find-box.js";
import { SyncedTranscript } from "./synced-transcript.js";
import { TranscriptWords } from "./transcript-words.js";
import { UnsureLines } from "./unsure-lines.js";

/** @typedef {import("./player.js").Player} Player */

export class CallTranscript {
  /**
   * @param {HTMLElement} list
   * @param {Player | undefined} player undefined where there is no recording
   */
  constructor(list, player) {
    this.words = new TranscriptWords(list);
    const follows = player && document.getElementById("follow");
    /** @type {{remove: () => void}[]} */
    this._parts = [new FindBox(this.words), this.words];
    if (follows) {
      this._parts.unshift(new SyncedTranscript(player, this.words), new UnsureLines(player, list));
    }
  }

  remove() {
    this._parts.forEach((part) => part.remove());
  }
}

/**
 * @param {Player | undefined} player
 * @returns {CallTranscript | undefined} of the page; undefined for a call that goes on or has no words
 */
export function attachTranscript(player) {
  const list = document.getElementById("find") && document.getElementById("transcript");
  return list ? new CallTranscript(list, player) : undefined;
}
