// @ts-check
/** Shows the steps of a connection check, and asks what only its user knows. */

import { doing, explained, labelOf, measured, WORDS } from "./check-words.js";
import { byId } from "./dom.js";

/** @typedef {import("./check-run.js").Result} Result */
/** @typedef {"yes" | "no" | "again" | ""} Heard empty: the check was stopped */

export class StepView {
  constructor() {
    /** From how far above the noise on the tone in the microphone counts as an echo. */
    this.echoFromDb = 15;
    byId("check-copy").addEventListener("click", () => this._copy());
  }

  /** Shows a check that begins. */
  begin() {
    for (const step of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".check-step"))) {
      this._set(step, "waiting", "", "");
    }
    this.showDevice("");
    this.showLevel(0);
    this.showWords("");
    byId("check-report").hidden = true;
    byId("check-start").hidden = true;
    byId("check-cancel").hidden = false;
    byId("check-cancel").focus();
    byId("microphone").disabled = true;
  }

  /** @param {string} name of the step that begins */
  start(name) {
    const step = this._step(name);
    this._set(step, "running", doing(name), "");
    this._say(`${titleOf(step)}: ${doing(name)}`);
    byId("check-meter").hidden = name !== "microphone";
    step.scrollIntoView({ block: "nearest" });
  }

  /** @param {Result} result */
  end({ step: name, result, reason, figures }) {
    const step = this._step(name);
    this._set(step, result, explained(name, reason), measured(figures));
    byId("check-meter").hidden = true;
    this._say(`${titleOf(step)}: ${labelOf(result)}. ${explained(name, reason)}`);
  }

  /** @param {{title: string, note: string, code: string}} found */
  finish({ title, note, code }) {
    byId("check-cancel").hidden = true;
    byId("check-start").hidden = false;
    byId("check-start").textContent = WORDS.checkAgain;
    byId("microphone").disabled = false;
    byId("check-title").textContent = title;
    byId("check-note").textContent = note;
    byId("check-support").hidden = !code;
    byId("check-code").textContent = code;
    byId("check-copied").textContent = "";
    byId("check-report").hidden = false;
    this._say("");
    byId("check-report").focus();
  }

  /** @param {string} name of the microphone: it stays in this page */
  showDevice(name) {
    byId("check-device").textContent = name;
  }

  /** @param {number} level 0..1 */
  showLevel(level) {
    byId("check-meter").value = level;
  }

  /** @param {string} text what was recognised: it stays in this page */
  showWords(text) {
    byId("check-heard").textContent = text;
    byId("check-heard").hidden = !text;
  }

  /**
   * Asks whether the tone was heard.
   * @param {AbortSignal} signal
   * @returns {Promise<Heard>}
   */
  askHeard(signal) {
    const question = byId("check-question");
    question.hidden = false;
    byId("check-yes").focus();
    return new Promise((resolve) => {
      const done = new AbortController();
      const answer = (/** @type {Heard} */ heard) => {
        done.abort();
        question.hidden = true;
        if (!signal.aborted) {
          byId("check-cancel").focus();
        }
        resolve(heard);
      };
      for (const heard of /** @type {const} */ (["yes", "no", "again"])) {
        byId(`check-${heard}`).addEventListener("click", () => answer(heard), { signal: done.signal });
      }
      signal.addEventListener("abort", () => answer(""), { signal: done.signal });
    });
  }

  async _copy() {
    try {
      await navigator.clipboard.writeText(byId("check-code").textContent);
      byId("check-copied").textContent = WORDS.copied;
    } catch {
      getSelection()?.selectAllChildren(byId("check-code")); // to be copied by hand
    }
  }

  /** @param {string} name @returns {HTMLElement} */
  _step(name) {
    return byId(`check-${name}`);
  }

  /**
   * @param {HTMLElement} step
   * @param {"waiting" | "running" | import("./check-run.js").Outcome} state
   * @param {string} text
   * @param {string} figures
   */
  _set(step, state, text, figures) {
    const put = (/** @type {string} */ part, /** @type {string} */ words) => {
      /** @type {HTMLElement} */ (step.querySelector(part)).textContent = words;
    };
    step.dataset.state = state;
    step.setAttribute("aria-current", state === "running" ? "step" : "false");
    put(".check-state", labelOf(state));
    put(".check-text", text);
    put(".check-figures", figures);
  }

  /** @param {string} words for screen readers */
  _say(words) {
    byId("check-live").textContent = words;
  }
}

/** @param {HTMLElement} step */
function titleOf(step) {
  return step.querySelector(".check-title")?.textContent ?? "";
}
