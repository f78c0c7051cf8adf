// @ts-check
/** The user's choices, kept in localStorage. No DOM. */

/**
 * @param {string} name
 * @param {string} value
 */
export function savePreference(name, value) {
  try {
    localStorage.setItem(`voicesite.${name}`, value);
  } catch {
    // storage is turned off: the choice lasts for this page only
  }
}

/**
 * @param {string} name
 * @returns {string} empty if nothing is stored
 */
export function loadPreference(name) {
  try {
    return localStorage.getItem(`voicesite.${name}`) ?? "";
  } catch {
    return "";
  }
}
