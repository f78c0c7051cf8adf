// @ts-check
/** The microphone: whether the browser can make calls, and opening one. No DOM. */

import { recorderMimeType } from "./microphone-recorder.js";

/** @returns {string} a problem's code; empty if this browser can make calls */
export function missingForCalls() {
  if (!globalThis.isSecureContext) {
    return "insecure";
  }
  const able = "WebSocket" in globalThis && "AudioContext" in globalThis && navigator.mediaDevices?.getUserMedia;
  return able && uplinkKind() ? "" : "unsupported";
}

/**
 * @param {boolean} [overSocket] whether WebRTC is not wanted
 * @returns {"webrtc" | "samples" | "recorder" | ""} the best way this browser has of sending audio; empty for none
 */
export function uplinkKind(overSocket = false) {
  if (!overSocket && "RTCPeerConnection" in globalThis) {
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

/** @param {MediaStream | null} stream */
export function stopTracks(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}
