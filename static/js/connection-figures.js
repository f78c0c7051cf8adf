// @ts-check
/** A call's figures over time: what is drawn of them, and the numbers as text. Pure. No DOM. */

/** @typedef {import("../voicesite/quality.js").Quality} Quality */
/** @typedef {import("../voicesite/quality.js").Figures} Figures */
/** @typedef {"roundTripMs" | "lossUp" | "lossDown" | "jitterMs" | "sentKbps" | "receivedKbps" | "queuedMs"} FigureName */
/** @typedef {{name: FigureName, label: string}} Series */
/** @typedef {{title: string, unit: string, least: number, factor: number, series: Series[]}} Chart `least`: the scale's smallest end, in its unit */

const STRINGS = {
  roundTrip: "Round trip",
  loss: "Loss",
  jitter: "Jitter",
  bitrate: "Bitrate",
  queued: "Waiting to be sent",
  you: "You",
  agent: "Agent",
  now: (/** @type {string} */ last, /** @type {string} */ mean, /** @type {string} */ most) => `${last} now, ${mean} on average, ${most} at most`,
};

/** @type {Chart[]} */
export const CHARTS = [
  { title: STRINGS.roundTrip, unit: "ms", least: 50, factor: 1, series: [{ name: "roundTripMs", label: "" }] },
  { title: STRINGS.loss, unit: "%", least: 5, factor: 100, series: [{ name: "lossUp", label: STRINGS.you }, { name: "lossDown", label: STRINGS.agent }] },
  { title: STRINGS.jitter, unit: "ms", least: 20, factor: 1, series: [{ name: "jitterMs", label: "" }] },
  { title: STRINGS.bitrate, unit: "kbit/s", least: 40, factor: 1, series: [{ name: "sentKbps", label: STRINGS.you }, { name: "receivedKbps", label: STRINGS.agent }] },
  { title: STRINGS.queued, unit: "ms", least: 500, factor: 1, series: [{ name: "queuedMs", label: "" }] },
];

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
 * @returns {string} empty where none is known
 */
export function told(values, unit) {
  const known = values.filter((value) => value !== null);
  if (!known.length) {
    return "";
  }
  const words = (/** @type {number} */ value) => `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return STRINGS.now(words(known[known.length - 1]), words(mean), words(Math.max(...known)));
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
