// @ts-check
/** Typing instead of talking: Enter sends; the server's transcript shows it. */

export class TextInput {
  /**
   * @param {HTMLElement} form
   * @param {HTMLInputElement} input
   * @param {(text: string) => boolean} send returns whether it went out
   * @param {() => void} notSent called when it did not: the words stay where they are
   */
  constructor(form, input, send, notSent) {
    this._input = input;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (!text) {
        return;
      }
      if (send(text)) {
        input.value = "";
      } else {
        notSent();
      }
      input.focus();
    });
  }

  clear() {
    this._input.value = "";
  }
}
