// @ts-check
/** Fixes accessibility of Swagger UI: its headings skip a level, and its header is no landmark. */

function order() {
  document.querySelector(".information-container:not([role])")?.setAttribute("role", "banner");
  for (const heading of document.querySelectorAll(".swagger-ui :is(h3.opblock-tag, section.models h4):not([aria-level])")) {
    heading.setAttribute("aria-level", "2");
  }
}

new MutationObserver(order).observe(document, { childList: true, subtree: true });
order();
