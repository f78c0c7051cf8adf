// @ts-check
/** The field for typing instead of talking: Enter sends; the text appears in the server's transcript. */

export class TextInput {
  /**
   * @param {HTMLElement} form
   * @param {HTMLInputElement} input
   * @param {(text: string) => boolean} send returns whether it was sent
   * @param {() => void} notSent called if it was not; the text stays in the field
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
