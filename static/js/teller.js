// @ts-check

/** What tells others of events. */
export class Teller extends EventTarget {
  /**
   * @param {string} name
   * @param {any} [detail]
   */
  _tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
