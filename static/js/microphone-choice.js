// @ts-check
/** The choice of a microphone on the call page. */

import { loadPreference, savePreference } from "./preferences.js";
import { gettext } from "./i18n.js";

const REMEMBERED = "microphone";

/**
 * Lists the microphones in `select`; browsers name them only once the page may use them.
 * @param {HTMLSelectElement} select
 * @param {HTMLElement} note explains that the list is not available yet
 */
export async function listMicrophones(select, note) {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  const named = devices.filter((device) => device.kind === "audioinput" && device.label && device.deviceId !== "default");
  note.hidden = named.length > 0;
  if (!named.length) {
    return;
  }
  const chosen = select.value || loadPreference(REMEMBERED);
  const options = named.map((device) => new Option(device.label, device.deviceId));
  select.replaceChildren(new Option(gettext("Default microphone"), ""), ...options);
  select.value = named.some((device) => device.deviceId === chosen) ? chosen : "";
}

/** @param {string} deviceId */
export function rememberMicrophone(deviceId) {
  savePreference(REMEMBERED, deviceId);
}
