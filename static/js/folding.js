// @ts-check
/** Compares texts for searching, as the server does: without case and accents, with plain quotes and dashes. No DOM. */

/** @typedef {{plain: string, starts: number[], ends: number[]}} Folded a text, and where each unit of it comes from */

const ASCII = /^[\x20-\x7e]*$/;
const SINGLE = /[\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4`]/g;
const DOUBLE = /[\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb]/g;
const DASHES = /[\u2010-\u2015\u2212]/g;
/** Of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowels. */
const ACCENTS = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0640]/g;
/** @type {Record<string, string>} letters that Unicode does not decompose */
const LETTERS = { ß: "ss", ς: "σ", ı: "i", ł: "l", ø: "o", đ: "d", ħ: "h", ŧ: "t" };
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "g");

/**
 * @param {string} text
 * @returns {string} it for searching, with single blanks
 */
export function folded(text) {
  const bare = plainQuotes(text).normalize("NFKC").toLowerCase().replace(/\p{Cf}/gu, "").normalize("NFKD");
  const letters = bare.replace(ACCENTS, "").replace(SPECIAL, (letter) => LETTERS[letter]);
  return plainQuotes(letters.normalize("NFKC")).replace(/\s+/gu, " ");
}

/**
 * @param {string} text
 * @param {string} needle which is folded
 * @returns {{from: number, to: number}[]} where it is in the text, in order
 */
export function placesOf(text, needle) {
  const found = [];
  if (needle) {
    const { plain, starts, ends } = mapped(text);
    for (let at = plain.indexOf(needle); at >= 0; at = plain.indexOf(needle, at + needle.length)) {
      found.push({ from: starts[at] ?? at, to: ends[at + needle.length - 1] ?? at + needle.length });
    }
  }
  return found;
}

/**
 * @param {string} text
 * @returns {Folded} without places where they are the same
 */
function mapped(text) {
  if (ASCII.test(text)) {
    return { plain: plainQuotes(text).toLowerCase(), starts: [], ends: [] };
  }
  /** @type {Folded} */
  const made = { plain: "", starts: [], ends: [] };
  let at = 0;
  for (const character of charactersOf(text)) {
    const plain = folded(character);
    for (let unit = 0; unit < plain.length; unit += 1) {
      made.starts.push(at);
      made.ends.push(at + character.length);
    }
    made.plain += plain;
    at += character.length;
  }
  return made;
}

/** @param {string} text */
function charactersOf(text) {
  if (!("Segmenter" in Intl)) {
    return [...text];
  }
  return [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment);
}

/** @param {string} text */
function plainQuotes(text) {
  return text.replace(SINGLE, "'").replace(DOUBLE, '"').replace(DASHES, "-");
}
