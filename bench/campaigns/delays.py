"""From sound to screen: how long after a word's end Chromium's page shows it."""

import tempfile
from pathlib import Path
from statistics import quantiles
from typing import Any

from playwright.sync_api import Page

from bench.spoken import TALK
from bench.tables import write_table
from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import WITH_WINDOWS, chromium
from tests.fixtures.server import Product
from tests.fixtures.speech import speak

CALLS = 4
PROBE = (Path(__file__).with_name("delays.js")).read_text()


def main() -> None:
    """Speaks into the page a few times; writes the table."""
    rows = []
    every: dict[str, list[float]] = {"shown": [], "final": []}
    with tempfile.TemporaryDirectory() as folder:
        sound = speak(Path(folder), *TALK, lead_s=1.5, tail_s=2.5)
        product = Product(Path(folder) / "var")
        with product.running():
            for call in range(CALLS):
                found = _call(product, sound)
                for kind, delays in found.items():
                    every[kind] += delays
                rows.append([str(call + 1), *_times(found["shown"]), *_times(found["final"])])
    middle, late = _times(every["shown"])
    headline = (
        f"A word is on the screen {middle} ms after its end (p50; p95 {late} ms), "
        f"final {_times(every['final'])[0]} ms after it"
    )
    head = ["call", "shown p50 ms", "p95 ms", "final p50 ms", "p95 ms"]
    rows.append(["all", *_times(every["shown"]), *_times(every["final"])])
    print(write_table("delays", "From sound to screen", headline, head, rows))


def _call(product: Product, sound: Path) -> dict[str, list[float]]:
    with chromium(sound, program=WITH_WINDOWS) as browser:
        page = sign_in(browser, product)
        page.locator("#start-call").wait_for()
        page.add_init_script(PROBE)
        page.click("#start-call")
        page.click("#consent-agree")
        said = f"#transcript li[data-final=true] >> nth={len(TALK) - 1}"
        page.locator(said).wait_for(timeout=60_000)
        probed = page.evaluate("window.probe")
        segments = _segments(product, page)
    return _delays(probed, segments)


def _segments(product: Product, page: Page) -> list[dict[str, Any]]:
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/", timeout=30_000)
    call = page.url.rstrip("/").rpartition("/")[2]
    return list(product.json(f"/api/v1/calls/{call}/segments?after=0")["segments"])


def _delays(probed: dict[str, Any], segments: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Returns delays in ms: of each word's place in its line, and of its line's end as final.

    The page's clock and the call's are laid together at the first sound of each utterance.
    """
    found: dict[str, list[float]] = {"shown": [], "final": []}
    pairs = zip(segments, probed["onsets"], strict=False)
    for index, (segment, onset_ms) in enumerate(pairs):
        lines = [line for line in probed["lines"] if line["index"] == index]
        begins_ms = segment["words"][0]["start_ms"]
        ends = [onset_ms + word["end_ms"] - begins_ms for word in segment["words"]]
        for place, end_ms in enumerate(ends):
            at = next((line["at"] for line in lines if line["words"] > place), None)
            if at is not None:
                found["shown"].append(max(0.0, at - end_ms))
        final = next((line["at"] for line in lines if line["final"]), None)
        if final is not None:
            found["final"].append(final - ends[-1])
    return found


def _times(delays: list[float]) -> tuple[str, str]:
    cuts = quantiles(delays, n=100)
    return f"{cuts[49]:.0f}", f"{cuts[94]:.0f}"
