// @ts-check
/**
 * A floating button for calls, by one script tag. docs/embedding.md.
 *
 *     <script type="module" src="https://voice.example.com/static/voicesite/embed.js"
 *             data-agent="scribe" data-ticket-url="/voice-ticket"></script>
 */

import "./element.js";
import { setLanguage, words } from "./messages.js";

const STYLE = `
:host { position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 2147483000; max-inline-size: min(22rem, calc(100vw - 2rem)); }
.panel { padding: 0.8rem; border-radius: 1rem; background: Canvas; color: CanvasText; border: 1px solid color-mix(in srgb, CanvasText 20%, Canvas); box-shadow: 0 2px 14px rgb(0 0 0 / 30%); font: 16px/1.4 system-ui, sans-serif; }
`;

/** A module has no `currentScript`: it finds its own tag by its address. */
function ownTag() {
  const tags = /** @type {NodeListOf<HTMLScriptElement>} */ (document.querySelectorAll("script[src]"));
  return [...tags].find((tag) => tag.src === import.meta.url);
}

/** @param {HTMLScriptElement} tag */
function addButton({ dataset }) {
  const host = document.createElement("div");
  host.id = "voicesite-embed";
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const panel = document.createElement("section");
  panel.className = "panel";
  panel.setAttribute("aria-label", dataset.label ?? words("label"));
  const agent = document.createElement("voice-agent");
  agent.setAttribute("server", dataset.server ?? new URL(import.meta.url).origin);
  for (const [name, value] of [["agent", dataset.agent], ["ticket-url", dataset.ticketUrl], ["language", dataset.language]]) {
    if (name && value) {
      agent.setAttribute(name, value);
    }
  }
  agent.toggleAttribute("push-to-talk", dataset.pushToTalk !== undefined);
  panel.append(agent);
  root.append(panel);
  document.body.append(host);
}

const tag = ownTag();
if (tag) {
  const { language } = tag.dataset;
  if (language) {
    setLanguage(language).then(() => addButton(tag));
  } else {
    addButton(tag);
  }
}
