// @ts-check
/** What "Connection details" shows: figures over time, answers, candidates, SDP; and a report to copy. Loaded when opened. */

import { answerBars } from "./answer-stages.js";
import { candidatesOf } from "./candidates.js";
import { CHARTS, pathOf, scaleOf, told, valuesOf } from "./connection-figures.js";
import { reportOf } from "./connection-report.js";
import { make } from "./dom.js";
import { gettext, inserted } from "./i18n.js";

/** @typedef {import("./answer-stages.js").Answer} Answer */
/** @typedef {import("./call-record.js").CallRecord} CallRecord */
/** @typedef {import("./candidates.js").Candidate} Candidate */
/** @typedef {import("./candidates.js").Candidates} Candidates */

const STRINGS = {
  copy: gettext("Copy report"),
  copied: gettext("Copied."),
  notCopied: gettext("The browser did not copy it. Select the text below, and copy it."),
  reportNote: gettext("No addresses, keys or tickets are in it, and nothing that was said."),
  report: gettext("Report"),
  figures: gettext("Figures of the last five minutes"),
  noFigures: gettext("None yet: they come every two seconds once the call is connected."),
  answers: gettext("Answers, from the end of your words to the first sound"),
  noAnswers: gettext("None yet."),
  answer: (/** @type {number} */ turn) => inserted(gettext("Turn {turn}"), { turn }),
  typed: gettext("Typed"),
  noSound: gettext("No sound"),
  stages: { endpoint: gettext("End of turn"), final: gettext("Final words"), token: gettext("First token"), audio: gettext("First sound") },
  candidates: gettext("Candidates"),
  noCandidates: gettext("None: the sound goes through the web connection."),
  columns: [gettext("Side"), gettext("Kind"), gettext("Protocol"), gettext("Address"), gettext("Chosen")],
  local: gettext("This browser"),
  remote: gettext("Server"),
  chosen: gettext("Yes"),
  hidden: gettext("not told"),
  offer: gettext("Offer, from this browser"),
  answerSdp: gettext("Answer, from the server"),
  noSdp: gettext("None yet."),
  kept: gettext("Offer, answer and addresses are shown to you alone."),
  relayed: gettext("{protocol} over {relayProtocol}"),
};
const SVG = "http://www.w3.org/2000/svg";

export class ConnectionDetails {
  /** @param {HTMLElement} body */
  constructor(body) {
    this._body = body;
    /** @type {CallRecord | null} */
    this._record = null;
    /** @type {Candidates | null} */
    this._candidates = null;
    this._update = () => this._show();
    this._parts = {
      said: make("p", "details-said"),
      report: /** @type {HTMLTextAreaElement} */ (make("textarea", "details-report")),
      charts: make("div", "details-charts"),
      answers: make("div"),
      candidates: make("div"),
      rows: make("tbody"),
      offer: pre("sdp-offer"),
      answer: pre("sdp-answer"),
    };
    this._build();
  }

  /** @param {CallRecord} record of which to show what is new, until `close()` */
  open(record) {
    this.close();
    this._record = record;
    record.addEventListener("changed", this._update);
    this._show();
  }

  close() {
    this._record?.removeEventListener("changed", this._update);
    this._record = null;
    this._parts.report.hidden = true;
    this._parts.said.textContent = "";
  }

  _build() {
    const { said, report, charts, answers, candidates, offer, answer } = this._parts;
    const copy = /** @type {HTMLButtonElement} */ (make("button", "button button-small", STRINGS.copy));
    copy.type = "button";
    copy.id = "copy-report";
    copy.addEventListener("click", () => this._copy());
    said.setAttribute("role", "status");
    report.setAttribute("aria-label", STRINGS.report);
    report.id = "report-text";
    report.lang = "en"; // whoever looks for the fault may speak another language
    report.dir = "ltr";
    report.readOnly = report.hidden = true;
    report.rows = 12;
    const head = make("div", "details-head");
    head.append(copy, make("p", "", STRINGS.reportNote), said);
    const sdp = make("div", "details-sdp");
    sdp.append(part("offer-title", STRINGS.offer, offer), part("answer-title", STRINGS.answerSdp, answer));
    offer.setAttribute("aria-labelledby", "offer-title");
    answer.setAttribute("aria-labelledby", "answer-title");
    candidates.append(make("p", "", STRINGS.noCandidates), table(this._parts.rows));
    this._body.replaceChildren(
      head,
      report,
      part("figures-title", STRINGS.figures, charts),
      part("answers-title", STRINGS.answers, answers),
      part("candidates-title", STRINGS.candidates, candidates),
      sdp,
      make("p", "", STRINGS.kept),
    );
  }

  async _show() {
    const record = this._record;
    if (!record) {
      return;
    }
    const { charts, answers, offer, answer } = this._parts;
    write(offer, record.offer || STRINGS.noSdp);
    write(answer, record.answer || STRINGS.noSdp);
    charts.replaceChildren(...figures(record));
    answers.replaceChildren(waterfall(answerBars(record.answers)));
    const stats = await record.stats()?.catch(() => null);
    if (record === this._record) {
      this._showCandidates(stats ? candidatesOf(stats.values()) : null);
    }
  }

  /** @param {Candidates | null} candidates null where there is no WebRTC */
  _showCandidates(candidates) {
    const [none, box] = /** @type {HTMLElement[]} */ ([...this._parts.candidates.children]);
    none.hidden = candidates !== null;
    box.hidden = candidates === null;
    // what somebody has selected, or has the focus, stays while nothing changes
    if (candidates && JSON.stringify(candidates) !== JSON.stringify(this._candidates)) {
      this._parts.rows.replaceChildren(...rows(candidates));
    }
    this._candidates = candidates;
  }

  async _copy() {
    const record = this._record;
    if (!record) {
      return;
    }
    const { said, report } = this._parts;
    report.value = reportOf(record, { candidates: this._candidates, userAgent: navigator.userAgent, when: new Date() });
    report.hidden = false;
    try {
      await navigator.clipboard.writeText(report.value);
      said.textContent = STRINGS.copied;
    } catch {
      said.textContent = STRINGS.notCopied;
      report.focus();
      report.select();
    }
  }
}

/** @param {CallRecord} record */
function figures({ samples }) {
  const shown = CHARTS.flatMap((chart) => {
    const values = valuesOf(samples, chart);
    return values.some((one) => told(one, chart.unit)) ? [chartOf(chart, values)] : [];
  });
  return shown.length ? shown : [make("p", "", STRINGS.noFigures)];
}

/**
 * @param {import("./connection-figures.js").Chart} chart
 * @param {(number | null)[][]} values
 */
function chartOf({ title, unit, least, series }, values) {
  const figure = make("figure", "details-chart");
  const caption = make("figcaption", "", title);
  const scale = scaleOf(values, least);
  const picture = svg("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" });
  values.forEach((one, at) => {
    const words = told(one, unit);
    if (words) {
      const { label } = series[at];
      picture.append(svg("path", { d: pathOf(one, scale), class: `details-series-${at}` }));
      caption.append(make("span", `details-key-${at}`, label ? `${label}: ${words}` : words));
    }
  });
  figure.append(caption, picture);
  return figure;
}

/** @param {Answer[]} answers */
function waterfall(answers) {
  if (!answers.length) {
    return make("p", "", STRINGS.noAnswers);
  }
  const list = make("ol", "falls");
  list.id = "live-falls";
  list.append(...[...answers].reverse().map(fall)); // the newest first
  return list;
}

/** @param {Answer} answer */
function fall({ turn, typed, totalMs, bars }) {
  const row = make("li", "fall");
  row.dataset.turn = String(turn);
  const head = make("p", "fall-head");
  const name = make("span", "", STRINGS.answer(turn));
  if (typed) {
    name.append(" ", make("span", "badge", STRINGS.typed));
  }
  head.append(name, make("strong", "", totalMs === null ? STRINGS.noSound : `${totalMs} ms`));
  const picture = svg("svg", { class: "fall-bars", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" });
  const stages = make("p", "fall-stages");
  for (const { stage, lengthMs, x, width } of bars) {
    picture.append(svg("rect", { class: `fall-${stage}`, x: x.toFixed(2), width: width.toFixed(2), height: "6" }));
    stages.append(make("span", "", `${STRINGS.stages[stage]} ${lengthMs} ms`));
  }
  row.append(head, picture, stages);
  return row;
}

/** @param {HTMLElement} body of the table */
function table(body) {
  const box = make("div", "details-scroll");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-labelledby", "candidates-title");
  const made = make("table");
  made.id = "candidates";
  const head = make("tr");
  for (const title of STRINGS.columns) {
    const cell = make("th", "", title);
    cell.setAttribute("scope", "col");
    head.append(cell);
  }
  const top = make("thead");
  top.append(head);
  made.append(top, body);
  box.append(made);
  return box;
}

/** @param {Candidates} candidates */
function rows({ local, remote, chosen }) {
  return [
    ...local.map((one) => row(one, STRINGS.local, one === chosen?.[0])),
    ...remote.map((one) => row(one, STRINGS.remote, one === chosen?.[1])),
  ];
}

/**
 * @param {Candidate} candidate
 * @param {string} side
 * @param {boolean} chosen
 */
function row({ type, protocol, relayProtocol, address }, side, chosen) {
  const way = relayProtocol ? inserted(STRINGS.relayed, { protocol, relayProtocol }) : protocol;
  const made = make("tr", chosen ? "is-chosen" : "");
  made.append(...[side, type, way, address || STRINGS.hidden, chosen ? STRINGS.chosen : ""].map((text) => make("td", "", text)));
  return made;
}

/**
 * @param {string} id of the heading
 * @param {string} title
 * @param {HTMLElement} content
 */
function part(id, title, content) {
  const made = make("section", "details-part");
  const heading = make("h2", "", title);
  heading.id = id;
  made.append(heading, content);
  return made;
}

/** @param {string} id */
function pre(id) {
  const made = make("pre");
  made.id = id;
  made.tabIndex = 0;
  return made;
}

/**
 * Changes a text only where it differs: a selection in it stays.
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 */
function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  return element;
}
