// @ts-check
/** Shows a problem of `problems.js`: what went wrong and what to do. */

import { byId, make } from "./dom.js";
import { problemOf } from "./problems.js";
import { gettext } from "./i18n.js";

export class ProblemPanel {
  /**
   * @param {{login: string, callPage: string, detailPage: string}} config
   * @param {() => void} retry
   */
  constructor(config, retry) {
    this._config = config;
    byId("problem-retry").addEventListener("click", retry);
  }

  /**
   * @param {string} code
   * @param {{callId?: string, message?: string, retryAfterS?: number}} [more]
   */
  show(code, more = {}) {
    const problem = problemOf(code, more);
    byId("problem").dataset.code = code;
    byId("problem-title").textContent = problem.title;
    byId("problem-text").textContent = problem.text;
    const steps = byId("problem-steps");
    steps.replaceChildren(...(problem.steps ?? []).map((step) => make("li", "", step)));
    steps.hidden = !problem.steps;
    const retry = byId("problem-retry");
    retry.hidden = !problem.retry;
    retry.textContent = problem.retry ?? "";
    this._link(problem.link, more.callId);
    byId("problem").focus();
  }

  /**
   * @param {"login" | "call" | undefined} kind
   * @param {string} [callId]
   */
  _link(kind, callId) {
    const link = byId("problem-link");
    link.hidden = !kind || (kind === "call" && !callId);
    if (kind === "login") {
      link.textContent = gettext("Sign in");
      link.href = `${this._config.login}?next=${encodeURIComponent(location.pathname + location.search)}`;
    } else if (callId) {
      link.textContent = gettext("See the call");
      link.href = this._config.detailPage.replace("CALL_ID", callId);
    }
  }
}
