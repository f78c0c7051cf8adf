"""The page that checks microphone, loudspeaker and every way to the server, with a real browser."""

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from sessions_app.engine.rtc.turn_credentials import TurnServers, mint_credentials
from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import chromium
from tests.fixtures.coturn import SECRET, coturn
from tests.fixtures.ports import free_port
from tests.fixtures.server import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

TALK = ("the weather is very nice today", "please call me back on monday") * 8
NO_MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("none", "NotFoundError");
};
"""


@pytest.fixture
def talking(say: Callable[..., Path]) -> Iterator[Browser]:
    """A browser whose microphone talks on and on."""
    with chromium(say(*TALK, lead_s=0.5, tail_s=0.5)) as browser:
        yield browser


def step(page: Page, name: str) -> Locator:
    return page.locator(f"#check-{name}")


def hurry(page: Page) -> None:
    """Measures a tenth of the time, which is what takes the check so long."""

    def shorter(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        assert '"sampleMs": 1000' in text
        route.fulfill(response=answer, body=text.replace('"sampleMs": 1000', '"sampleMs": 100'))

    page.route("**/check/", shorter)


def begin(page: Page, product: Product) -> None:
    hurry(page)
    page.goto(f"{product.url}/check/")
    page.click("#check-start")


def ended(page: Page, name: str, result: str) -> None:
    expect(step(page, name)).to_have_attribute("data-state", result, timeout=45_000)


def heard(page: Page) -> None:
    """Answers the question for the tone, by keyboard: the focus is there."""
    expect(page.locator("#check-yes")).to_be_focused()
    page.keyboard.press("Enter")


def servers_are(page: Page, servers: list[dict[str, object]]) -> None:
    page.route("**/api/v1/ice-servers", lambda route: route.fulfill(json={"iceServers": servers}))


def relay(url: str, secret: str) -> dict[str, object]:
    minted = mint_credentials(TurnServers((url,), secret), "test", time.time())
    return {"urls": [url], "username": minted.username, "credential": minted.credential}


@pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed")
def test_everything_is_tried_and_support_opens_what_was_found(
    product: Product, talking: Browser
) -> None:
    calls = product.json("/api/v1/calls/")["count"]
    page = sign_in(talking, product)
    with coturn() as port:
        servers_are(
            page,
            [
                relay(f"turn:127.0.0.1:{port}?transport=udp", SECRET),
                relay(f"turn:127.0.0.1:{port}?transport=tcp", "another secret"),
                relay(f"turns:127.0.0.1:{free_port()}?transport=tcp", SECRET),
            ],
        )
        begin(page, product)
        ended(page, "microphone", "pass")
        assert page.locator("#check-device").inner_text()
        heard(page)
        for name, result in (
            *(("udp", "pass"), ("relay-udp", "pass"), ("relay-tcp", "fail")),
            *(("relay-tls", "fail"), ("socket", "pass"), ("words", "pass")),
        ):
            ended(page, name, result)
    expect(step(page, "udp")).to_contain_text(re.compile(r"round\strip\s\d+\sms, .*jitter"))
    expect(step(page, "socket")).to_contain_text(re.compile(r"round\strip\s\d+\sms"))
    expect(step(page, "relay-tcp")).to_contain_text("refused this server's credentials")
    expect(step(page, "relay-tls")).to_contain_text("does not answer")
    said = page.locator("#check-heard").inner_text()
    assert {"weather", "nice", "today", "call", "monday"} & set(re.findall(r"\w+", said.lower()))
    expect(page.locator("#check-report")).to_be_focused()
    expect(page.locator("#check-title")).to_have_text("Calls will work, though not everything does")
    code = page.locator("#check-code").inner_text()
    page.context.close()
    assert product.json("/api/v1/calls/")["count"] == calls
    kept = product.manage("shell", "-v", "0", "-c", KEPT)
    assert said not in kept
    assert "127.0.0.1" not in kept
    assert [one["step"] for one in json.loads(kept)][:3] == ["microphone", "loudspeaker", "udp"]
    staff = sign_in(talking, product, "staff")
    staff.goto(f"{product.url}/admin/sessions_app/connectioncheck/?q={code.lower()}")
    staff.click(f"text={code}")
    expect(staff.locator(".vs-check")).to_contain_text("see VOICE_TURN_SECRET")
    staff.context.close()


KEPT = """
import json
from sessions_app.models import ConnectionCheck
print(json.dumps(ConnectionCheck.objects.first().results))
"""


def test_without_a_microphone_the_ways_are_tried_all_the_same(
    product: Product, looking: Browser
) -> None:
    page = sign_in(looking, product)
    page.add_init_script(NO_MICROPHONE)
    begin(page, product)
    ended(page, "microphone", "fail")
    expect(step(page, "microphone")).to_contain_text("Plug one in")
    page.locator("#check-no").click()
    ended(page, "loudspeaker", "fail")
    ended(page, "udp", "pass")
    ended(page, "relay-udp", "skipped")
    ended(page, "socket", "pass")
    ended(page, "words", "skipped")
    expect(page.locator("#check-title")).to_have_text("Something needs your attention")
    page.context.close()


def test_it_is_stopped_and_begun_again_by_keyboard(product: Product, looking: Browser) -> None:
    page = sign_in(looking, product)
    page.goto(f"{product.url}/check/")
    page.focus("#check-start")
    page.keyboard.press("Enter")
    expect(page.locator("#check-live")).to_contain_text("Microphone: ")
    heard(page)
    ended(page, "udp", "running")
    expect(page.locator("#check-cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#check-title")).to_have_text("The check was stopped")
    expect(page.locator("#check-support")).to_be_hidden()
    ended(page, "udp", "skipped")
    ended(page, "words", "skipped")
    page.focus("#check-start")
    page.keyboard.press("Enter")
    ended(page, "microphone", "pass")
    expect(page.locator("#check-report")).to_be_hidden()
    page.click("#check-cancel")
    expect(page.locator("#check-title")).to_have_text("The check was stopped")
    page.context.close()
