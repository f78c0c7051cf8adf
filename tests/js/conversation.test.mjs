import assert from "node:assert/strict";
import test from "node:test";

import { FakeElement, newStorage, VirtualTime } from "./page.mjs";
import { Announcer } from "../../static/js/announcer.js";
import { chosenAgent, rememberAgent, restoreAgent } from "../../static/js/agent-choice.js";
import { AgentVoice } from "../../static/js/agent-voice.js";
import { unheardOf, writeCaption } from "../../static/js/captions.js";
import { FloorView, canInterrupt, floorWords, shownFloor } from "../../static/js/floor-view.js";
import { NotesView } from "../../static/js/notes-view.js";
import { Toast } from "../../static/js/toast.js";
import { agentTrouble } from "../../static/js/problems.js";
import { isAgentTrouble } from "../../static/voicesite/problem-codes.js";
import { Transcript } from "../../static/voicesite/transcript.js";
import { TranscriptView } from "../../static/js/transcript-view.js";
import { TextInput } from "../../static/js/text-input.js";

const FLOORS = ["listening", "user_speaking", "thinking", "agent_speaking", "paused"];

// -- which agent -----------------------------------------------------------------------

const formOf = (...slugs) => {
  const inputs = slugs.map((value, index) => ({ value, checked: index === 0, dataset: { name: value.toUpperCase(), answers: index ? "yes" : "no" } }));
  return { inputs, querySelectorAll: () => inputs, querySelector: () => inputs.find(({ checked }) => checked) ?? null };
};

const choose = (form, slug) => form.inputs.forEach((input) => { input.checked = input.value === slug; });

test("the chosen agent is told with its name and whether it talks", () => {
  const form = formOf("plain", "scribe");
  assert.deepEqual(chosenAgent(form), { slug: "plain", name: "PLAIN", answers: false });
  choose(form, "scribe");
  assert.deepEqual(chosenAgent(form), { slug: "scribe", name: "SCRIBE", answers: true });
  assert.deepEqual(chosenAgent(formOf()), { slug: "", name: "", answers: false });
});

test("the last choice is remembered, unless the address names another or it is gone", () => {
  newStorage();
  rememberAgent("scribe");
  const checked = (slugs, asked) => {
    const form = formOf(...slugs);
    restoreAgent(form, asked);
    return form.inputs.filter((input) => input.checked).map(({ value }) => value).at(-1);
  };
  assert.equal(checked(["plain", "scribe"], ""), "scribe");
  assert.equal(checked(["plain", "scribe"], "plain"), "plain");
  assert.equal(checked(["plain", "other"], ""), "plain");
});

test("a browser without storage still chooses", () => {
  const refuse = () => { throw new Error("denied"); };
  Object.defineProperty(globalThis, "localStorage", { value: { getItem: refuse, setItem: refuse }, configurable: true, writable: true });
  rememberAgent("scribe");
  restoreAgent(formOf("plain"), "");
});

// -- the floor -------------------------------------------------------------------------

const newFloor = (goesOut = true) => {
  const parts = Object.fromEntries(["box", "words", "interrupt", "pause", "pauseLabel"].map((name) => [name, new FakeElement()]));
  const sent = [];
  const line = {
    interrupt: () => sent.push("interrupt") > 0 && goesOut,
    pause: (paused) => sent.push(paused) > 0 && goesOut,
  };
  const view = new FloorView(parts, line);
  view.begin("Ada");
  return { view, parts, sent };
};

test("each floor has its words, an unknown one none", () => {
  assert.deepEqual(FLOORS.map((floor) => floorWords(floor, "Ada")), ["Listening", "You are speaking", "Thinking…", "Ada is speaking", "Paused"]);
  assert.equal(floorWords("dancing", "Ada"), "");
});

test("only an answer can be interrupted", () => {
  assert.deepEqual(FLOORS.map(canInterrupt), [false, false, true, true, true]);
  const { view, parts, sent } = newFloor();
  assert.equal(parts.interrupt.disabled, true);
  view.interrupt();
  view.show("agent_speaking");
  assert.equal(parts.interrupt.disabled, false);
  assert.equal(parts.box.dataset.floor, "agent_speaking");
  parts.interrupt.click();
  view.show("user_speaking");
  parts.interrupt.click();
  assert.deepEqual(sent, ["interrupt"]);
});

test("pausing turns into resuming, whoever speaks meanwhile", () => {
  const { view, parts, sent } = newFloor();
  view.show("listening");
  parts.pause.click();
  assert.deepEqual([parts.pauseLabel.textContent, parts.words.textContent], ["Resume agent", "Paused"]);
  view.show("user_speaking");
  assert.deepEqual([parts.pauseLabel.textContent, parts.words.textContent], ["Resume agent", "You are speaking"]);
  view.show("listening");
  parts.pause.click();
  assert.deepEqual([parts.pauseLabel.textContent, parts.words.textContent], ["Pause agent", "Listening"]);
  assert.deepEqual(sent, [true, false]);
});

test("an answer that only waits whether it is interrupted was not paused by the caller", () => {
  assert.deepEqual(FLOORS.map((floor) => shownFloor(floor, false)).at(-1), "user_speaking");
  const { view, parts } = newFloor();
  view.show("paused");
  assert.deepEqual([parts.pauseLabel.textContent, parts.interrupt.disabled], ["Pause agent", false]);
});

test("a pause that did not go out is not shown", () => {
  const { parts } = newFloor(false);
  parts.pause.click();
  assert.equal(parts.pauseLabel.textContent, "Pause agent");
});

// -- captions --------------------------------------------------------------------------

test("what was not heard is what comes after the words heard", () => {
  assert.equal(unheardOf("Well, it", "Well, it  may rain."), "may rain.");
  assert.equal(unheardOf("", "All of it."), "All of it.");
  assert.equal(unheardOf("All of it.", "All of it."), "");
  assert.equal(unheardOf("山上有", "山上有一座庙。"), "一座庙。");
  assert.equal(unheardOf("a b", "a b."), "");
});

test("an interrupted sentence is told in two parts", () => {
  const line = new FakeElement();
  writeCaption(line, { text: "Well, it", fullText: "Well, it may rain." });
  assert.equal(line.textContent, "Well, it Not heard: may rain. Interrupted");
  assert.equal(line.children[0].name, "s");
  writeCaption(line, { text: "It may rain." });
  assert.equal(line.textContent, "It may rain.");
  writeCaption(line, { text: "", fullText: "Never." });
  assert.equal(line.textContent, "Not heard: Never. Interrupted");
});

const newView = () => {
  const parts = Object.fromEntries(["list", "scroll", "empty", "latest", "announcer"].map((name) => [name, new FakeElement()]));
  const time = new VirtualTime();
  const view = new TranscriptView({ ...parts, announcer: new Announcer(parts.announcer, time) });
  view.clear({ user: "You", agent: "Ada" });
  const transcript = new Transcript();
  const take = (role, seq, text, more = {}) => view.show(transcript.apply({ role, seq, text, final: true, startMs: seq * 1000, ...more }));
  const rows = () => parts.list.children.map((row) => [row.children[0].children[0].textContent, row.children[1].textContent]);
  /** What screen readers are told of it, however long that takes. */
  const told = () => {
    time.pass(60_000);
    return parts.announcer.children.map(({ textContent }) => textContent);
  };
  return { parts, take, rows, told };
};

test("both sides' words are a conversation, each under its name", () => {
  const { take, rows, told } = newView();
  take("agent", 1, "Good", { final: false });
  take("agent", 1, "Good morning.");
  take("user", 2, "hello", { final: false });
  take("user", 2, "Hello.");
  assert.deepEqual(rows(), [["Ada", "Good morning."], ["You", "Hello."]]);
  assert.deepEqual(told(), ["Ada: Good morning.", "Hello."]);
});

test("the newest words stay in sight until somebody scrolls back", () => {
  const { parts, take } = newView();
  const { scroll, latest } = parts;
  let top = 0; // as far as a browser lets it be scrolled
  Object.defineProperty(scroll, "scrollTop", { get: () => top, set: (to) => (top = Math.min(to, scroll.scrollHeight - scroll.clientHeight)) });
  Object.assign(scroll, { clientHeight: 100, scrollHeight: 400 });
  take("user", 1, "One.");
  assert.equal(scroll.scrollTop, 300);
  scroll.clientHeight = 10; // the agent's notes come up
  scroll.dispatchEvent(new Event("scroll"));
  take("user", 2, "Two.");
  assert.deepEqual([scroll.scrollTop, latest.hidden], [390, true]);
  scroll.scrollTop = 200;
  scroll.dispatchEvent(new Event("scroll"));
  take("user", 3, "Three.");
  assert.deepEqual([scroll.scrollTop, latest.hidden], [200, false]);
});

test("two who speak at once keep a line each, though promised one place", () => {
  const { take, rows } = newView();
  take("user", 1, "wait", { final: false });
  take("agent", 1, "I was", { final: false });
  take("agent", 1, "I was saying.");
  take("user", 1, "wait a", { final: false });
  assert.deepEqual(rows().map(([, text]) => text).sort(), ["I was saying.", "wait a"]);
  take("user", 2, "Wait a moment.");
  assert.deepEqual(rows(), [["Ada", "I was saying."], ["You", "Wait a moment."]]);
});

test("an interruption is shown as it was, live and when fetched later", () => {
  const { take, rows, told } = newView();
  take("agent", 1, "Well,", { interrupted: true, fullText: "Well, no." });
  take("agent", 2, "", { interrupted: true, fullText: "And so on." });
  assert.deepEqual(rows().map(([, text]) => text), ["Well, Not heard: no. Interrupted", "Not heard: And so on. Interrupted"]);
  assert.deepEqual(told(), ["Ada: Well,"]);
  const [{ entry }] = new Transcript().catchUp([
    { seq: 1, role: "agent", text: "Well, no.", heard_text: "Well,", shown_text: "Well,", start_ms: 0 },
  ]);
  assert.deepEqual([entry.text, entry.fullText], ["Well,", "Well, no."]);
});

// -- notes -----------------------------------------------------------------------------

test("notes come, change and go", () => {
  const [box, list] = [new FakeElement("aside"), new FakeElement("ol")];
  const view = new NotesView(box, list);
  const note = (number, kind, text) => ({ number, kind, text, atMs: number * 1000 });
  view.show([note(2, "action", "send it"), note(1, "note", "blue")]);
  assert.deepEqual(list.children.map((row) => row.textContent), ["Note0:01blue", "To do0:02send it"]);
  assert.equal(box.hidden, false);
  view.show([note(1, "note", "green"), note(3, "other", "new")]);
  assert.deepEqual(list.children.map((row) => [row.dataset.number, row.className]), [["1", "note"], ["3", "note note-new"]]);
  view.show([]);
  assert.equal(box.hidden, true);
});

// -- typing ----------------------------------------------------------------------------

const type = (input, form, text) => {
  input.value = text;
  const event = new Event("submit", { cancelable: true });
  form.dispatchEvent(event);
  assert.equal(event.defaultPrevented, true);
};

test("what is typed goes out once, without blanks around it", () => {
  const [form, input, sent] = [new FakeElement("form"), new FakeElement("input"), []];
  new TextInput(form, input, (text) => sent.push(text) > 0, () => assert.fail("it went out"));
  type(input, form, "  hello there ");
  assert.deepEqual([sent, input.value, input.focused], [["hello there"], "", 1]);
  type(input, form, "   ");
  assert.deepEqual(sent, ["hello there"]);
});

test("what could not be sent stays in the field", () => {
  const [form, input] = [new FakeElement("form"), new FakeElement("input")];
  let told = 0;
  new TextInput(form, input, () => false, () => { told += 1; });
  type(input, form, "hello");
  assert.deepEqual([input.value, told], ["hello", 1]);
});

// -- the voice -------------------------------------------------------------------------

test("a refused voice asks for a click, and plays after it", async () => {
  const [audio, button] = [new FakeElement("audio"), new FakeElement("button")];
  button.hidden = true;
  const refusals = [Object.assign(new Error(), { name: "NotAllowedError" })];
  audio.play = async () => {
    if (refusals.length) {
      throw refusals.pop();
    }
  };
  const voice = new AgentVoice(audio, button);
  await voice.play("stream");
  assert.deepEqual([audio.srcObject, button.hidden], ["stream", false]);
  button.click();
  await new Promise(setImmediate);
  assert.equal(button.hidden, true);
  voice.stop();
  assert.equal(audio.srcObject, null);
});

test("a voice that ends while it begins asks for nothing", async () => {
  const [audio, button] = [new FakeElement("audio"), new FakeElement("button")];
  button.hidden = true;
  audio.play = async () => { throw Object.assign(new Error(), { name: "AbortError" }); };
  await new AgentVoice(audio, button).play("stream");
  assert.equal(button.hidden, true);
});

// -- trouble ---------------------------------------------------------------------------

test("trouble of the agent is told with its name, whatever it is", () => {
  for (const code of ["responder_failed", "responder_unavailable", "synthesiser_failed", "synthesiser_unavailable", "responder_odd"]) {
    assert.equal(isAgentTrouble(code), true);
    assert.match(agentTrouble(code, "Ada"), /Ada/);
  }
  assert.equal(isAgentTrouble("recogniser_failed"), false);
});

test("a passing notice goes away by itself", async () => {
  const [box, words] = [new FakeElement(), new FakeElement()];
  const notice = new Toast(box, words, 1);
  notice.say("One.");
  notice.say("Two.");
  assert.deepEqual([box.hidden, words.textContent], [false, "Two."]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([box.hidden, words.textContent], [true, ""]);
});
