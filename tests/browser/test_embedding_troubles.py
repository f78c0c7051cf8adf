"""What goes wrong in mid-call, in the page of another site: docs/embedding.md."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_embedding import SHOP, told, until
from tests.fixtures import clients
from tests.fixtures.chromium import closing_pages
from tests.fixtures.server import UNSPOKEN, Product, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

AWAY_S = 10.0
LISTED = "http://localhost:10"
"""An origin that the server's operator has allowed."""

DEVICES = """() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.opened = [];
  window.refusal = "";
  navigator.mediaDevices.getUserMedia = async (wish) => {
    if (window.refusal) { throw new DOMException("No.", window.refusal); }
    const stream = await open(wish);
    window.opened.push(stream);
    return stream;
  };
  window.takeAway = () => {
    const [track] = opened.at(-1).getAudioTracks();
    track.stop();
    track.dispatchEvent(new Event("ended"));
  };
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    const refused = new DOMException("No.", "NotAllowedError");
    return window.clicked ? play.call(this) : Promise.reject(refused);
  };
}"""
"""Lets a test take the microphone away, and plays nothing before a click."""

WHY = "({ code, message }) => `${code}: ${message}`"


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of this file alone, which allows an origin."""
    settings = {**UNSPOKEN, "VOICE_CORS_ORIGINS": LISTED}
    with Product(tmp_path_factory.mktemp("listed"), settings).running("web") as product:
        yield product


@pytest.fixture
def browser(looking: Browser) -> Iterator[Browser]:
    with closing_pages(looking) as browser:
        yield browser


def page_at(browser: Browser, product: Product, site: str = SHOP, **options: Any) -> Page:
    """Returns a page of another site with a client, as it is again when it is loaded again."""
    page = browser.new_context().new_page()
    wish = {"agentId": "scribe", "origin": site}
    page.expose_function("fetchTicket", lambda: product.post("/api/v1/tickets", wish)["path"])
    clients.page_with(page, product, (clients.FOLDER / "embedded.js").read_text(), site=site)
    make(page, product, **options)
    return page


def make(page: Page, product: Product, **options: Any) -> None:
    clients.make_embedded(page, product, {"agentId": "scribe", **options})


def notes_it(page: Page, word: str) -> bool:
    """Whether the call still does what it is told."""
    before = len(told(page, "notes"))
    wait_until(lambda: page.evaluate(f"client.sendText('take a note {word}')"), 20, "a socket")
    return bool(until(page, "notes", lambda found: len(found) > before))


def test_devices_that_go_and_do_not_play(browser: Browser, product: Product) -> None:
    page = page_at(browser, product)
    page.evaluate(DEVICES)
    assert page.evaluate("connect()") == ""
    until(page, "blocked")
    page.evaluate("window.clicked = true")
    assert page.evaluate("client.unlock()") is True
    choose = "(id) => client.setOutputDevice(id).then(() => '', " + WHY + ")"
    assert page.evaluate(choose, "") == ""
    assert page.evaluate(choose, "gone") == "no-loudspeaker: That loudspeaker was not found."
    page.evaluate("delete HTMLMediaElement.prototype.setSinkId")
    assert page.evaluate(choose, "").startswith("unsupported: This browser plays on the system's")
    page.evaluate("refusal = 'NotAllowedError'; takeAway()")
    lost = {"replaced": False, "code": "permission"}
    assert until(page, "microphone") == [lost]
    assert notes_it(page, "milk"), "who has no microphone can type"
    page.evaluate("refusal = ''; navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    found = until(page, "microphone", lambda found: len(found) > 1)
    assert found == [lost, {"replaced": True}]
    page.evaluate("window.level = 0")
    wait_until(lambda: page.evaluate("window.level > 0"), 20, "the new microphone's level")
    page.evaluate("client.disconnect()")
    states = page.evaluate("opened.map((stream) => stream.getAudioTracks()[0].readyState)")
    assert states == ["ended", "ended"]


def test_a_page_that_is_loaded_again(browser: Browser, product: Product) -> None:
    page = page_at(browser, product, resume=True)
    assert page.evaluate("client.resumable") is False
    assert page.evaluate("connect()") == ""
    assert notes_it(page, "bread")
    page.evaluate("client.mute()")
    call_id = page.evaluate("client.callId")
    page.reload()
    make(page, product, resume=True, ticket="used-up")
    assert page.evaluate("client.resumable") is True
    assert page.evaluate("connect()") == ""
    assert page.evaluate("[client.callId, client.muted]") == [call_id, True]
    wait_until(
        lambda: "bread" in page.evaluate("client.lines.map(({text}) => text).join()"),
        20,
        "the words of before",
    )
    assert notes_it(page, "cheese")
    page.evaluate("client.disconnect()")
    path = f"/api/v1/calls/{call_id}/"
    reason = wait_until(lambda: product.json(path)["end_reason"], 20, "the end of the call")
    assert reason == "caller_hung_up"
    page.reload()
    make(page, product, resume=True)
    assert page.evaluate("client.resumable") is False


def test_asleep_and_offline_for_ten_seconds(browser: Browser, product: Product) -> None:
    asleep, offline = page_at(browser, product), page_at(browser, product, transport="websocket")
    for page in (asleep, offline):
        assert page.evaluate("connect()") == ""
        assert notes_it(page, "before")
    tab = asleep.context.new_cdp_session(asleep)
    ids = [page.evaluate("client.callId") for page in (asleep, offline)]
    tab.send("Page.setWebLifecycleState", {"state": "frozen"})
    offline.context.set_offline(True)
    since = time.monotonic()
    wait_until(lambda: time.monotonic() - since > AWAY_S, AWAY_S + 5, "ten seconds")
    tab.send("Page.setWebLifecycleState", {"state": "active"})
    offline.context.set_offline(False)
    for page, call_id in zip((asleep, offline), ids, strict=True):
        assert notes_it(page, "after")
        assert page.evaluate("client.callId") == call_id
        until(page, "state", lambda found: found[-1]["state"] == "connected")
        page.evaluate("client.disconnect()")
        assert told(page, "ended")[0]["reason"] == "caller_hung_up"


def test_a_token_counts_from_listed_origins_alone(browser: Browser, listed: Product) -> None:
    token = listed.credentials["user"]["token"]
    allowed = page_at(browser, listed, site=LISTED, ticket=None, token=token)
    assert allowed.evaluate("connect()") == ""
    assert notes_it(allowed, "tea")
    allowed.evaluate("client.disconnect()")
    refused = page_at(browser, listed, ticket=None, token=token)
    why = refused.evaluate("client.connect().then(() => '', " + WHY + ")")
    assert why.startswith(f"not-allowed: The server takes no tokens from {SHOP}")
    assert "VOICE_CORS_ORIGINS" in why
    wrong = page_at(browser, listed, site=LISTED, ticket=None, token="vs_wrong")
    assert wrong.evaluate("connect()") == "signed-out false"
    away = page_at(
        browser, listed, site=LISTED, ticket=None, token=token, serverUrl="http://127.0.0.1:1"
    )
    assert away.evaluate("connect()") == "server-gone true"


def test_a_server_that_is_restarted(browser: Browser, listed: Product) -> None:
    page = page_at(browser, listed)
    assert page.evaluate("connect()") == ""
    listed.terminate("web")
    assert until(page, "error") == ["server-stopped"]
    listed.start("web")
    assert page.evaluate("connect()") == ""
    listed.kill("web")
    until(page, "state", lambda found: found[-1]["state"] == "reconnecting")
    listed.start("web")
    assert until(page, "ended")[0]["reason"] == ""
    assert page.evaluate("client.state") == "ended"
