// @ts-check
/** Start page and call page: asks for consent, starts the call without loading a page, shows it. */

import { chosenAgent, rememberAgent, restoreAgent } from "./agent-choice.js";
import { showLocalTimes } from "./clock.js";
import { byId, readJson } from "./dom.js";
import { savedCall } from "./saved-call.js";
import { missingForCalls } from "../voicesite/devices.js";
import { listMicrophones, rememberMicrophone } from "./microphone-choice.js";
import { ProblemPanel } from "./problem-panel.js";
import { keepSettings } from "./settings.js";

/** @typedef {import("./own-call.js").OwnCall} OwnCall */
/** @typedef {import("./saved-call.js").SavedCall} SavedCall */

/** What calls need is loaded when the browser has nothing else to do, or after so long. */
const IDLE_MS = 1000;
const config = readJson("call-config");
const problem = new ProblemPanel(config, ask);
const readyForm = /** @type {HTMLFormElement} */ (byId("ready-form"));
const consent = /** @type {HTMLDialogElement} */ (byId("consent"));
const microphone = /** @type {HTMLSelectElement} */ (byId("microphone"));

/** @type {Promise<OwnCall> | null} */
let loading = null;
/** Whether that failed when a call was to begin: a browser may not fetch a module a second time, so the page is loaded anew. */
let missed = false;

/** Loads what calls need, once. @returns {Promise<OwnCall>} */
function ownCall() {
  if (!loading) {
    loading = load();
    loading.catch(() => {
      loading = null;
    });
  }
  return loading;
}

async function load() {
  const { OwnCall } = await import("./own-call.js");
  return new OwnCall({ config, microphone: () => microphone.value, showStage: (slug) => show("stage", slug), fail, onMicrophone: showMicrophones });
}

function agent() {
  return chosenAgent(readyForm);
}

function showMicrophones() {
  listMicrophones(microphone, byId("microphone-note"));
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

/**
 * @param {Record<string, string>} asked
 * @returns {string} of the call page
 */
function addressOfCall(asked) {
  const address = new URL(config.callPage, location.href);
  address.search = String(new URLSearchParams({ agent: agent().slug, ...asked }));
  return address.href;
}

/** Asks for consent before the microphone opens, for each call. */
function ask() {
  const missing = missingForCalls();
  if (missing) {
    fail({ code: missing });
    return;
  }
  if (missed) {
    location.assign(addressOfCall({ ask: "1" })); // that page asks by itself
    return;
  }
  consent.returnValue = "";
  consent.showModal();
  // while it is read
  ownCall().then((call) => consent.open && call.prepare(), () => {});
}

/** What was chosen in the dialog. */
function answered() {
  const recorded = consent.returnValue === "record";
  if (recorded || consent.returnValue === "plain") {
    start({ callId: "", agent: agent(), recorded, startedMs: 0, muted: false });
  } else {
    ownCall().then((call) => call.forget(), () => {});
  }
}

/** @param {SavedCall} details */
async function start(details) {
  let call;
  try {
    call = await ownCall();
  } catch {
    missed = true;
    fail({ code: "server-gone" });
    return;
  }
  await call.start(details);
}

/** @param {import("./own-call.js").Failure} failure */
function fail(failure) {
  show("problem");
  problem.show(failure.code, failure);
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
    const address = addressOfCall({ agent: slug });
    if (address !== location.href) {
      history.pushState(null, "", address);
    }
    scrollTo(0, 0);
  }
}

/** @param {() => unknown} work done once the page is loaded and drawn */
function whenIdle(work) {
  const soon = () => ("requestIdleCallback" in globalThis ? requestIdleCallback(work, { timeout: IDLE_MS }) : setTimeout(work, IDLE_MS));
  if (document.readyState === "complete") {
    soon();
  } else {
    addEventListener("load", soon, { once: true });
  }
}

document.addEventListener("keydown", pressOnce, true);
readyForm.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
consent.addEventListener("close", answered);
readyForm.addEventListener("change", (/** @type {any} */ { target }) => {
  if (target.name !== "agent") {
    return;
  }
  rememberAgent(agent().slug);
  showRecogniser();
});
microphone.addEventListener("change", () => rememberMicrophone(microphone.value));
navigator.mediaDevices?.addEventListener?.("devicechange", showMicrophones);
keepSettings((name) => loading?.then((call) => call.settingChanged(name), () => {}));
// the call page was shown with pushState: going back needs the other page from the server
addEventListener("popstate", () => location.reload());
addEventListener("pageshow", (event) => event.persisted && location.reload());

showLocalTimes();
showMicrophones();
const address = new URL(location.href);
restoreAgent(readyForm, address.searchParams.get("agent") ?? "");
showRecogniser();
void import("./elsewhere.js");
const saved = savedCall();
const nobody = byId("start-call").disabled;
if (saved) {
  start(saved);
} else if (address.searchParams.has("ask") && !nobody) {
  address.searchParams.delete("ask");
  history.replaceState(null, "", address);
  ask();
} else if (missingForCalls()) {
  fail({ code: missingForCalls() });
} else if (!nobody) {
  whenIdle(ownCall);
}
