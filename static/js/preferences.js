// @ts-check
/** Small choices that this browser remembers. No DOM. */

/**
 * @param {string} name
 * @param {string} value
 */
export function savePreference(name, value) {
  try {
    localStorage.setItem(`voicesite.${name}`, value);
  } catch {
    // storage is switched off: the choice holds for this page only
  }
}

/**
 * @param {string} name
 * @returns {string} empty where nothing is remembered
 */
export function loadPreference(name) {
  try {
    return localStorage.getItem(`voicesite.${name}`) ?? "";
  } catch {
    return "";
  }
}
