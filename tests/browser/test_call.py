"""A person's first call: sign in, speak, watch the words, hang up, find it all again."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import WITH_WINDOWS, chromium, closing_pages
from tests.fixtures.server import ROOT, Product, wait_until
from tests.fixtures.speech import mostly

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SENTENCES = ("good morning and welcome to the meeting", "the weather is very nice today")
SPOKEN_MS = 60_000
WITHOUT_TOOLS = """
(line) => {
  const own = line.cloneNode(true);
  own.querySelector(".line-tools")?.remove();
  return own.textContent;
}
"""


@pytest.fixture(scope="module")
def product(fresh_product: Product) -> Product:
    """Its own: its pictures show all calls that there are."""
    return fresh_product


@pytest.fixture(scope="module")
def launched(say: Callable[..., Path]) -> Iterator[Browser]:
    with chromium(say(*SENTENCES, lead_s=1.5, tail_s=2.0), program=WITH_WINDOWS) as browser:
        yield browser


@pytest.fixture
def browser(launched: Browser) -> Iterator[Browser]:
    with closing_pages(launched) as browser:
        yield browser


def said_in(line: Locator) -> str:
    """Returns the words of a line, without what is there to change them."""
    return " ".join(str(line.evaluate(WITHOUT_TOOLS)).split())


def keep_picture(page: Page, name: str) -> None:
    """Renews a picture of the documentation when asked: PICTURES=1 make test."""
    if os.environ.get("PICTURES"):
        folder = ROOT / "docs" / "images"
        folder.mkdir(exist_ok=True)
        page.screenshot(path=folder / f"{name}.png")


def test_a_first_call(browser: Browser, product: Product) -> None:
    page = sign_in(browser, product)
    # nobody is asked for it, so that the call connects while it opens
    page.context.grant_permissions(["microphone"])
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda m: failures.append(m.text) if m.type == "error" else None)
    page.click("#start-call")
    page.click("#consent-agree")
    interim = page.locator("#transcript li[data-final=false]")
    interim.first.wait_for(timeout=SPOKEN_MS)
    finals = page.locator("#transcript li[data-final=true]")
    expect(finals).to_have_count(2, timeout=SPOKEN_MS)
    seen = finals.locator(".live-line-text").all_inner_texts()
    # the browser's own sound processing costs a word now and then
    assert all(mostly(*pair) for pair in zip(seen, SENTENCES, strict=True))
    keep_picture(page, "live")
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/")
    call_id = page.url.rstrip("/").rpartition("/")[2]
    lines = page.locator("#transcript [data-testid=segment] .line-text")
    expect(lines).to_have_count(2)  # the page may be there before the call's end
    assert [said_in(line) for line in lines.all()] == seen
    page.locator("#summary-text").wait_for(timeout=90_000)
    page.locator("#play").click()
    wait_until(
        lambda: page.evaluate("document.querySelector('#audio').readyState") > 0, 10, "sound"
    )
    kept = product.json(f"/api/v1/calls/{call_id}/segments?after=0")["segments"]
    assert [segment["text"] for segment in kept] == seen
    status, text = product.get(f"/api/v1/calls/{call_id}/transcript.txt", "user")
    assert status == 200
    assert all(line in text.decode() for line in seen)
    call = product.json(f"/api/v1/calls/{call_id}/")
    assert call["end_reason"] == "caller_hung_up"
    length = page.evaluate("document.querySelector('#audio').duration")
    assert abs(1000 * length - call["duration_ms"]) < 100
    keep_picture(page, "call")
    staff = sign_in(browser, product, "staff")
    staff.goto(f"{product.url}/admin/sessions_app/call/?q=weather")
    staff.click("#result_list tbody th a")
    staff.wait_for_url("**/change/*")
    shown = " ".join((staff.locator("#content").text_content() or "").split())
    assert all(line in shown for line in seen)
    keep_picture(staff, "admin")
    assert failures == []


def test_a_word_is_clicked_and_heard(browser: Browser, product: Product) -> None:
    page = sign_in(browser, product)
    page.goto(f"{product.url}/calls/")
    page.locator("[data-testid=call-row] a, a[data-testid=call-row]").first.click()
    page.wait_for_load_state("networkidle")
    page.locator("#audio").wait_for(state="attached", timeout=60_000)
    word = page.locator(".word").nth(3)
    word.click()
    start_s = int(word.get_attribute("data-start") or 0) / 1000
    wait_until(
        lambda: page.evaluate("document.querySelector('#audio').currentTime") >= start_s - 0.3,
        10,
        "the jump to the word",
    )


def test_a_closed_tab_ends_the_call(browser: Browser, product: Product) -> None:
    page = sign_in(browser, product)
    page.click("#start-call")
    page.click("#consent-without")
    page.locator("#hang-up").wait_for()
    wait_until(lambda: live_calls(product), 30, "the call")
    call_id = live_calls(product)[0]
    page.close()
    path = f"/api/v1/calls/{call_id}/"
    wait_until(lambda: product.json(path)["state"] == "ended", 25, "the end of the call")
    assert product.json(path)["end_reason"] in ("caller_left", "caller_hung_up")


def test_staff_watch_a_call_grow_and_end_it(browser: Browser, product: Product) -> None:
    caller, staff = sign_in(browser, product), sign_in(browser, product, "staff")
    wrong: list[str] = []
    staff.on("pageerror", lambda error: wrong.append(str(error)))
    caller.click("#start-call")
    caller.click("#consent-agree")
    wait_until(lambda: live_calls(product), 30, "the call")
    call_id = live_calls(product)[0]
    staff.goto(f"{product.url}/admin/sessions_app/call/?q={call_id}")
    asked: list[str] = []
    staff.click("#result_list tbody th a")
    staff.on("request", lambda request: asked.append(request.url))
    rows = staff.locator("#transcript-part .line:not(.vs-interim)")
    expect(rows.first).to_be_visible(timeout=SPOKEN_MS)
    expect(rows.nth(1)).to_be_visible(timeout=SPOKEN_MS)
    shown = [" ".join(text.split()) for text in rows.locator(".line-text").all_inner_texts()]
    assert all(mostly(*pair) for pair in zip(shown, SENTENCES, strict=False))
    # words come by the socket, and what the server counts of them with each that stay: no polling
    fetched = [url for url in asked if "/static/" not in url and "/jsi18n/" not in url]
    assert len(fetched) <= 3 + len(shown), fetched
    told = sum(len(line.split()) for line in shown)
    words = staff.locator("#facts-part div", has=staff.locator("dt", has_text="Words")).locator(
        "dd"
    )
    wait_until(lambda: int(words.inner_text()) >= told, 30, "the number of words")
    ending = staff.context.new_page()
    ending.goto(staff.url)
    expect(ending.locator("#transcript-part .line[data-seq]").first).to_be_visible()
    ending.get_by_role("link", name="End this call").click()
    ending.get_by_role("button", name="End the call").click()
    expect(caller.locator("#problem-title")).to_have_text(
        "The call was ended by staff", timeout=20_000
    )
    expect(staff.locator("#facts-part")).to_contain_text("Ended by staff", timeout=30_000)
    expect(staff.locator("#player-part #audio")).to_be_attached(timeout=60_000)
    assert staff.get_by_role("link", name="End this call").count() == 0
    assert wrong == []


def live_calls(product: Product) -> list[str]:
    page = product.json("/api/v1/calls/?state=active")
    return [call["id"] for call in page["results"]]
