"""A transcript is corrected on the call's page, in a real browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from sessions_app.models import Call, Recording, Segment, Summary
from sessions_app.services import corrections
from tests.admin.conftest import signed_in
from tests.admin.test_browser import asked, server, silence
from tests.api.conftest import call, ended, recording, summary
from tests.fixtures.chromium import chromium
from tests.static_files import static_files

__all__ = ["call", "ended", "recording", "server", "static_files", "summary"]

# the live server shares its database with the test, so that nothing may be rolled back
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EXPECTED = "Failed to load resource"
"""What Chromium says of a refusal, which the tests bring about."""


@contextmanager
def page_of(user: User, server: LiveServer, **context: Any) -> Iterator[Page]:
    """Yields a page of a signed-in user; any complaint of its scripts fails the test."""
    name = settings.SESSION_COOKIE_NAME
    cookie = signed_in(user).cookies[name].value
    wrong: list[str] = []
    with chromium() as browser:
        opened = browser.new_context(**context)
        opened.add_cookies([{"name": name, "value": cookie, "url": server.url}])
        page = opened.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda said: (
                None
                if said.type != "error" or said.text.startswith(EXPECTED)
                else wrong.append(said.text)
            ),
        )
        yield page
        opened.close()
    assert wrong == []


def line(seq: int) -> Segment:
    return asked(lambda: Segment.objects.get(seq=seq))


def test_a_line_is_corrected_by_keyboard_and_by_mouse(
    server: LiveServer, alice: User, recording: Recording, summary: Summary
) -> None:
    recording.file.save("call.wav", ContentFile(silence(6)))
    with page_of(alice, server, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{server.url}/calls/{recording.call.public_id}/")
        row = page.locator("#segment-3")
        field = row.locator("textarea")
        row.locator("[data-edit]").focus()
        page.keyboard.press("Enter")
        expect(field).to_be_focused()
        expect(field).to_have_value("please send the report")
        page.keyboard.type(" now")
        page.keyboard.press("Shift+Enter")
        expect(field).to_have_value("please send the report now")
        page.keyboard.press("Escape")
        expect(field).to_have_count(0)
        expect(row.locator("[data-edit]")).to_be_focused()
        expect(row.locator(".line-text")).not_to_contain_text("now")
        # a double click on a word selects it there, a single one plays it
        row.locator(".word").nth(3).dblclick()
        expect(field).to_be_focused()
        page.keyboard.type("transport")
        page.keyboard.press("Enter")
        expect(row.locator(".line-text")).to_contain_text("please send the transport")
        expect(row.locator("[data-edit]")).to_be_focused()
        expect(page.get_by_text("Saved.", exact=True)).to_have_attribute("role", "status")
        expect(row.locator(".corrected")).to_contain_text("Corrected by alice, Today")
        expect(page.locator("#summary-outdated")).to_contain_text("changed after this summary")
        expect(page.locator("#make-again")).to_be_visible()
        page.evaluate("document.querySelector('#audio').pause()")
        row.locator(".word").nth(3).click()
        expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
        assert page.evaluate("document.querySelector('#audio').currentTime") >= 4
        page.evaluate("document.querySelector('#audio').pause()")
        # the word that was marked stays the only one, though the words of a line are new
        page.evaluate("document.querySelector('#audio').currentTime = 4.05")
        expect(page.locator("#segment-3 .word-now")).to_have_count(1)
        page.locator("#segment-1 [data-edit]").click()
        page.locator("#segment-1 textarea").fill("hello here")
        page.keyboard.press("Enter")
        expect(page.locator("#segment-1 .corrected")).to_be_visible()
        page.evaluate("document.querySelector('#audio').currentTime = 2.05")
        expect(page.locator("#segment-2 .word-now")).to_have_count(1)
        expect(page.locator(".word-now")).to_have_count(1)
        # with the focus on a word, F2 corrects its line
        page.locator("#segment-1 .word").first.focus()
        page.keyboard.press("F2")
        expect(page.locator("#segment-1 textarea")).to_be_focused()
    now = line(3)
    assert (now.shown_text, now.revision) == ("please send the transport", 1)


def test_history_and_undo(server: LiveServer, alice: User, staff: User, ended: Call) -> None:
    corrections.correct(Segment.objects.get(seq=1), staff, "hello hare")
    corrections.correct(Segment.objects.get(seq=1), alice, "", nothing_said=True)
    with page_of(alice, server, viewport={"width": 390, "height": 800}, has_touch=True) as page:
        page.goto(f"{server.url}/calls/{ended.public_id}/")
        row = page.locator("#segment-1")
        expect(row).to_contain_text("Nothing was said here.")
        row.locator("[data-history]").click()
        expect(row.locator("[data-history]")).to_have_attribute("aria-expanded", "true")
        items = row.locator(".line-history li")
        expect(items).to_have_count(2)
        expect(items.nth(1)).to_contain_text("staff, ")
        expect(items.nth(1).locator("del")).to_contain_text("hello there")
        expect(items.nth(1).locator("ins")).to_contain_text("hello hare")
        for text, many in (("hello hare", 3), ("hello there", 4)):
            row.get_by_role("button", name="Undo").click()
            expect(items).to_have_count(many)
            expect(row.locator(".line-text")).to_contain_text(text)
            expect(row.locator("[data-history]")).to_be_focused()
        expect(row.get_by_role("button", name="Undo")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.keyboard.press("Escape")
        expect(items).to_have_count(0)
    assert line(1).revision == 4


def test_the_same_in_the_admin(
    server: LiveServer, staff: User, recording: Recording, summary: Summary
) -> None:
    recording.file.save("call.wav", ContentFile(silence(6)))
    with page_of(staff, server, viewport={"width": 1400, "height": 900}) as page:
        page.goto(f"{server.url}/admin/sessions_app/call/{recording.call_id}/change/")
        row = page.locator("#segment-3")
        field = row.locator("textarea")
        row.locator(".word").first.dblclick()
        expect(field).to_be_focused()
        page.keyboard.type("Kindly")
        page.keyboard.press("Enter")
        expect(row).to_contain_text("Kindly send the report")
        expect(row.locator(".corrected")).to_contain_text("Corrected by staff, Today")
        expect(row.locator("[data-edit]")).to_be_focused()
        expect(page.locator("#summary-outdated")).to_contain_text("changed after this summary")
        # the row still plays, and follows the player
        row.get_by_role("button", name="Play from").click()
        expect(row).to_have_class(re.compile("line-now"))
        page.evaluate("document.querySelector('audio').pause()")
        row.locator("[data-history]").click()
        row.get_by_role("button", name="Undo").click()
        expect(row.locator("[data-line-text]")).to_contain_text("please send the report")
        expect(row.locator(".line-history li")).to_have_count(2)
        page.keyboard.press("Escape")
        row.locator("[data-edit]").focus()
        page.keyboard.press("F2")
        field.fill("")
        page.keyboard.press("Enter")
        expect(row).to_contain_text("Nothing was said here.")
        page.click("#make-again")
        expect(page.locator("#summary-part .vs-badge").first).to_have_text("Waiting")
        assert page.url.endswith(f"/admin/sessions_app/call/{recording.call_id}/change/")
    assert line(3).revision == 3


def test_the_second_of_two_loses_nothing(
    server: LiveServer, alice: User, staff: User, ended: Call
) -> None:
    with page_of(alice, server) as page:
        page.goto(f"{server.url}/calls/{ended.public_id}/")
        row = page.locator("#segment-1")
        field = row.locator("textarea")
        first = asked(lambda: Segment.objects.get(seq=1))
        row.locator("[data-edit]").click()
        field.fill("hello chair")
        asked(lambda: corrections.correct(first, staff, "hello hare"))
        field.press("Enter")
        told = row.get_by_role("alert")
        expect(told).to_contain_text("Somebody else has changed this line meanwhile")
        expect(told.locator("q")).to_have_text("hello hare")
        expect(field).to_have_value("hello chair")
        row.get_by_role("button", name="Save mine").click()
        expect(row.locator(".line-text")).to_contain_text("hello chair")
        # and the other way: theirs stays
        row.locator("[data-edit]").click()
        field.fill("hello bear")
        asked(lambda: corrections.correct(first, staff, "hello pear"))
        field.press("Enter")
        row.get_by_role("button", name="Keep theirs").click()
        expect(row.locator(".line-text")).to_contain_text("hello pear")
    assert [row.after for row in asked(lambda: list(line(1).revisions.all()))] == [
        "hello hare",
        "hello chair",
        "hello pear",
    ]


def test_what_was_typed_is_kept_where_it_cannot_be_saved(
    server: LiveServer, alice: User, ended: Call
) -> None:
    def broken(route: Route) -> None:
        if route.request.method == "PATCH":
            route.fulfill(status=503, json={"code": "busy", "message": "The database is away."})
        else:
            route.continue_()

    with page_of(alice, server) as page:
        page.goto(f"{server.url}/calls/{ended.public_id}/")
        row = page.locator("#segment-1")
        page.route("**/segments/1", broken)
        row.locator("[data-edit]").click()
        row.locator("textarea").fill("hello hare")
        row.get_by_role("button", name="Save").click()
        expect(row.get_by_role("alert")).to_have_text(
            "The database is away. What you typed is still here."
        )
        expect(row.locator("textarea")).to_have_value("hello hare")
        expect(row.locator("textarea")).to_be_focused()
        page.unroute("**/segments/1")
        page.route("**/segments/1", lambda route: route.abort())
        page.keyboard.press("Enter")
        expect(row.get_by_role("alert")).to_contain_text("The server could not be reached.")
        page.unroute("**/segments/1")
        page.keyboard.press("Enter")
        expect(row.locator(".line-text")).to_contain_text("hello hare")
    assert line(1).revision == 1
