// @ts-check
/** Start page and call page: asks for consent, starts the call without loading a page, shows it. */

import { chosenAgent, rememberAgent, restoreAgent } from "./agent-choice.js";
import { CallClient } from "../voicesite/call-client.js";
import { CatchUp } from "../voicesite/catch-up.js";
import { showLocalTimes } from "./clock.js";
import { byId, readJson } from "./dom.js";
import { clearSavedCall, lockCall, saveCall, savedCall } from "./saved-call.js";
import { missingForCalls, openMicrophone, stopTracks } from "../voicesite/devices.js";
import { setLanguage } from "../voicesite/messages.js";
import { mediaProblem, startProblem } from "../voicesite/problem-codes.js";
import { findIceServers } from "./ice-servers.js";
import { listMicrophones, rememberMicrophone } from "./microphone-choice.js";
import { ProblemPanel } from "./problem-panel.js";
import { missedProblem } from "./problems.js";
import { keepSettings, setting } from "./settings.js";
import { Stage } from "./stage.js";
import { Transcript } from "../voicesite/transcript.js";
import { gettext } from "./i18n.js";
import { CallRecord } from "./call-record.js";
import { ConnectionDrawer } from "./connection-drawer.js";
import { WakeLock } from "./wake-lock.js";

/** Longer lets a call wait for a slow server; shorter starts it without a relay. */
const ICE_MS = 2000;
const config = readJson("call-config");
const stage = new Stage();
const drawer = new ConnectionDrawer(byId("developer"), byId("developer-body"));
const wakeLock = new WakeLock();
const problem = new ProblemPanel(config, ask);
const consent = /** @type {HTMLDialogElement} */ (byId("consent"));
const microphone = /** @type {HTMLSelectElement} */ (byId("microphone"));

/** @type {CallClient | null} */
let client = null;
/** What took the place of a microphone that went away. @type {import("../voicesite/microphone.js").CallMicrophone | null} */
let substitute = null;

function agent() {
  return chosenAgent(byId("ready-form"));
}

/**
 * A key that is still held has pressed its button: it presses none that takes its place, as "Agree and start" and "Hang up" do.
 * @param {KeyboardEvent} event
 */
function pressOnce(event) {
  if (event.repeat && event.key === "Enter" && /** @type {Element} */ (event.target).closest?.("button, summary, a")) {
    event.preventDefault();
  }
}

/** Shows the note on the chosen agent's recogniser. */
function showRecogniser() {
  const { slug } = agent();
  for (const note of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".recogniser"))) {
    note.hidden = note.dataset.agent !== slug;
  }
}

/** Asks for consent before the microphone opens, for each call. */
function ask() {
  const missing = missingForCalls();
  if (missing) {
    show("problem");
    problem.show(missing);
  } else {
    consent.returnValue = "";
    consent.showModal();
  }
}

/** @typedef {import("./saved-call.js").SavedCall} SavedCall */

/** @param {boolean} recorded */
function begin(recorded) {
  return startOrResume({ callId: "", agent: agent(), recorded, startedMs: 0, muted: false });
}

/**
 * Resumes the call that this tab had before the reload.
 * @param {SavedCall} details
 */
async function resume(details) {
  if (await lockCall(details.callId)) {
    await startOrResume(details);
  } else {
    fail({ code: "in-another-tab", callId: details.callId });
  }
}

/** @param {SavedCall} details a new call if its id is empty */
async function startOrResume(details) {
  const { agent: chosen, recorded, callId, startedMs, muted } = details;
  const transcript = new Transcript();
  const iceServers = findIceServers(config.iceServers, ICE_MS); // while the microphone opens
  const call = new CallClient({
    openSocket: () => new WebSocket(new URL(config.signaling, location.href.replace(/^http/, "ws"))),
    openMedia: () => new WebSocket(new URL(config.media, location.href.replace(/^http/, "ws"))),
    iceServers: () => iceServers,
    agentId: chosen.slug,
    consent: recorded ? { recording: true, notice: config.notice } : null,
    lastSeq: () => transcript.lastSeq,
    resume: callId,
  });
  client = call;
  follow(call, transcript);
  drawer.show(new CallRecord(call));
  wakeLock.hold();
  saveWhileActive(call, details);
  // both take a while, in which the page is drawn
  call.open();
  const opening = openMicrophone(microphone.value);
  opening.catch(() => {}); // told below
  show("stage", chosen.slug);
  stage.start({ call, agent: chosen, recorded, elapsedMs: startedMs && Date.now() - startedMs, muted });
  await startOnceOpen(call, opening);
}

/**
 * Saves the call, once it has begun, so that it survives a reload.
 * @param {CallClient} call
 * @param {SavedCall} details
 */
function saveWhileActive(call, details) {
  const note = () => {
    if (call.inProgress) {
      saveCall({ ...details, callId: call.callId, muted: stage.muted });
    }
  };
  call.addEventListener("state", (event) => {
    if (call.inProgress && /** @type {CustomEvent} */ (event).detail.state === "active") {
      details.startedMs ||= Date.now();
      lockCall(call.callId);
    }
    note();
  });
  byId("mute").addEventListener("click", note);
}

/**
 * @param {CallClient} call
 * @param {Promise<MediaStream>} opening the microphone
 */
async function startOnceOpen(call, opening) {
  stage.showState("waiting", gettext("Waiting for your microphone…"));
  let stream;
  try {
    stream = await opening;
  } catch (error) {
    giveUp(call, { code: mediaProblem(error) });
    return;
  }
  if (call !== client) {
    stopTracks(stream);
    return;
  }
  try {
    const started = call.start(stream);
    stage.startMeter(stream);
    watchMicrophone(call, stream);
    await started;
  } catch (error) {
    stopTracks(stream);
    giveUp(call, startProblem(error));
    return;
  }
  listMicrophones(microphone, byId("microphone-note"));
}

/**
 * Takes another microphone where this one goes away.
 * @param {CallClient} call
 * @param {MediaStream} stream
 */
function watchMicrophone(call, stream) {
  const use = async (/** @type {MediaStream} */ other) => {
    await call.replaceMicrophone(other);
    stage.startMeter(other);
  };
  stream.getAudioTracks()[0]?.addEventListener("ended", async () => {
    const { findAnother } = await import("./lost-microphone.js");
    if (call === client) {
      substitute = findAnother(use, (words) => stage.showLost(words));
    }
  });
}

/**
 * @param {CallClient} call
 * @param {{code: string, message?: string}} why
 */
function giveUp(call, why) {
  if (call === client) {
    call.leave();
    fail(why);
  }
}

/**
 * @param {CallClient} call
 * @param {Transcript} transcript
 */
function follow(call, transcript) {
  const catchUp = new CatchUp(
    transcript,
    (after) => `${config.segments.replace("CALL_ID", call.callId)}?after=${after}`,
    (changes) => stage.showChanges(changes),
  );
  const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ take) =>
    call.addEventListener(name, (event) => take(/** @type {CustomEvent} */ (event).detail));
  on("state", ({ state, words }) => {
    stage.showState(state, words);
    if (state === "ending") {
      stage.showSaving(call.callId ? pageOf(call.callId) : "");
    }
  });
  on("quality", (quality) => stage.showQuality(quality));
  on("notice", (words) => stage.showNotice(words));
  on("floor", (floor) => stage.showFloor(floor));
  on("transcript", (message) => {
    stage.showChanges(transcript.apply(message));
    catchUp.check();
  });
  on("gap", (message) => stage.showGap(message));
  on("staff", ({ listening }) => stage.showListener(listening));
  on("caught-up", () => catchUp.check());
  on("ended", ({ callId }) => end(callId));
  on("problem", (detail) => (detail.code === "ended-meanwhile" ? missed(detail) : fail(detail)));
}

/**
 * Shows why the call ended before the page could resume it.
 * @param {{code: string, callId: string}} detail
 */
async function missed(detail) {
  fail({ ...detail, code: missedProblem(await whyEnded(detail.callId)) });
}

/**
 * @param {string} callId
 * @returns {Promise<string>} the end reason; empty if unknown
 */
async function whyEnded(callId) {
  try {
    const answer = await fetch(config.call.replace("CALL_ID", callId), { signal: AbortSignal.timeout(2000) });
    return answer.ok ? (await answer.json()).end_reason : "";
  } catch {
    return "";
  }
}

/** @param {string} callId */
function end(callId) {
  release();
  if (!callId) {
    location.reload();
    return;
  }
  stage.showSaving(pageOf(callId));
  location.assign(pageOf(callId));
}

/** @param {string} callId */
function pageOf(callId) {
  return config.detailPage.replace("CALL_ID", callId);
}

/** The call is over, whichever way. */
function release() {
  client = null;
  substitute?.close();
  substitute = null;
  clearSavedCall();
  stage.end();
  wakeLock.release();
}

/** @param {{code: string, callId?: string, message?: string, retryAfterS?: number}} detail */
function fail(detail) {
  release();
  show("problem");
  problem.show(detail.code, detail);
}

/**
 * @param {"ready" | "stage" | "problem"} part
 * @param {string} [slug] the agent that is called
 */
function show(part, slug = agent().slug) {
  for (const name of ["ready", "stage", "problem"]) {
    byId(name).hidden = name !== part;
  }
  document.body.classList.toggle("in-call", part === "stage");
  if (part === "stage") {
    const address = new URL(config.callPage, location.href);
    address.searchParams.set("agent", slug);
    if (address.href !== location.href) {
      history.pushState(null, "", address);
    }
    scrollTo(0, 0);
  }
}

document.addEventListener("keydown", pressOnce, true);
byId("ready-form").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  ask();
});
consent.addEventListener("close", () => {
  if (consent.returnValue === "record" || consent.returnValue === "plain") {
    begin(consent.returnValue === "record");
  }
});
byId("ready-form").addEventListener("change", (/** @type {any} */ { target }) => {
  if (target.name !== "agent") {
    return;
  }
  rememberAgent(agent().slug);
  showRecogniser();
});
microphone.addEventListener("change", () => rememberMicrophone(microphone.value));
navigator.mediaDevices?.addEventListener?.("devicechange", () => listMicrophones(microphone, byId("microphone-note")));
keepSettings((name) => {
  if (name === "push-to-talk") {
    stage.pushToTalk(setting(name) === "on");
  } else {
    stage.captionsResized();
  }
});
addEventListener("online", () => client?.retryNow());
addEventListener("beforeunload", (event) => {
  if (client?.inProgress) {
    event.preventDefault(); // the browser asks the user to confirm
  }
});
addEventListener("pagehide", () => client?.goAway());
// the call page was shown with pushState: going back needs the other page from the server
addEventListener("popstate", () => location.reload());
addEventListener("pageshow", (event) => event.persisted && location.reload());

if (document.documentElement.lang !== "en") {
  void setLanguage(document.documentElement.lang);
}
showLocalTimes();
listMicrophones(microphone, byId("microphone-note"));
const address = new URL(location.href);
restoreAgent(byId("ready-form"), address.searchParams.get("agent") ?? "");
showRecogniser();
void import("./elsewhere.js");
const saved = savedCall();
if (saved) {
  resume(saved);
} else if (address.searchParams.has("ask") && !byId("start-call").disabled) {
  address.searchParams.delete("ask");
  history.replaceState(null, "", address);
  ask();
} else if (missingForCalls()) {
  show("problem");
  problem.show(missingForCalls());
}
