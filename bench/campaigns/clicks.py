"""From the click to the call: how long until Chromium is connected, and its page says so."""

import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page

from bench.spoken import TALK
from bench.tables import write_table
from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import WITH_WINDOWS, chromium
from tests.fixtures.server import Product
from tests.fixtures.speech import speak

CALLS = 10
PROBE = """
window.clicked = {};
document.addEventListener("click", (event) => {
  if (event.target.closest("#consent-agree")) { window.clicked = { at: performance.now() }; }
}, true);
const note = (name) => {
  if (window.clicked.at && !window.clicked[name]) {
    window.clicked[name] = performance.now() - window.clicked.at;
  }
};
const Real = RTCPeerConnection;
window.RTCPeerConnection = class extends Real {
  constructor(...given) {
    super(...given);
    this.addEventListener("connectionstatechange", () => {
      if (this.connectionState === "connected") { note("connected"); }
    });
  }
  setLocalDescription(...given) { note("offered"); return super.setLocalDescription(...given); }
  setRemoteDescription(...given) { note("answered"); return super.setRemoteDescription(...given); }
};
new MutationObserver(() => {
  const stage = document.getElementById("stage");
  if (stage?.dataset.state === "active") { note("shown"); }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-state"] });
"""
STEPS = ("offered", "answered", "connected", "shown")


def main() -> None:
    """Places calls from one page, one after the other; writes docs/campaigns/clicks.md."""
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        sound = speak(Path(folder), *TALK, lead_s=0.5)
        product = Product(Path(folder) / "var")
        with product.running(), chromium(sound, program=WITH_WINDOWS) as browser:
            page = sign_in(browser, product)
            page.locator("#start-call").wait_for()
            page.add_init_script(PROBE)
            for _ in range(CALLS):
                found.append(_call(page, product))
                print(found[-1], flush=True)
    rows = [[str(n), *(f"{one[step]:.0f}" for step in STEPS)] for n, one in enumerate(found, 1)]
    middle = [f"{median(one[step] for one in found):.0f}" for step in STEPS]
    headline = f"From the click a call is connected after {middle[2]} ms (median of {CALLS})"
    head = ["call", *(f"{step} after, ms" for step in STEPS)]
    rows.append(["median", *middle])
    print(write_table("clicks", "From the click to the call", headline, head, rows))


def _call(page: Page, product: Product) -> dict[str, float]:
    page.goto(f"{product.url}/call/")
    page.click("#start-call")
    page.click("#consent-agree")
    page.locator("#stage[data-state=active]").wait_for(timeout=20_000)
    found = dict(page.evaluate("window.clicked"))
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/", timeout=30_000)
    return found
