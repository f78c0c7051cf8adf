"""How soon the page of a call of two hours opens in Chromium: `python -m bench.opening`.

A call of 1,800 lines with 16,000 words is kept by a whole product, and its page is opened six times
by a browser that keeps nothing; the first time, in which the server loads what it needs, does not
count. A page is open when its scripts have run and the frame after that is drawn. Prints a line of
the table in docs/performance.md: medians.
"""

import json
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from tests.fixtures.chromium import chromium
from tests.fixtures.server import Product

TIMES = 5

WATCH = """
addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => setTimeout(() => {
  const [entry] = performance.getEntriesByType("navigation");
  window.opened = {
    answered: entry.responseStart - entry.requestStart,
    received: entry.responseEnd - entry.requestStart,
    read: entry.domInteractive,
    scripts: entry.domContentLoadedEventEnd,
    open: performance.now(),
    kib: entry.decodedBodySize / 1024,
    elements: document.getElementsByTagName("*").length,
  };
})));
"""
"""What notes the times in the page, in ms since the navigation began."""

Opened = dict[str, float]


def main() -> None:
    """Measures this tree, and prints it as a row."""
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        product.prepare()
        told = product.manage("shell", "-v", "0", "-c", "from bench.long_call import fill; fill()")
        with product.running("web"), chromium() as browser:
            rows = _measured(browser, product.url, json.loads(told[told.index("{") :]))
    found = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    print(" | ".join(f"{name} {value:.0f}" for name, value in found.items()))


def _measured(browser: Browser, url: str, told: dict[str, str]) -> list[Opened]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": told["cookie"], "value": told["session"], "url": url}])
    context.add_init_script(WATCH)
    rows = [_opened(context, f"{url}/calls/{told['call']}/") for _ in range(TIMES + 1)]
    context.close()
    return rows[1:]


def _opened(context: BrowserContext, address: str) -> Opened:
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => window.opened")
    found: Opened = page.evaluate("window.opened")
    page.close()
    return found


if __name__ == "__main__":
    main()
