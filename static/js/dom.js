// @ts-check
/** Small helpers for elements. */

/**
 * @param {string} id
 * @returns {any} the element; throws if the page has none
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`The page has no #${id}.`);
  }
  return found;
}

/**
 * @param {string} name
 * @param {string} [className]
 * @param {string} [text]
 */
export function make(name, className = "", text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

/**
 * @param {string} id of a `json_script`
 * @returns {any}
 */
export function readJson(id) {
  return JSON.parse(byId(id).textContent);
}
