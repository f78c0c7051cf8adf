"""From one line that the recogniser was unsure of to the next, on both sites."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bench.long_call import LINE_MS, long_call
from sessions_app.models import Segment
from tests.admin.test_browser import asked, server, silence
from tests.browser.test_corrections import page_of
from tests.static_files import static_files

__all__ = ["server", "static_files"]

# the live server shares its database with the test, so that nothing may be rolled back
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINES = 120
UNSURE = [3, 60, 110]
"""The last of them comes after the page is there."""


@pytest.fixture(params=["the call's page", "in the admin"])
def page(
    server: LiveServer, alice: User, staff: User, request: pytest.FixtureRequest
) -> Iterator[Page]:
    call = long_call(alice, LINES)
    Segment.objects.filter(call=call).update(confidence=0.93)
    Segment.objects.filter(call=call, seq__in=UNSURE).update(confidence=0.416)
    call.recording.file.save("call.wav", ContentFile(silence(LINES * LINE_MS // 1000)))
    if request.param == "in the admin":
        user, path = staff, f"/admin/sessions_app/call/{call.pk}/change/"
    else:
        user, path = alice, f"/calls/{call.public_id}/"
    with page_of(user, server, viewport={"width": 1280, "height": 900}) as page:
        page.goto(server.url + path)
        yield page


def plays(page: Page, seq: int) -> None:
    """Waits until that line is in view and plays, and lets the player stand at its beginning."""
    start_s = (seq - 1) * LINE_MS / 1000
    page.wait_for_function(
        "start => { const audio = document.querySelector('#audio');"
        " return !audio.paused && audio.currentTime >= start && audio.currentTime < start + 20; }",
        arg=start_s,
    )
    expect(page.locator(f"#segment-{seq}")).to_be_in_viewport()
    page.evaluate(
        "at => { const audio = document.querySelector('#audio'); audio.pause();"
        " audio.currentTime = at; }",
        start_s + 0.2,
    )


def test_the_keyboard_leads_from_one_to_the_next_and_corrects_it(page: Page) -> None:
    count = page.locator("#unsure-count")
    expect(count).to_have_text("3 unsure")
    expect(page.locator(".player-keys")).to_contain_text("F8 unsure line")
    expect(page.locator("#segment-3 .unsure")).to_have_text("42 % sure")
    expect(page.locator("#segment-4 .unsure")).to_have_count(0)
    page.keyboard.press("F8")
    plays(page, 3)
    expect(page.locator("#segment-3 .line-time")).to_be_focused()
    expect(page.locator("#unsure-said")).to_have_text("1 of 3, at 0:08")
    page.keyboard.press("F8")
    plays(page, 60)
    page.keyboard.press("F8")
    plays(page, 110)
    page.keyboard.press("F8")
    plays(page, 3)
    page.keyboard.press("Shift+F8")
    plays(page, 110)
    page.keyboard.press("Shift+F8")
    plays(page, 60)
    # corrected, it is none any more
    page.keyboard.press("F2")
    page.keyboard.press("F8")  # in a field it has no such meaning
    page.keyboard.type("Somebody said this")
    page.keyboard.press("Enter")
    expect(page.locator("#segment-60 .corrected")).to_be_visible()
    expect(count).to_have_text("2 unsure")
    page.keyboard.press("Shift+F8")
    plays(page, 3)


def test_buttons_do_the_same_and_keep_the_focus(page: Page) -> None:
    after, before = page.locator("#unsure-next"), page.locator("#unsure-before")
    after.focus()
    page.keyboard.press("Enter")
    plays(page, 3)
    expect(after).to_be_focused()
    page.keyboard.press("Enter")
    plays(page, 60)
    before.click()
    plays(page, 3)


def test_without_such_lines_nothing_is_offered(page: Page) -> None:
    asked(lambda: Segment.objects.update(confidence=None))
    page.reload()
    expect(page.locator("#find")).to_be_visible()
    expect(page.locator("#unsure")).to_be_hidden()
    expect(page.locator("#unsure-key")).to_be_hidden()
