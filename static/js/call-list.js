// @ts-check
/** The list of calls: a changed filter applies at once, but for those of which several are chosen. */

import { showLocalTimes } from "./clock.js";
import { byId } from "./dom.js";

const form = /** @type {HTMLFormElement} */ (byId("filters"));

/** Leaves empty fields out of the URL. */
function tidy() {
  const fields = /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement>} */ (
    form.querySelectorAll("input[name], select[name]")
  );
  fields.forEach((field) => {
    field.disabled = !field.value;
  });
}

form.addEventListener("submit", tidy);
form.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement && !event.target.closest("#more-filters")) {
    form.requestSubmit();
  }
});
addEventListener("pageshow", () => {
  for (const field of form.querySelectorAll("input, select")) {
    /** @type {HTMLInputElement} */ (field).disabled = false;
  }
});
showLocalTimes();
