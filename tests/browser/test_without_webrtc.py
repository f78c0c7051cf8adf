"""The page in browsers without WebRTC: WebKitGTK, or where an administrator took it out."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import chromium, closing_pages
from tests.fixtures.server import Product
from tests.fixtures.speech import mostly

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SPOKEN = "please open the second window"
NO_WEBRTC = "delete window.RTCPeerConnection;"
NO_SAMPLES = "AudioWorklet.prototype.addModule = async () => { throw new Error('not here'); };"
LACKS = {
    "samples": NO_WEBRTC,
    "recorder": NO_WEBRTC + NO_SAMPLES,
    "nothing": NO_WEBRTC + "delete window.AudioWorkletNode; delete window.MediaRecorder;",
}
SAID = {
    "samples": "This browser has no WebRTC, so the sound goes through the web connection.",
    "recorder": "your voice is recorded in short pieces and sent through the web connection",
}


@pytest.fixture(scope="module")
def launched(say: Callable[..., Path]) -> Iterator[Browser]:
    with chromium(say(SPOKEN, lead_s=8.0, tail_s=3.0)) as browser:
        yield browser


@pytest.fixture
def browser(launched: Browser) -> Iterator[Browser]:
    with closing_pages(launched) as browser:
        yield browser


def opened(browser: Browser, product: Product, way: str) -> Page:
    """Returns the page of a browser that lacks what `way` cannot have."""
    page = sign_in(browser, product)
    page.add_init_script(LACKS[way])
    page.goto(product.url)
    return page


@pytest.mark.parametrize("way", SAID)
def test_a_call_goes_over_the_socket_at_once_and_says_so(
    browser: Browser, product: Product, way: str
) -> None:
    page = opened(browser, product, way)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.check("input[name=agent][value=scribe]")
    page.click("#start-call")
    page.click("#consent-agree")
    expect(page.locator("#notice")).to_contain_text(SAID[way])
    expect(page.locator("#stage")).to_have_attribute("data-state", "active")
    agents = page.locator("#transcript li.live-line-agent[data-final=true]")
    agents.first.wait_for()
    assert "Hello" in agents.first.inner_text()
    page.wait_for_function("document.querySelector('#agent-audio').currentTime > 0.5")
    mine = page.locator("#transcript li.live-line-user[data-final=true]")
    mine.first.wait_for(timeout=40_000)
    assert mostly(mine.first.locator(".live-line-text").inner_text(), SPOKEN)
    page.fill("#typed-text", "take a note buy milk")
    page.press("#typed-text", "Enter")
    page.locator("#notes-list li").first.wait_for()
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/")
    call_id = page.url.rstrip("/").rpartition("/")[2]
    call = product.recorded(call_id)
    assert (call["transport"], call["end_reason"]) == ("websocket", "caller_hung_up")
    assert failures == []


def test_a_browser_with_no_way_at_all_is_told_so(browser: Browser, product: Product) -> None:
    page = opened(browser, product, "nothing")
    expect(page.locator("#problem")).to_contain_text("neither WebRTC nor an alternative")
