// @ts-check
/** Offers the tags that there are already where tags are typed; of a list with commas, the last one. */

const LISTED = "/api/v1/tags";

/** @type {Promise<string[]> | undefined} */
let asked;

/** @returns {Promise<string[]>} the tags of the calls that the user sees; asked for until there is an answer */
function known() {
  asked ??= fetch(LISTED)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))))
    .then((tags) => tags.map((/** @type {{name: string}} */ tag) => tag.name))
    .catch(() => {
      asked = undefined;
      return [];
    });
  return asked;
}

/**
 * Fills the field's `<datalist>`; each option holds what is typed before the last comma, too.
 * @param {HTMLInputElement} field
 */
async function offer(field) {
  const before = field.value.slice(0, field.value.lastIndexOf(",") + 1);
  const options = (await known()).map((name) => new Option("", before ? `${before} ${name}` : name));
  field.list?.replaceChildren(...options);
}

for (const field of document.querySelectorAll("input[data-tags]")) {
  const work = () => offer(/** @type {HTMLInputElement} */ (field));
  field.addEventListener("focus", work);
  field.addEventListener("input", work);
  if (field === document.activeElement) {
    work(); // it was reached before this module was there
  }
}
