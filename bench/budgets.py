"""What pages cost a slow device, in Chromium at a quarter of a core: `python -m bench.budgets`.

Measures, and prints as rows of the table in docs/performance.md:

- JavaScript of each page and of the client library, in KiB compressed with gzip;
- the first paint of each page, opened by a browser that keeps nothing (median of five);
- from the click that starts a call to the connected call, over loopback, for somebody who has
  allowed the microphone before and reads the question for READ_MS (median of five);
- from an interaction to the paint that follows it, on pages with 500 lines (the slowest of each
  kind; Event Timing, W3C).
"""

import gzip
import json
import statistics
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.fixtures.chromium import WITH_WINDOWS, chromium
from tests.fixtures.server import Product

TIMES = 5
SLOWER = 4
"""How many times slower than this core pages run; the server is not slowed."""

READ_MS = 500
"""How long the question before a call is read at least; what is got ready meanwhile counts not."""

LINES = 500
EVENT_MS = 16
"""The shortest interaction that the browser reports; it rounds them to 8 ms."""

WATCH = f"""
window.interactions = [];
new PerformanceObserver((list) => {{
  for (const one of list.getEntries()) {{
    if (one.interactionId) {{ window.interactions.push(one.duration); }}
  }}
}}).observe({{ type: "event", durationThreshold: {EVENT_MS}, buffered: true }});
"""

PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

Row = tuple[str, str, float]
"""A page, what was measured of it, and how much."""


def main() -> None:
    """Measures this tree, and prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder), {"VOICE_OFFERS_PER_USER": "0"})
        product.prepare()
        script = f"from bench.long_call import fill; fill({LINES})"
        told = product.manage("shell", "-v", "0", "-c", script)
        pages = json.loads(told[told.index("{") :])["pages"]
        with product.running("web"), chromium(program=WITH_WINDOWS) as browser:
            addresses = {"start page": "/", "list of calls": "/calls/", "account": "/account/"}
            addresses |= {page["name"]: page["path"] for page in pages}
            sessions = {page["path"]: page for page in pages}
            print("| page | what | measured |\n| --- | --- | --- |")
            for name, path in addresses.items():
                session = sessions.get(path, pages[0])
                _print(_opened(browser, product.url + path, name, session))
            _print(_connected(browser, product, pages[0]))
            _print(_interactions(browser, product.url + pages[0]["path"], pages[0]))


def _print(rows: Iterator[Row]) -> None:
    for page, what, value in rows:
        print(f"| {page} | {what} | {value:.0f} |", flush=True)


@contextmanager
def _page(browser: Browser, url: str, session: dict[str, str]) -> Iterator[Page]:
    """Yields a slow page of a new browser context that is signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": session["cookie"], "value": session["session"], "url": url}])
    context.add_init_script(WATCH)
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield page
    context.close()


def _opened(browser: Browser, url: str, name: str, session: dict[str, str]) -> Iterator[Row]:
    paints, scripts = [], set[str]()
    for _ in range(TIMES + 1):
        with _page(browser, url, session) as page:
            page.on("response", lambda got: scripts.add(got.url) if ".js" in got.url else None)
            page.goto(url)
            page.wait_for_function(PAINTED)
            paints.append(float(page.evaluate(PAINT)))
    yield name, "first paint, ms", statistics.median(paints[1:])
    own = [address for address in scripts if "jsi18n" not in address]
    yield name, "JavaScript, KiB gzip", sum(map(_gzipped, own)) / 1024


def _gzipped(url: str) -> int:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return len(gzip.compress(answer.read(), 6))


def _connected(browser: Browser, product: Product, session: dict[str, str]) -> Iterator[Row]:
    times = []
    for _ in range(TIMES + 1):
        with _page(browser, product.url, session) as page:
            page.context.grant_permissions(["microphone"])
            page.goto(product.url)
            page.click("#start-call")
            page.wait_for_timeout(READ_MS)
            page.evaluate("() => { window.clicked = 0; }")
            page.evaluate(
                """() => {
                  document.querySelector("#consent-agree").addEventListener(
                    "click", () => { window.clicked = performance.now(); }, true);
                  const stage = document.querySelector("#stage");
                  new MutationObserver(() => {
                    if (stage.dataset.state === "active" && !window.connected) {
                      window.connected = performance.now() - window.clicked;
                    }
                  }).observe(stage, { attributes: true });
                }"""
            )
            page.click("#consent-agree")
            page.wait_for_function("() => window.connected")
            times.append(float(page.evaluate("window.connected")))
            page.click("#hang-up")
            page.wait_for_url("**/calls/*/")
    yield "call", "click to connected, ms", statistics.median(times[1:])


def _interactions(browser: Browser, url: str, session: dict[str, str]) -> Iterator[Row]:
    kinds: dict[str, Callable[[Page], None]] = {
        "a word is clicked": lambda page: page.locator("#transcript [data-start]").nth(5).click(),
        "a key leads to the next unsure line": lambda page: page.keyboard.press("F8"),
        "a letter in the search of the page": lambda page: page.locator(
            "#find-text, [type=search]"
        ).first.press_sequentially("word3"),
    }
    for name, act in kinds.items():
        with _page(browser, url, session) as page:
            page.goto(url)
            expect(page.locator("#transcript")).to_be_visible()
            act(page)
            page.evaluate(TWO_FRAMES)
            page.wait_for_timeout(500)
            yield (
                f"call of {LINES} lines",
                name + ", ms",
                max(page.evaluate("interactions"), default=0),
            )


if __name__ == "__main__":
    main()
