"""What a search found opens where it was said."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Filled

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

AUDIO = "document.querySelector('#audio')"
FORBID = """HTMLMediaElement.prototype.play = async () => {
  throw new DOMException("no gesture", "NotAllowedError");
};"""


@pytest.mark.parametrize("may_sound", [True, False])
def test_a_hit_opens_the_call_at_its_line(
    looking: Browser, filled: Filled, may_sound: bool
) -> None:
    context = looking.new_context(viewport={"width": 900, "height": 420})
    cookie = {"name": filled.told["cookie"], "value": filled.told["cookies"]["user"]}
    context.add_cookies([{**cookie, "url": filled.url}])  # type: ignore[typeddict-item]
    page = context.new_page()
    if not may_sound:
        page.add_init_script(FORBID)
    page.goto(f"{filled.url}/calls/")
    page.fill("#id_q", "the last one")
    page.press("#id_q", "Enter")
    page.wait_for_url("**/calls/?q=the+last+one")
    page.focus("[data-testid=call-row]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/calls/{filled.call('full')}/?q=the+last+one#segment-4")
    line = page.locator("#segment-4")
    expect(line).to_be_in_viewport(ratio=1)
    expect(line.locator("mark.word")).to_have_text(["The", "last", "one."])
    expect(page.locator("mark")).to_have_count(3)
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause" if may_sound else "Play")
    assert page.evaluate(f"{AUDIO}.currentTime") >= 2.7
    expect(page.locator("#player-problem")).to_be_hidden()
    context.close()
