// @ts-check
/** One call's page: player, transcript that follows it, and what is still to come. */

import { showLocalTimes } from "./clock.js";
import { byId, readJson } from "./dom.js";
import { FillIn } from "./fill-in.js";
import { FollowingTranscript } from "./follow.js";
import { LiveFeed } from "./live-feed.js";
import { Player } from "./player.js";

/** @typedef {import("./fill-in.js").Detail} Detail */

/** @type {{player?: Player, transcript?: FollowingTranscript, feed?: LiveFeed}} */
const parts = {};
const first = /** @type {Detail} */ (readJson("detail-config"));
const fillIn = new FillIn(first);

/**
 * Brings to life what the server has written.
 * @param {Detail} detail
 */
function enliven(detail) {
  showLocalTimes();
  if (byId("player-part").dataset.state === "ready") {
    parts.player ??= new Player(detail);
    parts.transcript?.remove();
    parts.transcript = undefined;
    if (document.getElementById("follow")) {
      parts.transcript = new FollowingTranscript(parts.player, byId("transcript"));
    }
  }
  if (detail.live && document.getElementById("transcript-announcer")) {
    parts.feed ??= new LiveFeed(detail);
    parts.feed.addEventListener("over", () => fillIn.hurry());
  }
}

fillIn.addEventListener("changed", (event) => {
  const { detail, parts: changed, said } = /** @type {CustomEvent} */ (event).detail;
  if (changed.includes("player-part")) {
    parts.player?.remove();
    parts.player = undefined;
  }
  if (changed.includes("transcript-part")) {
    parts.feed?.stop();
    parts.feed = undefined;
  }
  enliven(detail);
  byId("detail-said").textContent = said;
});

// one menu at a time, and none left open behind the reader's back
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(/** @type {Node} */ (event.target))) {
      menu.removeAttribute("open");
    }
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  }
});

enliven(first);
fillIn.start();
