// @ts-check
/** Gives accessible names to widgets of Django's admin that lack them. */

/** A Select2 box gets the name of its `<select>`'s label. */
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

/** A help icon's aria-label counts only with the role img. */
function nameHelp() {
  for (const help of document.querySelectorAll("span.help-tooltip[aria-label]:not([role])")) {
    help.setAttribute("role", "img");
  }
}

function nameAll() {
  nameSearchedSelects();
  nameHelp();
}

// widgets are created after the page is loaded, and for forms that are added later
new MutationObserver(nameAll).observe(document, { childList: true, subtree: true });
nameAll();
