// @ts-check
/** The agent chosen on the start page, remembered for the next visit. */

import { loadPreference, savePreference } from "./preferences.js";

/** @typedef {{slug: string, name: string, answers: boolean}} Agent `answers`: it talks, else it only transcribes */

const REMEMBERED = "agent";

/**
 * @param {HTMLElement} form
 * @returns {Agent} the chosen one, or the only one
 */
export function chosenAgent(form) {
  const input = /** @type {HTMLInputElement | null} */ (
    form.querySelector("input[name=agent]:checked, input[name=agent][type=hidden]")
  );
  return {
    slug: input?.value ?? "",
    name: input?.dataset.name ?? "",
    answers: input?.dataset.answers === "yes",
  };
}

/**
 * Chooses the agent of the last visit, if it is still listed.
 * @param {HTMLElement} form
 * @param {string} asked the agent named in the URL, which takes precedence; empty for none
 */
export function restoreAgent(form, asked) {
  const slug = asked ? "" : loadPreference(REMEMBERED);
  const inputs = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[type=radio][name=agent]")]);
  const wanted = inputs.find(({ value }) => value === slug);
  if (wanted) {
    wanted.checked = true;
  }
}

/** @param {string} slug */
export function rememberAgent(slug) {
  savePreference(REMEMBERED, slug);
}
