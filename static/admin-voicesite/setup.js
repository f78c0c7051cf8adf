// @ts-check
/** Setting up: tries what is typed, and says what was found. The recogniser may hear the microphone. */

import { gettext, inserted } from "../js/i18n.js";

const TEXT = {
  trying: gettext("Trying …"),
  speak: gettext("Speak now …"),
  noMicrophone: gettext("The browser gives no microphone. Allow it for this page, or plug one in."),
  /** @param {number} status */
  failed: (status) => inserted(gettext("The server answered {status}. Load the page again."), { status }),
  offline: gettext("The server cannot be reached."),
};
const SPEAK_S = 5;
const SPEECH_RATE = 16_000;

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("setup-form"));
const found = document.getElementById("setup-found");
const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (
  document.querySelectorAll("#setup-try, #setup-record")
);

/**
 * @param {string} text
 * @param {string} [kind]
 */
function line(text, kind = "") {
  const paragraph = document.createElement("p");
  paragraph.className = kind;
  paragraph.dir = "auto";
  paragraph.textContent = text;
  return paragraph;
}

/** @param {Node[]} lines */
function show(...lines) {
  found?.replaceChildren(...lines);
}

/** @param {Blob | null} sound */
async function attempt(sound) {
  const data = new FormData(/** @type {HTMLFormElement} */ (form));
  if (sound) {
    data.append("audio", sound, "sound");
  }
  show(line(TEXT.trying));
  const answer = await fetch(String(form?.dataset.try), { method: "POST", body: data });
  if (!answer.ok) {
    throw new Error(TEXT.failed(answer.status));
  }
  /** @type {{findings: {ok: boolean, text: string, fix: string}[]}} */
  const { findings } = await answer.json();
  show(
    ...findings.flatMap(({ ok, text, fix }) => [
      line(text, `vs-found ${ok ? "vs-found-good" : "vs-found-bad"}`),
      ...(fix ? [line(fix)] : []),
    ]),
  );
}

/** @returns {Promise<Blob>} what is said in SPEAK_S: int16, mono, 16 kHz */
async function spoken() {
  const media = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => {
    throw new Error(TEXT.noMicrophone);
  });
  const context = new AudioContext({ sampleRate: SPEECH_RATE });
  try {
    await context.audioWorklet.addModule(new URL("../voicesite/pcm-worklet.js", import.meta.url));
    const pcm = new AudioWorkletNode(context, "pcm", { channelCount: 1, channelCountMode: "explicit" });
    context.createMediaStreamSource(media).connect(pcm);
    show(line(TEXT.speak));
    /** @type {ArrayBuffer[]} */
    const chunks = [];
    await /** @type {Promise<void>} */ (
      new Promise((done) => {
        pcm.port.onmessage = ({ data }) => {
          chunks.push(data);
          if (chunks.length >= SPEAK_S * 10) {
            done();
          }
        };
      })
    );
    return new Blob(chunks);
  } finally {
    media.getTracks().forEach((track) => track.stop());
    await context.close();
  }
}

/** @param {() => Promise<void>} work */
async function alone(work) {
  buttons.forEach((button) => (button.disabled = true));
  try {
    await work();
  } catch (error) {
    const text = error instanceof TypeError ? TEXT.offline : /** @type {Error} */ (error).message;
    show(line(text, "vs-found vs-found-bad"));
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
}

document.getElementById("setup-try")?.addEventListener("click", () => alone(() => attempt(null)));
document
  .getElementById("setup-record")
  ?.addEventListener("click", () => alone(async () => attempt(await spoken())));
