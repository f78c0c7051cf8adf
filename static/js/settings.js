// @ts-check
/** How a person wants calls to look and to be talked in: kept in the browser, alike on all pages. */

import { loadPreference, savePreference } from "./preferences.js";

/** What each may be; the first counts until one is chosen. @type {Record<string, string[]>} */
const CHOICES = {
  "push-to-talk": ["off", "on"],
  "caption-size": ["normal", "small", "large", "largest"],
  "caption-contrast": ["normal", "high"],
};
/** What the style sheets look at, on the page's element. */
const SHOWN = ["caption-size", "caption-contrast"];

/** @type {Map<string, string>} what was chosen here, also where nothing can be kept */
const chosen = new Map();

/**
 * @param {string} name
 * @returns {string}
 */
export function setting(name) {
  const value = chosen.get(name) ?? loadPreference(name);
  return CHOICES[name].includes(value) ? value : CHOICES[name][0];
}

/** Shows what was chosen: in the page's look and in every control with `data-setting`. */
export function showSettings() {
  for (const name of SHOWN) {
    document.documentElement.setAttribute(`data-${name}`, setting(name));
  }
  for (const control of controls()) {
    const value = setting(control.dataset.setting);
    if (control.type === "checkbox") {
      control.checked = value !== CHOICES[control.dataset.setting][0];
    } else {
      control.value = value;
    }
  }
}

/**
 * Keeps what is chosen in the page's controls.
 * @param {(name: string) => void} [onChange] called with the name of what was changed
 */
export function keepSettings(onChange = () => {}) {
  // what was ticked before this module was there
  controls().filter(isTouched).forEach(keep);
  showSettings();
  document.addEventListener("change", (event) => {
    const control = /** @type {any} */ (event.target);
    const name = control.dataset?.setting;
    if (name in CHOICES) {
      keep(control);
      showSettings();
      onChange(name);
    }
  });
}

/** @returns {any[]} */
function controls() {
  return [...document.querySelectorAll("[data-setting]")];
}

/** @param {any} control whether it differs from what the server sent */
function isTouched(control) {
  return control.type === "checkbox"
    ? control.checked !== control.defaultChecked
    : [...control.options].some(({ selected, defaultSelected }) => selected !== defaultSelected);
}

/** @param {any} control */
function keep(control) {
  const name = control.dataset.setting;
  const value = control.type === "checkbox" ? CHOICES[name][control.checked ? 1 : 0] : control.value;
  chosen.set(name, value);
  savePreference(name, value);
}
