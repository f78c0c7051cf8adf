// @ts-check
/** The admin's page of one call: player and transcript, which are those of the call's own page, and what comes later. */

import { attachTranscript } from "../js/call-transcript.js";
import { readJson } from "../js/dom.js";
import { fill, goToTarget } from "../js/later-parts.js";
import { Player } from "../js/player.js";

/** @type {{player: Player, audio: HTMLElement} | undefined} */
let attached;
/** @type {import("../js/call-transcript.js").CallTranscript | undefined} */
let transcript;

/** Attaches to the player and the transcript that are on the page now; safe to call again. */
function attach() {
  const audio = document.getElementById("audio") ?? undefined;
  if (audio !== attached?.audio) {
    attached?.player.remove();
    attached = audio && { player: new Player(readJson("player-config")), audio };
  }
  transcript?.remove();
  transcript = attachTranscript(attached?.player);
  fill();
}

attach();
goToTarget();
document.addEventListener("vs-refreshed", attach);
// a corrected line has new words
document.addEventListener("line-changed", attach);
