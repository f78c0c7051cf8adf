// @ts-check
/** Scrolls to a line of a long transcript. */

const SETTLED_MS = 2000;

/** The line that is being shown. */
let showing = new AbortController();

/**
 * Scrolls a line into view and keeps it there while the layout settles: lines above get their height
 * late (content-visibility), and the browser scrolls to the URL's target by itself.
 * @param {Element} line
 */
export function showLine(line) {
  showing.abort();
  showing = new AbortController();
  const { signal } = showing;
  const show = () => {
    if (!signal.aborted) {
      line.scrollIntoView({ block: "center" });
    }
  };
  const watch = new ResizeObserver(show);
  watch.observe(line.parentElement ?? line);
  signal.addEventListener("abort", () => watch.disconnect());
  addEventListener("load", () => setTimeout(show), { once: true, signal });
  const letGo = () => showing.signal === signal && showing.abort();
  setTimeout(letGo, SETTLED_MS);
  for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(name, letGo, { once: true, passive: true, signal });
  }
  show();
}
