"""After signing out, the Back button shows nothing of before; and recordings can still be sought.

Playwright switches off the cache that keeps left pages alive (bfcache); here it is on, as for
people.
"""

import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.test_pages import keep_a_call
from tests.fixtures import firefox
from tests.fixtures.call_page import sign_in_by_form as sign_in
from tests.fixtures.chromium import FLAGS, WITH_WINDOWS
from tests.fixtures.server import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SAID = "We moved friday."
LENGTH_S = 240
PERSISTED = """
window.addEventListener("pageshow", (event) => { window.persisted = event.persisted; });
"""
SEEK = """
async (seconds, plays) => {
  const audio = document.querySelector("#audio");
  if (plays) { await audio.play(); } else { audio.preload = "auto"; }
  const told = new Promise((done) => audio.addEventListener("seeked", done, { once: true }));
  audio.currentTime = seconds;
  await told;
  const from = audio.currentTime;
  while (plays && audio.currentTime < from + 0.2) {
    await new Promise((done) => audio.addEventListener("timeupdate", done, { once: true }));
  }
  return [from, audio.error];
}
"""


@pytest.fixture(scope="module")
def kept(product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A call whose recording is larger than what a browser fetches ahead."""
    audio = tmp_path_factory.mktemp("audio") / "call.ogg"
    noise = f"anoisesrc=duration={LENGTH_S}:amplitude=0.1"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", noise, "-ac", "2", "-c:a", "libopus"]
    subprocess.run([*command, "-b:a", "256k", str(audio)], check=True, timeout=100)
    return keep_a_call(product, audio=audio, state="done")


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=WITH_WINDOWS,
            args=list(FLAGS),
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


def go_back(page: Page) -> None:
    page.go_back(wait_until="load")
    page.wait_for_load_state("networkidle")


def test_going_back_shows_nothing_of_who_signed_out(
    browser: Browser, product: Product, kept: str
) -> None:
    page = sign_in(browser, product)
    page.add_init_script(PERSISTED)
    for address in ("/calls/", f"/calls/{kept}/"):
        page.goto(product.url + address)
        expect(page.locator("body")).to_contain_text("friday")
        page.click("#sign-out")
        page.wait_for_url("**/login/")
        go_back(page)
        assert "/login/" in page.url
        assert "friday" not in page.content()
        assert not page.evaluate("window.persisted")
        page.goto(product.url)
        person = product.credentials["user"]
        page.fill("#id_username", person["username"])
        page.fill("#id_password", person["password"])
        page.click("#sign-in")
        page.wait_for_url(product.url + "/")


def test_going_back_in_the_admin_shows_nothing(
    browser: Browser, product: Product, kept: str
) -> None:
    page = sign_in(browser, product, "staff")
    page.wait_for_url(product.url + "/admin/setup/")
    page.goto(f"{product.url}/admin/sessions_app/call/?q={kept}")
    page.click("#result_list tbody th a")
    expect(page.locator("body")).to_contain_text(SAID)
    page.click("#logout-form button")
    page.wait_for_load_state("networkidle")
    go_back(page)
    assert SAID not in page.content()
    assert "/login/" in page.url


def test_a_page_that_a_browser_kept_alive_is_asked_for_again(
    browser: Browser, product: Product, kept: str
) -> None:
    """As Safari does without HTTPS: the page comes back as it was left, and must look itself."""
    page = sign_in(browser, product)
    page.wait_for_url(product.url + "/")
    page.goto(f"{product.url}/calls/{kept}/")
    expect(page.locator("body")).to_contain_text(SAID)
    page.context.clear_cookies()
    with page.expect_navigation(url="**/login/**"):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert SAID not in page.content()


def test_a_recording_that_no_cache_keeps_can_be_sought(
    browser: Browser, product: Product, kept: str
) -> None:
    page = sign_in(browser, product)
    page.wait_for_url(product.url + "/")
    answers = []
    page.on("response", lambda answer: answers.append((answer.url, answer.status)))
    page.goto(f"{product.url}/calls/{kept}/")
    for seconds in (LENGTH_S - 10, 5, LENGTH_S / 2, 60):
        at, error = page.evaluate(f"({SEEK})({seconds}, true)")
        assert error is None
        assert abs(at - seconds) < 0.5
    pieces = [status for url, status in answers if url.endswith("/recording?on=page")]
    assert set(pieces) == {206}
    assert len(pieces) > 1, "the whole file came at once: nothing was sought over the network"


@pytest.mark.skipif(bool(firefox.missing()), reason=firefox.missing())
async def test_firefox_goes_back_to_nothing_and_seeks(product: Product, kept: str) -> None:
    async with firefox.firefox() as page:
        await page.sign_in(product)
        await page.goto(f"{product.url}/calls/{kept}/")
        for seconds in (LENGTH_S - 10, 5):
            at, error = await page.run(f"return await ({SEEK})({seconds}, false)")
            assert error is None
            assert abs(at - seconds) < 0.5
        await page.run("document.querySelector('#sign-out').click()")
        await page.until("location.pathname === '/login/' && document.readyState === 'complete'")
        await page.run("history.back()")
        await page.until("location.search.includes('next=') && document.readyState === 'complete'")
        assert "friday" not in await page.run("return document.documentElement.outerHTML")
