"""Staff hear the voices that there are side by side."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Filled

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LENGTH = "audio => audio.duration"


def test_a_sentence_is_heard_in_each_voice(looking: Browser, filled: Filled) -> None:
    context = looking.new_context()
    cookie = {"name": filled.told["cookie"], "value": filled.told["cookies"]["staff"]}
    context.add_cookies([{**cookie, "url": filled.url}])  # type: ignore[typeddict-item]
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{filled.url}/admin/sessions_app/agent/")
    page.get_by_role("link", name="Scribe", exact=True).click()
    page.fill("#try-sentence", "Is this the voice that you want?")
    page.click("#try-compare")
    rows = page.locator("#try-voices tbody tr")
    expect(rows.first).to_contain_text("Heart (American English), hibari", timeout=30_000)
    expect(rows.filter(has_text="eSpeak NG").first).to_be_visible()
    expect(page.locator("#try-compared")).to_be_empty()
    lengths = []
    for row in (rows.first, rows.filter(has_text="(en-us)").first):
        row.get_by_role("button", name="Play").click()
        expect(row).to_contain_text("first sound after", timeout=30_000)
        audio = row.locator("audio")
        expect(audio).to_be_visible()
        page.wait_for_function(LENGTH, arg=audio.element_handle())
        lengths.append(audio.evaluate(LENGTH))
    assert len(set(lengths)) == 2
    assert rows.first.locator("audio").evaluate("audio => audio.paused")  # one voice at a time
    page.set_viewport_size({"width": 390, "height": 800})
    for part in (rows.first.locator("audio"), rows.first.get_by_text("first sound after")):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert all(1 < length < 4 for length in lengths)
    expect(page.locator("#try-problem")).to_be_hidden()
    assert wrong == []
    context.close()
