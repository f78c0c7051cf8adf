// @ts-check
/** The microphone: whether the browser can make calls, listing devices, and opening one. */

import { recorderMimeType } from "./microphone-recorder.js";
import { loadPreference, savePreference } from "./preferences.js";

const REMEMBERED = "microphone";

/** @returns {string} a code for `problemOf`; empty if this browser can make calls */
export function missingForCalls() {
  if (!window.isSecureContext) {
    return "insecure";
  }
  const able = "WebSocket" in window && "AudioContext" in window && navigator.mediaDevices?.getUserMedia;
  return able && uplinkKind() ? "" : "unsupported";
}

/** @returns {"webrtc" | "samples" | "recorder" | ""} the best way this browser has of sending audio; empty for none */
export function uplinkKind() {
  if ("RTCPeerConnection" in globalThis) {
    return "webrtc";
  }
  if ("AudioWorkletNode" in globalThis) {
    return "samples";
  }
  return recorderMimeType() ? "recorder" : "";
}

/**
 * Opens a microphone; throws what `getUserMedia` throws.
 * @param {string} deviceId empty for the default one
 * @returns {Promise<MediaStream>}
 */
export function openMicrophone(deviceId) {
  const audio = {
    echoCancellation: true,
    noiseSuppression: false, // recognisers are trained on noise, not on what noise suppression leaves of speech
    autoGainControl: true,
    ...(deviceId && { deviceId: { exact: deviceId } }),
  };
  return navigator.mediaDevices.getUserMedia({ audio });
}

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
  select.replaceChildren(new Option("Default microphone", ""), ...options);
  select.value = named.some((device) => device.deviceId === chosen) ? chosen : "";
}

/** @param {string} deviceId */
export function rememberMicrophone(deviceId) {
  savePreference(REMEMBERED, deviceId);
}

/** @param {MediaStream | null} stream */
export function stopTracks(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}
