"""Every page in languages that nobody speaks: longer, with other letters, from right to left too.

No text may stay English, and nothing may stick out of a narrow screen.
"""

import contextlib
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import account_states, call_states, check_states, live_states
from tests.browser.conftest import Filled
from tests.browser.page_states import STAFF, STATES, State, reach
from tests.fixtures import pseudo
from tests.fixtures.pseudo import LEFT_TO_RIGHT, RIGHT_TO_LEFT
from tests.fixtures.server import UNSPOKEN, Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WIDTHS = (320, 390, 1280)
LOOK = """
(kept) => {
  const data = "[dir=auto], bdi, code, kbd, pre, time, textarea, option, script, style, noscript,"
    + ".languages, .wordmark, .vs-brand, .line-text, .speaker, .filter-fields, #call-state, td,"
    + "#summary-note, #extraction-note";
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
EVERY = (
    *(*STATES, *live_states.STATES, *call_states.STATES),
    *(*check_states.STATES, *account_states.STATES),
)
NAMES = (
    "Ada",
    "PocketSphinx",
    "voicesite",
    "user",
    "staff",
    "Scribe",
    "Transcribe",
    "only",
    "model",
    "Courtesy",
)
"""Of what the rows hold; in the admin there is too much of that to tell it from texts."""
WIDTH = "document.documentElement.scrollWidth"
WIDEST = """
(() => {
  const out = ({ left, right }) => Math.max(right - innerWidth, -left);
  const found = [...document.body.querySelectorAll("*")]
    .map((one) => [out(one.getBoundingClientRect()), one])
    .sort(([a], [b]) => b - a)[0];
  return `${Math.round(found[0])} px: ${found[1].tagName}.${found[1].className} ${found[1].id}`;
})()
"""
SHOWN = (
    *(
        "start page",
        "start page of a newcomer",
        "asking",
        "talking",
        "saving",
        "refused microphone",
    ),
    *("calls", "calls found", "no calls found", "more filters", "a call", "a call to review"),
    *("a call, being corrected", "one summary of a call", "a call that failed", "erasing a call"),
    *(
        "a link was made",
        "an account",
        "a token was made",
        "signing in failed",
        "a shared call that is locked",
        "404",
    ),
    *("admin", "admin: call", "admin: a call", "admin: hidden words", "admin: compared"),
    *("admin: an agent", "admin: versions compared", "admin: waiting for review", "a live call"),
    *("push-to-talk", "connection details", "a call in large captions"),
    *("the check", "the check asks", "the check, stopped", "the check, over"),
    *("admin: connection checks", "admin: a connection check"),
)
"""One state or more of each template with words of its own: all of them would take a minute."""


@pytest.fixture(scope="module")
def address(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second web server on the same rows."""
    folder = tmp_path_factory.mktemp("locale")
    pseudo.write_catalogues(folder)
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.fixtures.pseudo_settings",
        "PSEUDO_LOCALE": str(folder),
    }
    own = tmp_path_factory.mktemp("pseudo") / "var"
    shutil.copytree(filled.product.var, own, ignore=shutil.ignore_patterns("test-logs", "*.lock"))
    product = Product(own, settings | UNSPOKEN)
    product._is_prepared = True  # with what the other one has
    (own / "test-logs").mkdir()
    with product.running("web"):
        yield product.url


def context_in(language: str, browser: Browser) -> BrowserContext:
    context = browser.new_context(extra_http_headers={"accept-language": language})
    context.route("**/js/languages/*", lambda route: route.fulfill(body=pseudo.script()))
    return context


def faults(page: Page, state: State, filled: Filled, url: str) -> Iterator[str]:
    reach(page, state, filled.told, url)
    for text in () if state.name.startswith("admin") else page.evaluate(LOOK, list(NAMES)):
        yield f"{state.name}: {text}"
    for language in ("ltr", "rtl"):
        page.evaluate("(dir) => { document.documentElement.dir = dir; }", language)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate(WIDTH) > width:
                yield f"{state.name}: {language} at {width}: {page.evaluate(WIDEST)}"


def test_no_page_has_texts_of_its_own_or_sticks_out(
    filled: Filled, address: str, looking: Browser
) -> None:
    found: list[str] = []
    states = [one for one in EVERY if one.name in SHOWN]
    with contextlib.closing(context_in(LEFT_TO_RIGHT, looking)) as context:
        for state in states:
            page = context.new_page()
            page.set_viewport_size({"width": 1280, "height": 800})
            found += faults(page, state, filled, address)
            page.close()
    assert len(states) == len(SHOWN)
    if found:
        pytest.fail("\n".join(found))


def test_a_page_from_right_to_left_is_mirrored(
    filled: Filled, address: str, looking: Browser
) -> None:
    context = context_in(RIGHT_TO_LEFT, looking)
    page = context.new_page()
    reach(page, State("calls", "/calls/", STAFF), filled.told, address)
    assert page.evaluate("document.documentElement.dir") == "rtl"
    middle = page.evaluate("innerWidth / 2")
    for selector, is_right in ((".brand", True), (".who", False), (".page-head h1", True)):
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert (box["x"] + box["width"] / 2 > middle) == is_right, selector
    context.close()
