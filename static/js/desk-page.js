// @ts-check
/** One live call as staff look on: its words as they are spoken, who talks, and its end. */

import { showLocalTimes } from "./clock.js";
import { DeskLink, talks, talkWords } from "./desk-link.js";
import { byId, readJson } from "./dom.js";
import { LiveFeed } from "./live-feed.js";

const config = readJson("desk-config");
const link = new DeskLink(config.deskSocket);
const feed = new LiveFeed(config);

/** @param {string} words empty for none */
function notice(words) {
  byId("desk-notice-text").textContent = words;
  byId("desk-notice").hidden = !words;
}

link.addEventListener("desk", (event) => {
  const who = talks(/** @type {CustomEvent} */ (event).detail);
  const box = byId("desk-talk");
  box.dataset.talks = who;
  if (box.textContent !== talkWords(who, config.agentName)) {
    box.textContent = talkWords(who, config.agentName);
  }
});
link.addEventListener("up", () => notice(""));
link.addEventListener("down", () => notice("The connection was lost. It is being made again."));
link.addEventListener("refused", () => notice("This page can no longer follow the call."));
link.addEventListener("over", () => over());
feed.addEventListener("over", () => over());

function over() {
  link.stop();
  feed.stop();
  byId("desk-talk").textContent = "Over";
  byId("desk-talk").dataset.talks = "";
  notice("The call has ended. Its page has all of it.");
  document.getElementById("desk-end")?.remove();
}

showLocalTimes();
