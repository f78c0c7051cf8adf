"""Every page in every state, wide and light, narrow and dark: for all people, and on the screen."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import account_states, call_states, check_states, live_states
from tests.browser.conftest import Filled
from tests.browser.dashboard_states import DASHBOARD
from tests.browser.page_states import STAFF, STATES, State, long_talk, reach, settle
from tests.browser.setup_states import SETUP
from tests.browser.usage_states import USAGE
from tests.fixtures.chromium import chromium
from tests.fixtures.clients import FOLDER, missing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
RUN = """
async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}
"""
WIDTH = "document.documentElement.scrollWidth"
WIDE, NARROW = 1280, 390
EVERY = [*STATES, *live_states.STATES, *check_states.STATES]


@pytest.fixture(scope="module")
def looking() -> Iterator[Browser]:
    """All pages are in one process, which keeps what it compiled of axe and of their modules."""
    with chromium(more=["--process-per-site"]) as browser:
        yield browser


@pytest.fixture(scope="module")
def context(looking: Browser, filled: Filled) -> Iterator[BrowserContext]:
    context = looking.new_context()
    context.new_page().goto(f"{filled.url}/login/")  # while it is open, the process lasts
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page in which nothing may break."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    page.close()
    assert wrong == []


def found_by_axe(page: Page, width: int, scheme: Any) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    settle(page)
    return list(page.evaluate(RUN))


@pytest.mark.skipif(bool(missing()), reason=missing())
@pytest.mark.parametrize(
    "state",
    [
        *STATES,
        *DASHBOARD,
        *SETUP,
        *USAGE,
        *live_states.STATES,
        *call_states.STATES,
        *check_states.STATES,
        *account_states.STATES,
    ],
    ids=lambda state: state.name.replace(" ", "-"),
)
def test_everybody_can_use_it(page: Page, filled: Filled, state: State) -> None:
    page.set_viewport_size({"width": WIDE, "height": 800})
    reach(page, state, filled.told, filled.url)
    page.evaluate(AXE.read_text())  # past the policy for scripts, which a tag would break
    assert found_by_axe(page, WIDE, "light") == []
    assert found_by_axe(page, NARROW, "dark") == []
    # a part that is fetched again is wider for a moment
    page.wait_for_function(f"{WIDTH} <= {NARROW}")


@pytest.mark.parametrize("name", ["full", "live", "visitor"])
def test_all_that_can_be_downloaded_is_on_the_screen(page: Page, filled: Filled, name: str) -> None:
    """With a long title and a short one: the button then stands left or right."""
    page.set_viewport_size({"width": NARROW, "height": 800})
    address = f"/calls/{{{name}}}/"
    reach(page, State(name, address), filled.told, filled.url)
    page.focus("#downloads summary")
    page.keyboard.press("Enter")
    items = page.locator("#downloads li a")
    assert items.count() >= 5
    for item in items.all():
        box = item.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW
    page.keyboard.press("Tab")
    expect(items.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(items.first).to_be_hidden()
    expect(page.locator("#downloads summary")).to_be_focused()


@pytest.mark.parametrize("agent", ["transcribe-only", "scribe"])
def test_a_long_talk_scrolls_in_its_box_alone(page: Page, filled: Filled, agent: str) -> None:
    page.set_viewport_size({"width": WIDE, "height": 900})
    state = State("long", f"/call/?agent={agent}", then=long_talk.then, before=long_talk.before)
    reach(page, state, filled.told, filled.url)
    expect(page.locator("#transcript li")).to_have_count(long_talk.lines)
    bottom = page.locator("#developer").bounding_box()
    assert bottom is not None
    height = page.evaluate("document.documentElement.scrollHeight")
    # nothing but the page's own margin is below its last part
    assert height <= max(900, page.evaluate("scrollY") + bottom["y"] + bottom["height"] + 80)


@pytest.mark.parametrize("name", ["call", "archive", "call/waiting"])
def test_the_admins_rows_are_all_on_a_phones_screen(page: Page, filled: Filled, name: str) -> None:
    page.set_viewport_size({"width": NARROW, "height": 800})
    reach(page, State(name, f"/admin/sessions_app/{name}/", STAFF), filled.told, filled.url)
    lost = page.evaluate(
        "[...document.querySelectorAll('.results tbody td, .results tbody th')]"
        ".filter((cell) => cell.getBoundingClientRect().right > innerWidth).length"
    )
    assert (page.locator(".results tbody tr").count() > 1, lost) == (True, 0)


def test_the_kind_of_an_export_takes_two_lines_at_most(page: Page, filled: Filled) -> None:
    page.set_viewport_size({"width": WIDE, "height": 800})
    reach(page, State("exports", "/admin/sessions_app/archive/", STAFF), filled.told, filled.url)
    kind = page.locator(".field-kind").first.bounding_box()
    box = page.locator(".results")
    assert kind is not None
    assert kind["height"] < 60
    assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth")
