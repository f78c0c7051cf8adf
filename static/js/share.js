// @ts-check
/** A page that shows a new link or token once: local times, and a button that copies it. */

import { showLocalTimes } from "./clock.js";
import { gettext } from "./i18n.js";

showLocalTimes();

const made = /** @type {HTMLInputElement | null} */ (document.getElementById("made"));
const button = document.getElementById("copy-link");
const said = document.getElementById("copied");

if (made && button && said) {
  made.addEventListener("focus", () => made.select());
  button.hidden = !navigator.clipboard; // browsers have none on pages without https
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(made.value);
      said.textContent = gettext("Copied.");
    } catch {
      made.focus();
      said.textContent = gettext("The browser did not allow that. It is selected: copy it.");
    }
  });
}
