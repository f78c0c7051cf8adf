// @ts-check
/**
 * Says on the page that can start a call whether another tab has one.
 *
 * A tab that is opened afresh has no copy of that tab's sessionStorage: the locks of calls tell it.
 */

import { byId } from "./dom.js";

/** What the names of these locks begin with: `../voicesite/kept-call.js`, by the name in saved-call.js. */
const CALLS = "voicesite.call.";

/** @returns {Promise<boolean>} whether any tab has a call; false where the browser does not tell */
export async function callGoesOn() {
  const found = await navigator.locks?.query().catch(() => null);
  return (found?.held ?? []).some(({ name = "" }) => name.startsWith(CALLS));
}

async function show() {
  byId("elsewhere").hidden = !(await callGoesOn());
}

// a call may have begun or ended since
addEventListener("focus", show);
document.addEventListener("visibilitychange", show);
void show();
