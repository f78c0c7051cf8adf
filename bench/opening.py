"""How soon a call of two hours opens in Chromium, on both sites: `python -m bench.opening`.

A call of 1,800 lines with 16,000 words is kept by a whole product. Its own page and the admin's are
opened six times each by a browser that keeps nothing; the first time, in which the server loads
what it needs, does not count. A page is open when its scripts have run and the frame after that is
drawn. Prints what the table in docs/performance.md has: medians.
"""

import json
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from tests.fixtures.chromium import WITH_WINDOWS, chromium
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
    """Measures this tree, and prints a row for each page."""
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        product.prepare()
        told = product.manage("shell", "-v", "0", "-c", "from bench.long_call import fill; fill()")
        with product.running("web"), chromium(program=WITH_WINDOWS) as browser:
            for page in json.loads(told[told.index("{") :])["pages"]:
                rows = _measured(browser, product.url, page)
                found = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
                shown = " | ".join(f"{name} {value:.0f}" for name, value in found.items())
                print(f"{page['name']}: {shown}")


def _measured(browser: Browser, url: str, page: dict[str, str]) -> list[Opened]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": page["cookie"], "value": page["session"], "url": url}])
    context.add_init_script(WATCH)
    rows = [_opened(context, url + page["path"]) for _ in range(TIMES + 1)]
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
