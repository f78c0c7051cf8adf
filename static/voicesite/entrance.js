// @ts-check
/** How a client comes in: by the page's own session, by a ticket, or by a token that makes a ticket. No DOM. */

import { VoiceError } from "./voice-error.js";

/** How long the server may take to answer a request. */
const ANSWER_MS = 10_000;
/** ICE servers are a help, not a need: a call does not wait longer for them. */
const ICE_MS = 2_000;

/**
 * @typedef {object} EntranceOptions
 * @property {string} serverUrl such as https://voice.example.com
 * @property {string | (() => string | Promise<string>)} [ticket] a ticket or its path, or what fetches one
 * @property {string | (() => string | Promise<string>)} [token] an API token, for pages that may know one
 * @property {object} [wish] the body of the request for a ticket: agentId, variables, metadata
 */

export class Entrance {
  /** @param {EntranceOptions} options */
  constructor({ serverUrl, ticket, token, wish = {} }) {
    if (!/^https?:\/\/[^/]/.test(serverUrl)) {
      throw new VoiceError({ code: "not-found", message: "serverUrl is no address of a server: it begins with https:// or http://." });
    }
    this._base = serverUrl.replace(/\/+$/, "");
    this._ticket = ticket;
    this._token = token;
    this._wish = wish;
    /** What comes before each path: empty, or `/t/<ticket>`. */
    this._prefix = "";
  }

  /** Fetches what is needed to come in; raises VoiceError. A ticket counts for one call, within a minute. */
  async open() {
    if (this._ticket) {
      this._prefix = prefixOf(await given(this._ticket));
    } else if (this._token) {
      this._prefix = prefixOf(await this._makeTicket(await given(this._token)));
    }
  }

  /** @param {string} resumeToken lets this client back in to its call, as its ticket is used up */
  comeBackWith(resumeToken) {
    if (resumeToken) {
      this._prefix = prefixOf(resumeToken);
    }
  }

  /**
   * @param {string} path
   * @returns {WebSocket}
   */
  socket(path) {
    return new WebSocket(`${this._base.replace(/^http/, "ws")}${this._prefix}${path}`);
  }

  /** @returns {Promise<RTCIceServer[]>} none if the server does not say in time */
  async iceServers() {
    const path = this._prefix ? `${this._prefix}/api/ice-servers` : "/api/v1/ice-servers";
    try {
      const answer = await fetch(this._base + path, { signal: AbortSignal.timeout(ICE_MS) });
      return answer.ok ? (await answer.json()).iceServers : [];
    } catch {
      return [];
    }
  }

  /**
   * @param {string} token
   * @returns {Promise<string>}
   */
  async _makeTicket(token) {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ ...this._wish, origin: globalThis.location?.origin });
    const request = { method: "POST", headers, body, signal: AbortSignal.timeout(ANSWER_MS) };
    const answer = await fetch(`${this._base}/api/v1/tickets`, request).catch(() => null);
    const told = await answer?.json().catch(() => ({}));
    if (!answer?.ok) {
      const code = answer?.status === 401 ? "signed-out" : "ticket";
      throw new VoiceError({ code, message: told?.message });
    }
    return told.ticket;
  }
}

/**
 * @param {unknown} ticket with or without /t/ before it
 * @returns {string}
 */
function prefixOf(ticket) {
  const bare = String(ticket ?? "").replace(/^\/?(t\/)?/, "").replace(/\/+$/, "");
  if (!/^[^/?#\s]+$/.test(bare)) {
    throw new VoiceError({ code: "ticket", message: "That is no ticket: give what POST /api/v1/tickets answered as `ticket` or `path`." });
  }
  return `/t/${bare}`;
}

/**
 * @param {string | (() => string | Promise<string>)} source
 * @returns {Promise<string>}
 */
async function given(source) {
  if (typeof source === "string") {
    return source;
  }
  try {
    return await source();
  } catch (error) {
    throw new VoiceError({ code: "ticket", message: `No ticket could be had: ${/** @type {Error} */ (error)?.message ?? error}` });
  }
}
