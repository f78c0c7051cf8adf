// @ts-check
/** Names what the admin's own widgets leave without one: a screen reader would say nothing of it. */

/** The box in place of a `<select>` that is searched is called as the select's label calls it. */
function nameSearchedSelects() {
  for (const box of document.querySelectorAll("select + .select2-container:has([aria-labelledby])")) {
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
  for (const help of document.querySelectorAll("span.help-tooltip[aria-label]:not([role])")) {
    help.setAttribute("role", "img");
  }
}

function nameAll() {
  nameSearchedSelects();
  nameHelp();
}

// the widgets are made once the page has come, or a form within it is added
new MutationObserver(nameAll).observe(document, { childList: true, subtree: true });
nameAll();
