"""All that is a user's, from the button to the file."""

import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import kept, signed_in
from tests.fixtures.chromium import chromium
from tests.fixtures.server import Product

__all__ = ["kept"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_it_is_made_told_and_downloaded(product: Product, kept: str) -> None:
    with chromium() as browser, signed_in(browser, product) as page:
        page.goto(f"{product.url}/account/")
        page.click("#export-ask")
        expect(page.locator("#export-download")).to_be_visible(timeout=60_000)
        page.goto(product.url)
        expect(page.locator("#export-ready")).to_contain_text("Your export is ready")
        with page.expect_download() as saving:
            page.click("#export-ready a")
        with zipfile.ZipFile(saving.value.path()) as archive:
            assert archive.testzip() is None
            assert any(kept in name for name in archive.namelist())
            page.set_content(archive.read("index.html").decode())
        expect(page.locator(f"a[href*='{kept}']").first).to_be_visible()
