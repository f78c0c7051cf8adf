// @ts-check
/** Formats durations and times. No DOM except in `showLocalTimes`. */

import { inserted, gettext, LOCALE } from "./i18n.js";

/**
 * @param {number} ms
 * @returns {string} such as 0:07, 12:40 or 1:02:03
 */
export function clock(ms) {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [seconds, minutes, hours] = [total % 60, Math.floor(total / 60) % 60, Math.floor(total / 3600)];
  const tail = `${String(seconds).padStart(2, "0")}`;
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/**
 * @param {number} ms
 * @returns {string} such as 7 s or 2 min 5 s
 */
export function lasting(ms) {
  const total = Math.max(1, Math.floor(ms / 1000));
  const [minutes, seconds] = [Math.floor(total / 60), total % 60];
  return [minutes && inserted(gettext("{count} min"), { count: minutes }), (seconds || !minutes) && inserted(gettext("{count} s"), { count: seconds })].filter(Boolean).join(" ");
}

/**
 * @param {Date} when
 * @param {Date} now
 * @returns {"today" | "yesterday" | ""}
 */
export function nearDay(when, now) {
  const day = (/** @type {Date} */ date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((day(now) - day(when)) / 86_400_000);
  return days === 0 ? "today" : days === 1 ? "yesterday" : "";
}

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const FORMS = {
  full: { dateStyle: "full", timeStyle: "short" },
  time: { hour: "2-digit", minute: "2-digit" },
};

/**
 * @param {Date} when
 * @param {string} form long, short, full or time
 * @param {Date} [now]
 * @returns {string}
 */
export function localTime(when, form, now = new Date()) {
  if (form in FORMS) {
    return new Intl.DateTimeFormat(LOCALE, FORMS[form]).format(when);
  }
  const near = nearDay(when, now);
  const day = near ? { today: gettext("Today"), yesterday: gettext("Yesterday") }[near] : dayOf(when, form, now);
  return `${day}, ${localTime(when, "time")}`;
}

/**
 * @param {Date} when
 * @param {string} form
 * @param {Date} now
 */
function dayOf(when, form, now) {
  /** @type {Intl.DateTimeFormatOptions} */
  const parts = { day: "numeric", month: form === "long" ? "long" : "short" };
  if (when.getFullYear() !== now.getFullYear()) {
    parts.year = "numeric";
  }
  return new Intl.DateTimeFormat(LOCALE, parts).format(when);
}

/**
 * Shows the server's times in the reader's time zone.
 * @param {ParentNode} [root]
 */
export function showLocalTimes(root = document) {
  for (const element of root.querySelectorAll("time[data-when]")) {
    const when = new Date(/** @type {HTMLTimeElement} */ (element).dateTime);
    element.textContent = localTime(when, element.getAttribute("data-when") ?? "long");
  }
}
