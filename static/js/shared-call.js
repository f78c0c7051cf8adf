// @ts-check
/** The page of a share link: local times, and the player with the transcript that follows it. */

import { attachTranscript } from "./call-transcript.js";
import { showLocalTimes } from "./clock.js";
import { readJson } from "./dom.js";
import { fill, goToTarget } from "./later-parts.js";
import { Player } from "./player.js";
import { keepSettings } from "./settings.js";

showLocalTimes();
keepSettings();

const ready = document.getElementById("player-part")?.dataset.state === "ready";
attachTranscript(ready ? new Player(readJson("shared-config")) : undefined);
fill();
goToTarget();
