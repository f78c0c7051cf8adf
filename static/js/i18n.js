// @ts-check
/**
 * The pages' words in the language of the page. English stands in the code; a page in another language loads its catalogue
 * (languages/, made by `make messages`) before any module. No DOM but the language of the page.
 */

/**
 * @typedef {object} Catalogue
 * @property {Record<string, string | string[]>} messages by what stands in the code; with a context by both, parted by \u0004
 * @property {(count: number) => number} plural which of the forms a number takes
 */

const { messages, plural } = /** @type {Catalogue} */ (
  /** @type {any} */ (globalThis).voicesiteCatalogue ?? { messages: {}, plural: (/** @type {number} */ count) => Number(count !== 1) }
);

const language = globalThis.document?.documentElement?.lang || "en";
/** How `Intl` writes times and numbers: in English as British people do. */
export const LOCALE = language === "en" ? "en-GB" : language;

/**
 * @param {string} text in English
 * @returns {string}
 */
export function gettext(text) {
  const found = messages[text];
  return typeof found === "string" ? found : text;
}

/**
 * @param {string} context tells two equal texts apart
 * @param {string} text
 * @returns {string}
 */
export function pgettext(context, text) {
  const found = messages[`${context}\u0004${text}`];
  return typeof found === "string" ? found : text;
}

/**
 * @param {string} one
 * @param {string} many
 * @param {number} count
 * @returns {string}
 */
export function ngettext(one, many, count) {
  const found = messages[one];
  return (Array.isArray(found) ? found[plural(count)] : "") || (count === 1 ? one : many);
}

/**
 * @param {string} text whose `{name}` stand for values
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
export function inserted(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
