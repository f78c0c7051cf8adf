// @ts-check
/** Microphone and loudspeaker of a connection check. */

import { LevelWatch } from "../voicesite/level-watch.js";

/** A level that speech at an arm's length exceeds, and for how many of 20 looks a second. */
const LOUD = 0.3;
const LOUD_LOOKS = 4;
const SPEECH_MS = 10_000;

const TONE_HZ = 880;
const TONE_MS = 1200;
const QUIET_MS = 500;
const LOOK_MS = 40;
/** Where there is nothing to play on, some browsers never begin: the question is asked nevertheless. */
const RESUME_MS = 1000;

/**
 * Waits until something is said.
 * @param {MediaStream} stream
 * @param {object} options
 * @param {(level: number) => void} options.onLevel 0..1, 20 times a second
 * @param {AbortSignal} options.signal
 * @returns {Promise<{loud: boolean, level: number}>} whether there was speech within 10 s, and the highest level
 */
export function waitForSpeech(stream, { onLevel, signal }) {
  return new Promise((resolve) => {
    let highest = 0;
    let looks = 0;
    const end = (/** @type {boolean} */ loud) => {
      watch.stop();
      clearTimeout(timer);
      resolve({ loud, level: highest });
    };
    const watch = new LevelWatch((level) => {
      onLevel(level);
      highest = Math.max(highest, level);
      looks += level >= LOUD ? 1 : 0;
      if (looks >= LOUD_LOOKS) {
        end(true);
      }
    });
    const timer = setTimeout(() => end(false), SPEECH_MS);
    signal.addEventListener("abort", () => end(false), { once: true });
    watch.start(stream);
  });
}

/**
 * Plays a tone, and listens for it.
 * @param {MediaStream | null} stream the microphone, if there is one
 * @returns {Promise<number | null>} how far the tone in the microphone is above the noise before, in dB; null without one
 */
export async function playTone(stream) {
  const context = new AudioContext();
  try {
    await Promise.race([context.resume(), delay(RESUME_MS)]);
    const listens = stream ? listener(context, stream) : null;
    const noise = await listens?.(QUIET_MS);
    const gain = new GainNode(context, { gain: 0 });
    const tone = new OscillatorNode(context, { frequency: TONE_HZ });
    tone.connect(gain).connect(context.destination);
    const at = context.currentTime;
    gain.gain.setTargetAtTime(0.3, at, 0.02); // without a click
    gain.gain.setTargetAtTime(0, at + TONE_MS / 1000 - 0.1, 0.02);
    tone.start();
    const heard = await (listens?.(TONE_MS) ?? delay(TONE_MS));
    tone.stop();
    return noise === undefined || heard === undefined ? null : Math.min(120, Math.max(-120, heard - noise));
  } finally {
    context.close().catch(() => {});
  }
}

/** Silence, to try ways without a microphone. */
export class Silence {
  constructor() {
    /** @type {AudioContext | undefined} */
    this._context = undefined;
  }

  /** @returns {MediaStream} */
  stream() {
    this._context ??= new AudioContext();
    return this._context.createMediaStreamDestination().stream;
  }

  close() {
    this._context?.close().catch(() => {});
  }
}

/**
 * @param {AudioContext} context
 * @param {MediaStream} stream
 * @returns {(ms: number) => Promise<number>} the loudness of the tone's frequency within that time, in dB
 */
function listener(context, stream) {
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0.5 });
  context.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const bin = Math.round((TONE_HZ * analyser.fftSize) / context.sampleRate);
  return async (ms) => {
    const loudness = [];
    for (const until = performance.now() + ms; performance.now() < until; ) {
      await delay(LOOK_MS);
      analyser.getFloatFrequencyData(bins);
      loudness.push(Math.max(-100, bins[bin])); // -Infinity is silence
    }
    loudness.sort((one, other) => one - other);
    return loudness[Math.floor(loudness.length / 2)];
  };
}

/** @param {number} ms @returns {Promise<undefined>} */
function delay(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
