"""Calls through a real coturn: both sides relayed, over UDP and TCP, and what goes wrong."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import chromium
from tests.fixtures.coturn import SECRET, coturn
from tests.fixtures.server import UNHEARD, Product, wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed"),
]

RELAY_ONLY = """
const Real = RTCPeerConnection;
window.pairs = [];
window.RTCPeerConnection = class extends Real {
  constructor(given) {
    super({ ...given, iceTransportPolicy: "relay" });
    this.addEventListener("connectionstatechange", async () => {
      for (const stat of (await this.getStats()).values()) {
        if (stat.type === "local-candidate" && stat.candidateType === "relay") {
          window.pairs.push(stat.relayProtocol);
        }
      }
    });
  }
};
"""


@pytest.fixture
def relay() -> Iterator[int]:
    with coturn() as port:
        yield port


@pytest.fixture
def browser(say: Callable[..., Path]) -> Iterator[Browser]:
    with chromium(say("the weather is very nice today", lead_s=8.0, tail_s=2.0)) as browser:
        yield browser


@pytest.fixture
def installed(tmp_path: Path, relay: int) -> Iterator[Callable[..., Product]]:
    made: list[Product] = []

    def install(transport: str, secret: str = SECRET, **more: str) -> Product:
        settings = {
            **UNHEARD,
            "VOICE_TURN_URLS": f"turn:127.0.0.1:{relay}?transport={transport}",
            "VOICE_TURN_SECRET": secret,
            **more,
        }
        product = Product(tmp_path, settings)
        made.append(product)
        product.prepare()
        product.start("web")
        return product

    yield install
    for product in made:
        product.stop()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_call_is_relayed(
    installed: Callable[..., Product], browser: Browser, transport: str
) -> None:
    product = installed(transport, VOICE_ICE_RELAY_ONLY="1")
    page = sign_in(browser, product)
    page.add_init_script(RELAY_ONLY)
    page.reload()
    page.click("#start-call")
    page.click("#consent-agree")
    finals = page.locator("#transcript li[data-final=true]")
    expect(finals.filter(has_text="nice today")).to_have_count(1, timeout=60_000)
    assert transport in page.evaluate("window.pairs")
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/")
    call = product.json("/api/v1/calls/")["results"][0]
    assert call["transport"] == "webrtc"
    assert "relay" in product.manage("check_ice")


@pytest.mark.parametrize(
    "wrong",
    [{"secret": "not the relay's"}, {"DJANGO_SETTINGS_MODULE": "tests.fixtures.expired_settings"}],
    ids=["wrong", "expired"],
)
def test_credentials_that_the_relay_refuses_are_told_and_the_call_goes_over_the_socket(
    installed: Callable[..., Product], browser: Browser, wrong: dict[str, str]
) -> None:
    product = installed("udp", VOICE_ICE_RELAY_ONLY="1", **wrong)
    page = sign_in(browser, product)
    page.add_init_script(RELAY_ONLY)
    page.reload()
    page.click("#start-call")
    page.click("#consent-agree")
    expect(page.locator("#notice")).to_contain_text("relay refused", timeout=30_000)
    call = wait_until(lambda: product.json("/api/v1/calls/")["results"], 20, "the call")[0]
    wait_until(
        lambda: product.json(f"/api/v1/calls/{call['id']}/")["transport"] == "websocket", 20, "way"
    )
    assert "VOICE_TURN_SECRET" in product.whole_log("web")
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/")
