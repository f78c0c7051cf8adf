// @ts-check
/** The page of one call: the player, the transcript that follows it, live words, and refreshes. */

import { showLocalTimes } from "./clock.js";
import { byId, readJson } from "./dom.js";
import { fill, goToTarget, lineOf } from "./later-parts.js";
import { PageRefresh } from "./page-refresh.js";
import { attachTranscript } from "./call-transcript.js";
import { LiveFeed } from "./live-feed.js";
import { Player } from "./player.js";
import { keepSettings, showSettings } from "./settings.js";
import { showLine } from "./show-line.js";
import { gettext } from "./i18n.js";

/** @typedef {import("./page-refresh.js").Detail} Detail */

/** @type {{player?: Player, transcript?: import("./call-transcript.js").CallTranscript, feed?: LiveFeed}} */
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
  showSettings();
  if (byId("player-part").dataset.state === "ready") {
    parts.player ??= new Player(detail);
  }
  parts.transcript?.remove();
  parts.transcript = attachTranscript(parts.player);
  fill();
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
    byId("detail-said").textContent = gettext("The recording is being made.");
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

/** After a search: scrolls to the line that was found, and seeks the player there. */
async function openAtHit() {
  const seq = /^#segment-(\d+)$/.exec(location.hash)?.[1];
  const line = seq && new URLSearchParams(location.search).has("q") ? await lineOf(Number(seq)) : null;
  if (line) {
    showLine(line);
    const hit = parts.transcript?.words.partsOf(line).find((part) => part.hit);
    parts.player?.open(hit?.startMs ?? Number(line.dataset.start));
  }
}

keepSettings();
attachModules(first);
goToTarget();
openAtHit();
refresh.start();
