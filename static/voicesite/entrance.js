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
    /** @type {Promise<RTCIceServer[]> | null} */
    this._iceServers = null;
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

  /**
   * Asks for STUN and TURN servers, once. A ticket must be asked with before its call begins: while that is being set up the
   * server does not know whose call it is, and refuses.
   * @returns {Promise<RTCIceServer[]>} none if the server does not say in time
   */
  iceServers() {
    this._iceServers ??= this._fetchIceServers();
    return this._iceServers;
  }

  /** Whether it is a ticket that lets in. */
  get byTicket() {
    return this._prefix !== "";
  }

  /** @returns {Promise<RTCIceServer[]>} */
  async _fetchIceServers() {
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
    if (!answer) {
      throw await this._whyUnanswered();
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      throw new VoiceError({ code: answer.status === 401 ? "signed-out" : "ticket", message: told.message });
    }
    return told.ticket;
  }

  /**
   * A browser does not say whether a server was away or did not allow the page's origin; a request that reads nothing tells.
   * @returns {Promise<VoiceError>}
   */
  async _whyUnanswered() {
    const probe = { mode: /** @type {const} */ ("no-cors"), signal: AbortSignal.timeout(ICE_MS) };
    const isThere = await fetch(`${this._base}/healthz`, probe).then(() => true, () => false);
    const origin = globalThis.location?.origin;
    const message = `The server takes no tokens from ${origin}: its operator lists the origin in VOICE_CORS_ORIGINS, or your backend makes tickets.`;
    return new VoiceError(isThere ? { code: "not-allowed", message } : { code: "server-gone" });
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
