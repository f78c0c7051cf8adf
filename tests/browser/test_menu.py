"""The menu that staff have on every page: whole on a telephone, in each language."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Filled

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

WIDTHS = (390, 320)
MENU = """
(selector) => {
  const menu = document.querySelector(selector);
  const links = [...menu.querySelectorAll("a")].map((link) => link.getBoundingClientRect());
  return {
    scrolls: menu.scrollWidth > menu.clientWidth,
    cut: links.some(({ left, right }) => left < 0 || right > innerWidth),
    page: document.documentElement.scrollWidth,
    links: links.length,
  };
}
"""


@pytest.mark.parametrize("language", ["de", "es"])
def test_the_menu_does_not_scroll_sideways(looking: Browser, filled: Filled, language: str) -> None:
    context = looking.new_context(extra_http_headers={"accept-language": language})
    cookie = {"name": filled.told["cookie"], "value": filled.told["cookies"]["staff"]}
    context.add_cookies([{**cookie, "url": filled.url}])  # type: ignore[typeddict-item]
    page = context.new_page()
    for address, menu in (("/calls/", ".site-nav"), ("/admin/", ".vs-nav")):
        page.goto(filled.url + address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found = page.evaluate(MENU, menu)
            assert found == {"scrolls": False, "cut": False, "page": width, "links": 4}, address
    context.close()
