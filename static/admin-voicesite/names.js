// @ts-check
/** Names what the admin's own widgets leave without one: a screen reader would say nothing of it. */

/** The box in place of a `<select>` that is searched is called as the select's label calls it. */
function nameSearchedSelects() {
  for (const box of document.querySelectorAll("select + .select2-container")) {
    const select = /** @type {HTMLSelectElement} */ (box.previousElementSibling);
    const label = select.labels?.[0]?.textContent?.trim().replace(/:$/, "") ?? "";
    for (const part of box.querySelectorAll("[role=combobox], [role=textbox]")) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", label);
    }
  }
}

/** A picture that explains itself when pointed at may have a name only as a picture. */
function nameHelp() {
  for (const help of document.querySelectorAll("span.help-tooltip[aria-label]")) {
    help.setAttribute("role", "img");
  }
}

// the widgets are made when the whole page has come
addEventListener("load", () => {
  nameSearchedSelects();
  nameHelp();
});
