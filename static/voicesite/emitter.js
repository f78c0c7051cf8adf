// @ts-check
/** An `EventTarget` whose subclasses emit events with a detail. No DOM. */

export class Emitter extends EventTarget {
  /**
   * Dispatches a `CustomEvent`.
   * @param {string} name
   * @param {any} [detail]
   */
  _emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
