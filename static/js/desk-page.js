// @ts-check
/** One live call as staff look on: its words as they are spoken, who talks, what staff do, and its end. */

import { showLocalTimes } from "./clock.js";
import { acts, takesOver, whispers } from "./desk-commands.js";
import { DeskLink, talks, talkWords } from "./desk-link.js";
import { DeskListener } from "./desk-listen.js";
import { byId, readJson } from "./dom.js";
import { LiveFeed } from "./live-feed.js";
import { gettext } from "./i18n.js";

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
const listener = document.getElementById("desk-listen") ? new DeskListener(link, config.worklet, notice) : null;
whispers(link);
takesOver(link);
acts(link);
link.addEventListener("message", (event) => {
  const message = /** @type {CustomEvent} */ (event).detail;
  if (message.type === "error") {
    notice(message.message);
    if (message.code === "not_allowed") {
      listener?.ended();
    }
  }
});
link.addEventListener("up", () => notice(""));
link.addEventListener("down", () => notice(gettext("The connection was lost. It is being made again.")));
link.addEventListener("refused", () => notice(gettext("This page can no longer follow the call.")));
link.addEventListener("over", () => over()); // the last words are still coming
feed.addEventListener("over", () => over());

function over() {
  listener?.ended();
  link.stop();
  byId("desk-talk").textContent = gettext("Over");
  byId("desk-talk").dataset.talks = "";
  notice(gettext("The call has ended. Its page has all of it."));
  for (const id of ["desk-end", "desk-say", "desk-hold", "desk-whisper", "desk-listen"]) {
    const part = document.getElementById(id);
    part?.toggleAttribute("hidden", true);
  }
}

showLocalTimes();
