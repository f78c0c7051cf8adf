"""Every page in languages that nobody speaks: longer, with other letters, from right to left too.

No text may stay English, and nothing may stick out of a narrow screen.
"""

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import live_states
from tests.browser.conftest import Filled
from tests.browser.page_states import STAFF, STATES, State, reach
from tests.fixtures import pseudo
from tests.fixtures.pseudo import LEFT_TO_RIGHT, RIGHT_TO_LEFT
from tests.fixtures.server import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WIDTHS = (320, 390, 1280)
LOOK = """
(kept) => {
  const data = "[dir=auto], bdi, code, kbd, pre, time, textarea, option, script, style, noscript,"
    + ".languages, .wordmark, .vs-brand, .line-text, .vs-badge, td";
  const words = (text) => text.match(/[A-Za-z]{3,}/g) ?? [];
  const own = (word) => /[aeiou]/i.test(word) && !kept.includes(word);
  const english = (text) => !/[⟦⟧]/.test(text) && words(text).some(own);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent.closest(data) && parent.checkVisibility() && english(node.data)) {
      found.push(node.data.trim());
    }
  }
  for (const name of ["aria-label", "title", "placeholder"]) {
    for (const element of document.body.querySelectorAll(`[${name}]`)) {
      const text = element.getAttribute(name);
      if (!element.closest(data) && element.checkVisibility() && english(text)) {
        found.push(`${name}: ${text}`);
      }
    }
  }
  return found;
}
"""
NAMES = ("voicesite", "user", "staff", "Scribe", "Transcribe", "pocketsphinx", "PocketSphinx")
WIDTH = "document.documentElement.scrollWidth"
LEFT_OUT = ("the REST API", "a call with a side unread", "a call whose sound is missing")
"""The REST API stays English; the others are found by their English words."""


@pytest.fixture(scope="module")
def address(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second web server on the same rows."""
    folder = tmp_path_factory.mktemp("locale")
    pseudo.write_catalogues(folder)
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.fixtures.pseudo_settings",
        "PSEUDO_LOCALE": str(folder),
    }
    product = Product(filled.product.var, settings)
    product.start("web")
    with contextlib.closing(contextlib.ExitStack()) as stack:
        stack.callback(product.stop)
        yield product.url


def shown(page: Page, state: State, filled: Filled, url: str, language: str) -> None:
    page.route("**/js/languages/*", lambda route: route.fulfill(body=pseudo.script()))
    page.route(
        f"{url}/**",
        lambda route: route.fallback(
            headers={**route.request.headers, "accept-language": language}
        ),
    )
    reach(page, state, filled.told, url)


def faults(page: Page, state: State, filled: Filled, url: str) -> Iterator[str]:
    shown(page, state, filled, url, LEFT_TO_RIGHT)
    for text in page.evaluate(LOOK, list(NAMES)):
        yield f"{state.name}: {text}"
    for language in ("ltr", "rtl"):
        page.evaluate("(dir) => { document.documentElement.dir = dir; }", language)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate(WIDTH) > width:
                yield f"{state.name}: {page.evaluate(WIDTH)} px {language} at {width}"


def test_no_page_has_texts_of_its_own_or_sticks_out(
    filled: Filled, address: str, looking: Browser
) -> None:
    found = []
    context = looking.new_context()
    for state in (*STATES, *live_states.STATES):
        if state.name in LEFT_OUT or state.address.startswith("/rendered"):
            continue
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 800})
        found += faults(page, state, filled, address)
        page.close()
    context.close()
    assert found == []


def test_a_page_from_right_to_left_is_mirrored(
    filled: Filled, address: str, looking: Browser
) -> None:
    page = looking.new_page()
    shown(page, State("calls", "/calls/", STAFF), filled, address, RIGHT_TO_LEFT)
    assert page.evaluate("document.documentElement.dir") == "rtl"
    middle = page.evaluate("innerWidth / 2")
    for selector, is_right in ((".brand", True), (".who", False), (".page-head h1", True)):
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert (box["x"] + box["width"] / 2 > middle) == is_right, selector
    page.close()
