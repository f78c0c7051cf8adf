// @ts-check
/** "Connection details" below a call: what is in it is loaded when somebody opens it. */

import { make } from "./dom.js";
import { gettext } from "./i18n.js";

/** @typedef {import("./call-record.js").CallRecord} CallRecord */

const STRINGS = { loading: gettext("Loading…"), failed: gettext("The details could not be loaded. Close this and open it again.") };

export class ConnectionDrawer {
  /**
   * @param {HTMLDetailsElement} drawer
   * @param {HTMLElement} body
   */
  constructor(drawer, body) {
    this._drawer = drawer;
    this._body = body;
    /** @type {CallRecord | null} */
    this._record = null;
    /** @type {import("./connection-details.js").ConnectionDetails | null} */
    this._details = null;
    drawer.addEventListener("toggle", () => this._toggled());
  }

  /** @param {CallRecord} record of a call that begins */
  show(record) {
    this._record = record;
    this._toggled();
  }

  async _toggled() {
    this._details?.close();
    if (!this._drawer.open || !this._record) {
      return;
    }
    this._details ??= await this._load();
    if (this._drawer.open && this._record) {
      this._details?.open(this._record);
    }
  }

  async _load() {
    this._body.replaceChildren(make("p", "quiet", STRINGS.loading));
    try {
      const { ConnectionDetails } = await import("./connection-details.js");
      return new ConnectionDetails(this._body);
    } catch {
      this._body.replaceChildren(make("p", "field-error", STRINGS.failed));
      return null;
    }
  }
}
