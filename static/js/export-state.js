// @ts-check
/** Polls the account page while an export is being made, and shows when it is ready. */

import { gettext } from "./i18n.js";

const POLL_MS = 2000;

/** @returns {HTMLElement | null} the part of the page, while it waits for an export */
function waiting() {
  return document.querySelector("#export-part[data-owed]");
}

async function poll() {
  try {
    const answer = document.hidden ? null : await fetch(location.href);
    if (answer?.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.getElementById("export-part");
      if (next && !next.hasAttribute("data-owed")) {
        waiting()?.replaceWith(next);
        const said = document.getElementById("export-said");
        if (said) {
          said.textContent = next.querySelector("#export-download") ? gettext("Your export is ready.") : gettext("Your export could not be made.");
        }
      }
    }
  } catch {
    // the server is down for a moment: the next poll tries again
  }
  if (waiting()) {
    setTimeout(poll, POLL_MS);
  }
}

if (waiting()) {
  setTimeout(poll, POLL_MS);
}
