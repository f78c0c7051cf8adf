// @ts-check
/** Swagger UI's headings skip a level, and its head is no landmark: a screen reader lists both. */

function order() {
  document.querySelector(".information-container:not([role])")?.setAttribute("role", "banner");
  for (const heading of document.querySelectorAll(".swagger-ui :is(h3.opblock-tag, section.models h4):not([aria-level])")) {
    heading.setAttribute("aria-level", "2");
  }
}

new MutationObserver(order).observe(document, { childList: true, subtree: true });
order();
