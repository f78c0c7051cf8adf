// @ts-check
/** A call's figures over time: what is drawn of them, and the numbers as text. Pure. No DOM. */

import { gettext as ofThePage, inserted, LOCALE } from "./i18n.js";

/** @typedef {import("../voicesite/quality.js").Quality} Quality */
/** @typedef {import("../voicesite/quality.js").Figures} Figures */
/** @typedef {"roundTripMs" | "lossUp" | "lossDown" | "jitterMs" | "sentKbps" | "receivedKbps" | "queuedMs"} FigureName */
/** @typedef {{name: FigureName, label: string}} Series */
/** @typedef {{title: string, unit: string, least: number, factor: number, series: Series[]}} Chart `least`: the scale's smallest end, in its unit */

/**
 * @param {(text: string) => string} gettext the language of the texts
 * @returns {Chart[]}
 */
export function chartsIn(gettext) {
  const [you, agent] = [gettext("You"), gettext("Agent")];
  return [
    { title: gettext("Round trip"), unit: "ms", least: 50, factor: 1, series: [{ name: "roundTripMs", label: "" }] },
    { title: gettext("Loss"), unit: "%", least: 5, factor: 100, series: [{ name: "lossUp", label: you }, { name: "lossDown", label: agent }] },
    { title: gettext("Jitter"), unit: "ms", least: 20, factor: 1, series: [{ name: "jitterMs", label: "" }] },
    { title: gettext("Bitrate"), unit: "kbit/s", least: 40, factor: 1, series: [{ name: "sentKbps", label: you }, { name: "receivedKbps", label: agent }] },
    { title: gettext("Waiting to be sent"), unit: "ms", least: 500, factor: 1, series: [{ name: "queuedMs", label: "" }] },
  ];
}

/** As pages show them. */
export const CHARTS = chartsIn(ofThePage);

/**
 * @param {Quality[]} samples oldest first
 * @param {Chart} chart
 * @returns {(number | null)[][]} the values of each series, in the chart's unit
 */
export function valuesOf(samples, { series, factor }) {
  return series.map(({ name }) =>
    samples.map(({ figures }) => {
      const value = figures[name];
      return value === null || value === undefined ? null : value * factor;
    }),
  );
}

/**
 * @param {(number | null)[]} values oldest first
 * @param {string} unit
 * @param {(text: string) => string} [gettext] the language of the words
 * @returns {string} empty where none is known
 */
export function told(values, unit, gettext = ofThePage) {
  const known = values.filter((value) => value !== null);
  if (!known.length) {
    return "";
  }
  const words = (/** @type {number} */ value) => `${digits(value, gettext === ofThePage ? LOCALE : "en")} ${unit}`;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const figures = { last: words(known[known.length - 1]), mean: words(mean), most: words(Math.max(...known)) };
  return inserted(gettext("{last} now, {mean} on average, {most} at most"), figures);
}

/**
 * @param {number} value
 * @param {string} locale
 */
function digits(value, locale) {
  return value.toLocaleString(locale, { maximumFractionDigits: value < 10 ? 1 : 0, useGrouping: false });
}

/**
 * @param {(number | null)[][]} series
 * @param {number} least
 * @returns {number} the upper end of the scale
 */
export function scaleOf(series, least) {
  return Math.max(least, ...series.flat().map((value) => value ?? 0));
}

/**
 * Draws a series into 100 × 40 units, the newest at the right; it is broken where nothing is known.
 * @param {(number | null)[]} values oldest first
 * @param {number} scale
 * @returns {string} an SVG path; empty for none
 */
export function pathOf(values, scale) {
  const step = 100 / Math.max(1, values.length - 1);
  let drawn = false;
  return values
    .map((value, at) => {
      if (value === null) {
        drawn = false;
        return "";
      }
      const command = drawn ? "L" : "M";
      drawn = true;
      return `${command}${(at * step).toFixed(2)} ${(39 - (38 * Math.min(value, scale)) / scale).toFixed(2)}`;
    })
    .join("");
}
