"""A page that is loaded again in mid-call: it asks first, and goes on with its call."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser.conftest import Filled
from tests.fixtures.server import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SAID = "take a note: call the plumber at 9:05"
ACTIVE = "#stage[data-state=active]"
LOSES_AWAY = """() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      if (!String(data).includes('"away"')) {
        send.call(this, data);
      }
    };
  }"""
"""A browser that is busy drops what a page says as it goes; its connection says goodbye."""

KEPT = "sessionStorage.getItem('voicesite.call')"


@pytest.fixture
def context(looking: Browser, filled: Filled) -> Iterator[BrowserContext]:
    context = looking.new_context()
    cookie = {"name": filled.told["cookie"], "value": filled.told["cookies"]["user"]}
    context.add_cookies([{**cookie, "url": filled.url}])  # type: ignore[typeddict-item]
    yield context
    context.close()


class Asked:
    """Answers what the browser asks when a page is to go."""

    def __init__(self, page: Page) -> None:
        self.times = 0
        self.goes = True
        page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        assert dialog.type == "beforeunload"
        self.times += 1
        if self.goes:
            dialog.accept()
        else:
            dialog.dismiss()


def call_scribe(page: Page, filled: Filled) -> Asked:
    asked = Asked(page)
    page.goto(f"{filled.url}/call/?agent=scribe")
    page.reload()
    assert asked.times == 0, "there was nothing to lose"
    page.click("#start-call")
    page.click("#consent-without")
    expect(page.locator(ACTIVE)).to_be_visible()
    return asked


def live(filled: Filled) -> list[str]:
    """Returns the ids of the calls that really go on."""
    rows = filled.product.json("/api/v1/calls/?state=active")["results"]
    return [row["id"] for row in rows if row["id"] != filled.call("live")]


def ended(filled: Filled, call_id: str) -> str:
    """Returns why the call has ended; empty while it goes on."""
    return str(filled.product.json(f"/api/v1/calls/{call_id}/")["end_reason"] or "")


def test_a_page_that_is_loaded_again_goes_on_with_its_call(
    context: BrowserContext, filled: Filled
) -> None:
    page = context.new_page()
    asked = call_scribe(page, filled)
    page.fill("#typed-text", SAID)
    page.press("#typed-text", "Enter")
    expect(page.locator("#notes-list li")).to_have_count(1)
    page.click("#mute")
    before = wait_until(lambda: live(filled), 30, "the row of the call")
    assert len(before) == 1
    expect(page.locator("#call-timer")).to_have_text(re.compile("0:(0[3-9]|[1-5])"))
    asked.goes = False
    page.evaluate("setTimeout(() => location.reload())")
    wait_until(lambda: page.evaluate("1") and asked.times, 30, "the question")
    expect(page.locator(ACTIVE)).to_be_visible()
    asked.goes = True
    page.reload()
    assert before[0] not in page.url
    expect(page.locator(ACTIVE)).to_be_visible()
    expect(page.locator("#transcript li[data-final=true]").first).to_be_visible()
    expect(page.locator("#transcript")).to_contain_text(SAID)
    expect(page.locator("#notes-list li")).to_have_count(1)
    expect(page.locator("#mute")).to_have_attribute("aria-pressed", "true")
    # sooner than a clock that began at 0 would show it
    expect(page.locator("#call-timer")).to_have_text(re.compile("0:(0[3-9]|[1-5])"), timeout=2_000)
    wait_until(lambda: live(filled) == before, 30, "the same call's return")
    page.fill("#typed-text", "recap")
    page.press("#typed-text", "Enter")
    expect(page.locator("#transcript")).to_contain_text("recap")
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/")
    assert before[0] in page.url
    assert page.evaluate(KEPT) is None
    assert ended(filled, before[0]) == "caller_hung_up"


def test_a_page_whose_last_word_is_lost_goes_on_with_its_call(
    context: BrowserContext, filled: Filled
) -> None:
    page = context.new_page()
    call_scribe(page, filled)
    before = wait_until(lambda: live(filled), 30, "the row of the call")
    page.evaluate(LOSES_AWAY)
    page.reload()
    expect(page.locator(ACTIVE)).to_be_visible()
    wait_until(lambda: live(filled) == before, 30, "the same call's return")
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/")
    assert ended(filled, before[0]) == "caller_hung_up"


def test_a_second_tab_does_not_take_the_call(context: BrowserContext, filled: Filled) -> None:
    page = context.new_page()
    call_scribe(page, filled)
    kept = page.evaluate(KEPT)
    other = context.new_page()
    # what a browser does where a tab is duplicated
    other.add_init_script(f"sessionStorage.setItem('voicesite.call', {kept!r})")
    other.goto(f"{filled.url}/call/")
    expect(other.locator("#problem[data-code=in-another-tab]")).to_be_visible()
    expect(page.locator(ACTIVE)).to_be_visible()
    other.close()
    fresh = context.new_page()
    fresh.goto(filled.url)
    expect(fresh.locator("#elsewhere")).to_be_visible()
    expect(fresh.locator("#start-call")).to_be_visible()
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/")
    fresh.evaluate("dispatchEvent(new Event('focus'))")
    expect(fresh.locator("#elsewhere")).to_be_hidden()


def test_a_page_that_comes_back_too_late_says_so(context: BrowserContext, filled: Filled) -> None:
    page = context.new_page()
    asked = call_scribe(page, filled)
    [call_id] = wait_until(lambda: live(filled), 30, "the row of the call")
    page.goto(f"{filled.url}/healthz")
    assert asked.times == 1
    wait_until(lambda: ended(filled, call_id), 25, "the end of the call")
    assert ended(filled, call_id) == "caller_left"
    page.goto(filled.url)
    expect(page.locator("#problem[data-code=away-too-long]")).to_be_visible()
    page.click("#problem-link")
    page.wait_for_url(f"**/calls/{call_id}/")
    page.goto(filled.url)
    expect(page.locator("#start-call")).to_be_visible()
