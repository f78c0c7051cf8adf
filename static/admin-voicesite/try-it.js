// @ts-check
/** The admin's "Try it": play a sentence in the agent's voice or in every voice, and show an answer. */

import { inserted, gettext } from "../js/i18n.js";

const panel = document.getElementById("try-it");

/**
 * @param {string} name
 * @returns {any}
 */
function part(name) {
  return document.getElementById(`try-${name}`);
}

/**
 * @typedef {{synthesiser: string, voice: string, label: string, language: string, problem: string}} Choice
 */

/**
 * @param {string} address
 * @param {Record<string, string>} body
 */
async function ask(address, body) {
  const token = /** @type {HTMLInputElement} */ (document.querySelector("[name=csrfmiddlewaretoken]")).value;
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  if (answer.ok) {
    return answer;
  }
  const problem = await answer.json().catch(() => ({ message: inserted(gettext("The server answered {status}."), { status: answer.status }) }));
  throw new Error(problem.message);
}

/**
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
function onPress(button, work) {
  button.addEventListener("click", async () => {
    part("problem").hidden = true;
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      part("problem").textContent = /** @type {Error} */ (error).message;
      part("problem").hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}

/**
 * @param {HTMLAudioElement} audio
 * @param {Record<string, string>} voice
 * @returns {Promise<number>} ms until the server had the first audio
 */
async function play(audio, voice) {
  const answer = await ask(String(panel?.dataset.say), { text: part("sentence").value, ...voice });
  URL.revokeObjectURL(audio.src);
  audio.src = URL.createObjectURL(await answer.blob());
  audio.hidden = false;
  for (const other of document.querySelectorAll("#try-it audio")) {
    /** @type {HTMLAudioElement} */ (other).pause(); // only one voice plays at a time
  }
  void audio.play();
  return Number(/dur=([\d.]+)/.exec(answer.headers.get("Server-Timing") ?? "")?.[1]);
}

/**
 * @param {Choice} choice
 * @returns {Node[]} the content of the row's last cell
 */
function player(choice) {
  if (choice.problem) {
    return [document.createTextNode(choice.problem)];
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = gettext("Play");
  button.setAttribute("aria-label", inserted(gettext("Play: {voice}"), { voice: choice.label }));
  const audio = document.createElement("audio");
  audio.controls = true;
  audio.hidden = true;
  const delayNote = document.createElement("span");
  const { synthesiser, voice } = choice;
  onPress(button, async () => {
    const first = await play(audio, { synthesiser, voice });
    delayNote.textContent = ` ${inserted(gettext("first sound after {count} ms"), { count: Math.round(first) })}`;
  });
  return [button, delayNote, audio];
}

/** @param {Choice} choice */
function row(choice) {
  const element = document.createElement("tr");
  const name = choice.voice ? `${choice.label} (${choice.voice})` : choice.label || "—";
  for (const content of [[name], [choice.synthesiser], player(choice)]) {
    element.insertCell().append(...content);
  }
  return element;
}

if (panel) {
  onPress(part("say"), async () => {
    await play(part("audio"), {});
  });
  onPress(part("compare"), async () => {
    part("compared").textContent = gettext("Starting the speech engines …");
    try {
      const answer = await ask(String(panel.dataset.voices), {});
      const voices = /** @type {Choice[]} */ ((await answer.json()).voices);
      part("voices").tBodies[0].replaceChildren(...voices.map(row));
      part("voices").hidden = voices.length === 0;
      part("compared").textContent = voices.length ? "" : gettext("No installed voice speaks the agent's language.");
    } catch (error) {
      part("compared").textContent = "";
      throw error;
    }
  });
}

if (panel?.dataset.answer) {
  onPress(part("answer"), async () => {
    const answer = await ask(String(panel.dataset.answer), { text: part("turn").value });
    const { answer: said, missing = [] } = await answer.json();
    const left = missing.length
      ? `\n\n${inserted(gettext("Empty here, as no call gives a value: {names}."), { names: missing.map((/** @type {string} */ name) => `{{${name}}}`).join(", ") })}`
      : "";
    part("answered").textContent = (said || gettext("(The agent says nothing.)")) + left;
  });
}
