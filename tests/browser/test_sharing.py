"""A share link on a phone: made by the owner, opened by somebody who is not signed in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, ViewportSize, expect

from tests.browser.conftest import Filled
from tests.browser.page_states import State, reach

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PHONE: ViewportSize = {"width": 390, "height": 844}
PASSWORD = "quiet orange river"
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def visitor(looking: Browser) -> Iterator[Page]:
    """Somebody else's phone; nothing on its pages may break."""
    page = looking.new_context(viewport=PHONE).new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: wrong.append(m.text) if "Security Policy" in m.text else None)
    yield page
    page.context.close()
    assert wrong == []


def test_a_call_is_shared_and_heard_on_a_phone(
    looking: Browser, visitor: Page, filled: Filled
) -> None:
    owner = looking.new_context(viewport=PHONE).new_page()
    reach(owner, State("a call", "/calls/{full}/"), filled.told, filled.url)
    owner.click("#share-link")
    owner.check("#id_with_audio")
    owner.check("#id_with_summary")
    owner.fill("#id_password", PASSWORD)
    owner.click("#make-link")
    address = owner.input_value("#made")
    owner.wait_for_load_state("load")  # with its style
    assert owner.evaluate(WIDTH) <= PHONE["width"]

    asked: list[Request] = []
    visitor.on("request", lambda request: asked.extend([request]))  # a list's own is no function
    visitor.goto(address)
    visitor.fill("#id_password", PASSWORD)
    visitor.click("#open-shared")
    expect(visitor.locator("#transcript .line")).to_have_count(6)
    expect(visitor.locator("#segment-4")).to_contain_text("The last one.")
    expect(visitor.locator("#summary-text")).to_have_text("They moved to friday.")
    visitor.wait_for_load_state("load")  # with its style
    assert visitor.evaluate(WIDTH) <= PHONE["width"]
    assert visitor.locator("main a[href]:not([href^='#'])").count() == 0
    with visitor.expect_response(lambda answer: answer.url.endswith("/heard")) as heard:
        visitor.locator("#segment-3").scroll_into_view_if_needed()  # its words become elements
        visitor.locator("#segment-3 .word").first.click()
    assert heard.value.status == 204
    expect(visitor.locator(".word-now")).to_have_count(1)
    sound = [request for request in asked if request.url.endswith("/recording")]
    assert {request.header_value("range") is not None for request in sound} == {True}
    secret = address.rstrip("/").rpartition("/")[2]
    referrers = [request.header_value("referer") or "" for request in asked]
    assert not [referrer for referrer in referrers if secret in referrer]

    owner.goto(f"{filled.url}/calls/{filled.call('full')}/share")
    newest = owner.get_by_test_id("share-one").first
    expect(newest).to_contain_text("Opened 1 time.")
    newest.get_by_role("button", name="Revoke").click()
    expect(owner.get_by_test_id("share-one").first).to_contain_text("Revoked")
    visitor.reload()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("This link leads nowhere")
    owner.context.close()
