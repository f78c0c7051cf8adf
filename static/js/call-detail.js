// @ts-check
/** The page of one call: the player, the transcript that follows it, live words, and refreshes. */

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
let shown = first;
const refresh = new PageRefresh(first);

/**
 * Attaches the page's modules to the server's markup; call it again after a refresh.
 * @param {Detail} detail
 */
function attachModules(detail) {
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
  shown = detail;
  attachModules(detail);
  byId("detail-said").textContent = said;
});

// a corrected line has new words
document.addEventListener("line-changed", () => attachModules(shown));
// a recording in another format is asked for without leaving the page: what plays goes on
document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.matches(".make-audio")) {
    event.preventDefault();
    byId("detail-said").textContent = "The recording is being made.";
    await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" }).catch(() => null);
    refresh.refreshNow();
  }
});

// only one menu is open at a time, and a click elsewhere closes it
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
 * Scrolls a line into view and keeps it there while the layout settles: lines above get their height
 * late (content-visibility), and the browser scrolls to the URL's target by itself.
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

/** After a search: scrolls to the line that was found, and seeks the player there. */
function openAtHit() {
  const line = /^#segment-\d+$/.test(location.hash) && document.querySelector(location.hash);
  if (line && new URLSearchParams(location.search).has("q")) {
    showLine(line);
    const start = line.querySelector("mark.word") ?? line;
    parts.player?.open(Number(/** @type {HTMLElement} */ (start).dataset.start));
  }
}

attachModules(first);
openAtHit();
refresh.start();
