// @ts-check
/** Offers the tags that there are already where tags are typed; of a list with commas, the last one. */

const LISTED = "/api/v1/tags";

/** From a request that failed to the next one, while the field has the focus. */
const AGAIN_MS = 2000;

/** @type {Promise<string[] | null> | undefined} */
let asked;

/** @returns {Promise<string[] | null>} the tags of the calls that the user sees; null where the server did not answer */
function known() {
  asked ??= fetch(LISTED)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`${answer.status}`))))
    .then((tags) => tags.map((/** @type {{name: string}} */ tag) => tag.name))
    .catch(() => {
      asked = undefined;
      return null;
    });
  return asked;
}

/**
 * Fills the field's `<datalist>`; each option holds what is typed before the last comma, too.
 * @param {HTMLInputElement} field
 */
async function offer(field) {
  const tags = await known();
  if (!tags) {
    setTimeout(() => field === document.activeElement && offer(field), AGAIN_MS);
    return;
  }
  const before = field.value.slice(0, field.value.lastIndexOf(",") + 1);
  const options = tags.map((name) => new Option("", before ? `${before} ${name}` : name));
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
