// @ts-check
/** The list of live calls: shows who talks in each, and which calls come and go. */

import { showLocalTimes } from "./clock.js";
import { DeskLink, talks, talkWords } from "./desk-link.js";
import { byId } from "./dom.js";
import { gettext } from "./i18n.js";

const REFRESH_MS = 4000;

/** @type {Map<string, {link: DeskLink, who: ReturnType<typeof talks> | null}>} by call */
const links = new Map();

/** @param {string} call */
function show(call) {
  const row = document.querySelector(`[data-call="${CSS.escape(call)}"] [data-talk]`);
  const who = links.get(call)?.who ?? null;
  if (row instanceof HTMLElement && who !== null) {
    row.dataset.talks = who;
    row.textContent = talkWords(who, gettext("Agent"));
  }
}

/** @param {HTMLElement} row */
function follow(row) {
  const call = row.dataset.call ?? "";
  const held = { link: new DeskLink(row.dataset.desk ?? ""), who: /** @type {any} */ (null) };
  links.set(call, held);
  held.link.addEventListener("desk", (event) => {
    held.who = talks(/** @type {CustomEvent} */ (event).detail);
    show(call);
  });
  held.link.addEventListener("over", () => refresh());
}

/** Opens a socket for each call of the page, and closes those of others. */
function attach() {
  showLocalTimes();
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-desk]")]);
  const calls = new Set(rows.map((row) => row.dataset.call ?? ""));
  for (const [call, { link }] of links) {
    if (!calls.has(call)) {
      link.stop();
      links.delete(call);
    }
  }
  for (const row of rows) {
    if (links.has(row.dataset.call ?? "")) {
      show(row.dataset.call ?? "");
    } else {
      follow(row);
    }
  }
}

/** @param {ParentNode} root */
function named(root) {
  return [...root.querySelectorAll("[data-call]")].map((row) => row.getAttribute("data-call")).join(" ");
}

async function refresh() {
  if (document.hidden) {
    return;
  }
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("live-calls");
    const shown = byId("live-calls");
    if (answer.ok && next && named(next) !== named(shown)) {
      const focused = document.activeElement?.getAttribute("data-call");
      shown.replaceWith(next);
      byId("live-said").textContent = next.querySelector(".count")?.textContent || gettext("Nobody is in a call");
      attach();
      const row = focused && next.querySelector(`[data-call="${CSS.escape(focused)}"]`);
      row instanceof HTMLElement && row.focus();
    }
  } catch {
    // the server is down for a moment: the next time it answers
  }
}

attach();
setInterval(refresh, REFRESH_MS);
