// @ts-check
/** The page of a share link: local times, and the player with the transcript that follows it. */

import { showLocalTimes } from "./clock.js";
import { byId, readJson } from "./dom.js";
import { Player } from "./player.js";
import { SyncedTranscript } from "./synced-transcript.js";

showLocalTimes();

if (document.getElementById("player-part")?.dataset.state === "ready") {
  const player = new Player(readJson("shared-config"));
  if (document.getElementById("follow")) {
    new SyncedTranscript(player, byId("transcript"));
  }
}
