"""A recording in another format: made by a click on the page, and played by a browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pages import keep_a_call, kept, signed_in
from tests.fixtures.chromium import chromium
from tests.fixtures.server import Product

__all__ = ["keep_a_call", "kept"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LENGTH_S = 9
PLAY = """
(address) => new Promise((resolve) => {
  const audio = new Audio(address);
  if (!audio.canPlayType(address.endsWith("m4a") ? "audio/mp4; codecs=mp4a.40.2" : "audio/mpeg")) {
    resolve({ cannot: true });
    return;
  }
  audio.onerror = () => resolve({ error: audio.error.message });
  audio.onloadedmetadata = () => { audio.currentTime = 6; };
  audio.onseeked = () => resolve({ duration: audio.duration, at: audio.currentTime });
})
"""


def make(page: Page, form: str) -> str:
    """Clicks, waits for the link, and returns its address."""
    page.click(f"#make-{form}")
    expect(page.locator("#detail-said")).to_have_text("The recording is being made.")
    link = page.locator(f"#download-{form}")
    expect(link).to_be_visible(timeout=60_000)
    return str(link.get_attribute("href"))


def test_each_format_is_made_on_the_page_and_plays(product: Product, kept: str) -> None:
    with chromium() as browser, signed_in(browser, product) as page:
        page.goto(f"{product.url}/calls/{kept}/")
        page.evaluate("window.here = true")
        page.click("#downloads summary")
        for form in ("mp3", "wav", "m4a"):
            address = make(page, form)
            told = page.evaluate(PLAY, address)
            assert "error" not in told
            if not told.get("cannot"):
                assert told["duration"] == pytest.approx(LENGTH_S, abs=0.06)
                assert told["at"] == 6
        expect(page.locator("#detail-said")).to_have_text("The recording is ready as m4a.")
        expect(page.locator("#downloads details")).to_have_attribute("open", "")
        assert page.evaluate("window.here")
        with page.expect_download() as saving:
            page.click("#download-wav")
        assert saving.value.suggested_filename == f"call-{kept}.wav"


def test_it_works_without_scripts_too(product: Product, kept: str) -> None:
    with chromium() as browser:
        page = signed_in_without_scripts(browser, product)
        page.goto(f"{product.url}/calls/{kept}/")
        page.click("#downloads summary")
        if page.locator("#make-mp3").count():
            page.click("#make-mp3")
            page.wait_for_url(f"**/calls/{kept}/")
        expect(page.locator("#making-mp3, #download-mp3")).to_have_count(1)
        page.context.close()


def signed_in_without_scripts(browser: Browser, product: Product) -> Page:
    page = browser.new_context(java_script_enabled=False).new_page()
    person = product.credentials["user"]
    page.goto(product.url)
    page.fill("#id_username", person["username"])
    page.fill("#id_password", person["password"])
    page.click("#sign-in")
    return page
