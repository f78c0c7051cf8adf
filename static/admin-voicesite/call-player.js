// @ts-check
/** The admin's page of one call: its player, which is that of the call's own page, and what comes later. */

import { readJson } from "../js/dom.js";
import { fill } from "../js/later-parts.js";
import { Player } from "../js/player.js";

/** @type {{player: Player, audio: HTMLElement} | undefined} */
let attached;

/** Attaches to the player that is on the page now; safe to call again. */
function attach() {
  const audio = document.getElementById("audio") ?? undefined;
  if (audio !== attached?.audio) {
    attached?.player.remove();
    attached = audio && { player: new Player(readJson("player-config")), audio };
  }
  fill();
}

attach();
document.addEventListener("vs-refreshed", attach);
