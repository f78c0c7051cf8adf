// @ts-check
/** Which agent is called: the choice of the start page, remembered until the next visit. */

import { loadPreference, savePreference } from "./preferences.js";

/** @typedef {{slug: string, name: string, answers: boolean}} Agent `answers`: it talks, too */

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
 * Chooses the agent of the last visit, where it still answers.
 * @param {HTMLElement} form
 * @param {string} asked the agent that the address names: it goes before
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
