// @ts-check
/** One call's page: player, transcript that follows it, and what is still to come. */

import { showLocalTimes } from "./clock.js";
import { byId, readJson } from "./dom.js";
import { PageRefresh } from "./page-refresh.js";
import { SyncedTranscript } from "./synced-transcript.js";
import { LiveFeed } from "./live-feed.js";
import { Player } from "./player.js";

/** @typedef {import("./page-refresh.js").Detail} Detail */

const SETTLED_MS = 2000;

/** @type {{player?: Player, transcript?: SyncedTranscript, feed?: LiveFeed}} */
const parts = {};
const first = /** @type {Detail} */ (readJson("detail-config"));
const refresh = new PageRefresh(first);

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
      parts.transcript = new SyncedTranscript(parts.player, byId("transcript"));
    }
  }
  if (detail.live && document.getElementById("transcript-announcer")) {
    parts.feed ??= new LiveFeed(detail);
    parts.feed.addEventListener("over", () => refresh.refreshNow());
  }
}

refresh.addEventListener("changed", (event) => {
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

/**
 * Brings a line into view and keeps it there while the lines above it get their height, which they do
 * only when they come near, and while the browser goes to the address's target by itself.
 * @param {Element} line
 */
function showLine(line) {
  const show = () => line.scrollIntoView({ block: "center" });
  const watch = new ResizeObserver(show);
  watch.observe(byId("transcript"));
  addEventListener("load", () => setTimeout(show), { once: true });
  const letGo = () => watch.disconnect();
  setTimeout(letGo, SETTLED_MS);
  for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(name, letGo, { once: true, passive: true });
  }
}

/** A search led here: the call opens at the line that was found, and sounds from there. */
function openAtHit() {
  const line = /^#segment-\d+$/.test(location.hash) && document.querySelector(location.hash);
  if (line && new URLSearchParams(location.search).has("q")) {
    showLine(line);
    const start = line.querySelector("mark.word") ?? line;
    parts.player?.open(Number(/** @type {HTMLElement} */ (start).dataset.start));
  }
}

enliven(first);
openAtHit();
refresh.start();
