// @ts-check
/** A page that has nothing to do but show its times in the reader's own time zone. */

import { showLocalTimes } from "./clock.js";

showLocalTimes();
