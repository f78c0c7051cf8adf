"""The page of a long call: few elements, all of its words, and a search of its own."""

import json
import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from playwright.sync_api import Page, Route, WebSocketRoute, expect
from pytest_django.live_server_helper import LiveServer

from bench.long_call import LINE_MS, long_call
from sessions_app.models import Call, Segment
from sessions_app.services import call_parts
from tests.admin.test_browser import server, silence
from tests.browser.test_corrections import page_of
from tests.static_files import static_files

__all__ = ["server", "static_files"]

# the live server shares its database with the test, so that nothing may be rolled back
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
]

LINES = 400
FIRST = call_parts.FIRST_LINES
ELEMENTS_OF_A_LINE = 7
CUT = 399
NOW = "document.querySelector('#audio').currentTime"


@pytest.fixture
def page(server: LiveServer, alice: User) -> Iterator[Page]:
    """A long call's page; the agent was interrupted in the last line but one."""
    call = long_call(alice, LINES)
    Segment.objects.filter(call=call, seq=CUT).update(
        speaker="agent", text="It is the Café on the corner.", heard_text="It is the", words=[]
    )
    call.recording.file.save("call.wav", ContentFile(silence(LINES * LINE_MS // 1000)))
    with page_of(alice, server, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{server.url}/calls/{call.public_id}/")
        expect(page.locator("#find")).to_be_visible()
        yield page


def test_words_become_elements_only_where_they_are_needed(page: Page) -> None:
    expect(page.locator("#segment-1 .word").first).to_be_visible()
    expect(page.locator(".later")).to_have_count(0)
    many = page.locator(".word").count()
    assert many < 100 * 13, many
    assert page.locator("#transcript *").count() - many <= LINES * ELEMENTS_OF_A_LINE + 10
    last = page.locator("#segment-400")
    expect(last).to_contain_text("Well,")  # who reads it, or searches in the browser, has all words
    expect(last.locator(".word")).to_have_count(0)
    before = last.locator(".words").text_content()
    last.scroll_into_view_if_needed()
    expect(last.locator(".word").first).to_have_text("Well,")
    assert last.locator(".words").text_content() == before
    last.locator(".word").nth(1).click()
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    assert page.evaluate(NOW) > 399 * LINE_MS / 1000
    page.evaluate("document.querySelector('#audio').pause()")
    # what plays has elements, wherever it is, and so has what the keyboard reaches
    page.evaluate(f"document.querySelector('#audio').currentTime = {200 * LINE_MS / 1000 + 0.1}")
    now = page.locator("#segment-201.line-now .word-now")
    expect(now).to_have_text("Well,")
    page.locator(".word[tabindex='0']").focus()
    page.keyboard.press("ArrowLeft")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#segment-4 .word").first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#segment-3 .word").last).to_be_focused()


def test_it_opens_with_its_first_lines_and_the_rest_follows(page: Page) -> None:
    expect(page.locator(".later")).to_have_count(0)
    held: list[Route] = []
    passed: list[bool] = []
    page.route("**/*part=*", lambda route: route.continue_() if passed else held.append(route))
    page.goto(f"{page.url}#segment-398")
    page.reload()
    expect(page.locator("#segment-1 .word").first).to_be_visible()
    expect(page.locator(".line")).to_have_count(FIRST)
    page.get_by_label("Find in this call").fill("line-399")
    expect(page.locator("#find-count")).to_have_text("Searching…")
    page.locator("#segment-1 .word").nth(1).click()
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    page.locator("#play").click()
    first = page.locator(".later").first
    passed.append(True)
    held.pop(0).abort()
    held.pop(0).continue_()
    expect(first).to_contain_text("could not be loaded")
    expect(page.locator("#segment-398")).to_be_in_viewport()
    expect(page.locator("#segment-398:target")).to_have_count(1)
    first.get_by_role("button").click()
    expect(page.locator(".line")).to_have_count(LINES)
    expect(page.locator(".fall")).to_have_count(LINES // 2)


def test_the_search_finds_in_all_lines(page: Page) -> None:
    field, count = page.get_by_label("Find in this call"), page.locator("#find-count")
    field.fill("LINE-3")
    # 3, 30 to 39 and 300 to 399 without the one that was interrupted
    expect(count).to_have_text("1 of 110")
    expect(page.locator("#segment-3")).to_be_in_viewport()
    expect(page.locator(".found-now")).to_have_text(re.compile("^line.3\\.$"))
    field.press("Shift+Enter")
    expect(count).to_have_text("110 of 110")
    expect(page.locator("#segment-398")).to_be_in_viewport()
    expect(page.locator("#segment-398 .found-now")).to_have_count(1)
    expect(page.locator(".found-now")).to_have_count(1)
    expect(field).to_be_in_viewport()
    field.press("Enter")
    field.press("Enter")
    expect(count).to_have_text("2 of 110")
    expect(page.locator("#segment-30 .found-now")).to_be_in_viewport()
    field.fill("is the cafe on")
    expect(count).to_have_text("1 of 1")
    # of an interrupted line what was heard, and what was not
    now = page.locator(f"#segment-{CUT} .found-now")
    expect(now).to_have_text(["is", "the", re.compile("Caf")])
    field.fill("nobody said this")
    expect(count).to_have_text("Not found")
    expect(page.locator("#find-next")).to_be_disabled()
    expect(page.locator(".found")).to_have_count(0)
    field.fill("line-7.")
    expect(count).to_have_text("1 of 1")
    field.press("Escape")
    expect(field).to_have_value("")
    expect(count).to_have_text("")
    expect(page.locator(".found")).to_have_count(0)


def test_a_live_one_comes_with_its_last_lines_in_the_admin(server: LiveServer, staff: User) -> None:
    call = long_call(staff, LINES)
    call.recording.delete()
    live = {"state": "active", "end_reason": "", "ended_at": None, "duration_ms": None}
    Call.objects.filter(pk=call.pk).update(**live)
    held: list[Route] = []
    sockets: list[WebSocketRoute] = []

    def hold(route: Route) -> None:
        held.append(route)

    def take(socket: WebSocketRoute) -> None:
        sockets.append(socket)

    with page_of(staff, server, viewport={"width": 1280, "height": 1600}) as page:
        page.route("**/*part=lines*", hold)
        page.route_web_socket("**/live", take)
        page.goto(f"{server.url}/admin/sessions_app/call/{call.pk}/change/")
        lines = page.locator("#transcript .line")
        expect(lines).to_have_count(FIRST)
        expect(page.locator(f"#segment-{LINES}")).to_be_in_viewport()
        line = {"type": "transcript", "role": "agent", "text": "Just so.", "final": True}
        for seq, told in ((5, {"redacted": True}), (LINES + 1, {"typedBy": "Kim"})):
            sockets[0].send(json.dumps(line | told | {"seq": seq, "startMs": seq * LINE_MS}))
        expect(lines).to_have_count(FIRST + 1)
        expect(lines.last).to_be_in_viewport()
        expect(lines.last.locator(".typed-by")).to_have_text("Typed by Kim")
        page.unroute("**/*part=lines*")  # which lets those go that are held
        expect(lines).to_have_count(LINES + 1)
        expect(page.locator(".later")).to_have_count(0)
        expect(lines.last).to_be_in_viewport()
        starts = lines.evaluate_all("lines => lines.map(({ dataset }) => Number(dataset.start))")
        assert starts == sorted(starts)
