"""Reviewing in a real browser: on a call's page, and on the admin's."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from sessions_app.models import Recording
from sessions_app.services import comments, tags
from tests.admin.test_browser import page_of, server, silence
from tests.static_files import static_files  # noqa: F401 - a fixture

__all__ = ["server"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAYER = "document.querySelector('#audio, .vs-player audio')"


def reviewed_on(page: Page, address: str) -> None:
    """Plays from a comment, says another one at that time, and adds a tag that is offered."""
    page.goto(address)
    page.locator("#comments").get_by_role("button", name="Play from 0:02").click()
    # before it is loaded it names the time at which it will start, and then 0 for a moment
    page.wait_for_function(f"() => {PLAYER}.readyState >= 3 && {PLAYER}.currentTime > 2")
    page.evaluate(f"{PLAYER}.pause()")
    page.get_by_role("button", name="Time of the player").click()
    expect(page.locator("#rv-at")).to_have_value("0:02")
    page.locator("#rv-text").fill("And here.")
    page.get_by_role("button", name="Add comment").click()
    expect(page.locator(".rv-thread")).to_have_count(2)
    page.locator("#rv-tag").press_sequentially("bil")  # each key asks, until there is an answer
    offered = page.locator("#tags-known option")
    expect(offered).to_have_attribute("value", "billing")
    page.locator("#rv-tag").fill("billing")
    page.locator("#rv-tag").press("Enter")
    page.get_by_role("button", name="Remove the tag billing").click()
    expect(page.get_by_role("button", name="Remove the tag billing")).to_have_count(0)


@pytest.mark.parametrize(
    "address", ["/calls/{id}/", "/admin/sessions_app/call/{pk}/change/"], ids=["page", "admin"]
)
def test_a_call_is_reviewed(
    server: LiveServer,
    staff: User,
    recording: Recording,
    make_call: object,
    address: str,
) -> None:
    recording.file.save("call.wav", ContentFile(silence(60)))  # it may not end meanwhile
    call = recording.call
    other = make_call(staff)  # type: ignore[operator]
    tags.add(other, staff, ["billing"])
    comments.say(call, staff, 2000, "Listen.", staff_only=True)
    with page_of(staff, server) as page:
        reviewed_on(page, server.url + address.format(id=call.public_id, pk=call.pk))


@pytest.mark.parametrize(
    "address", ["/calls/{id}/", "/admin/sessions_app/call/{pk}/change/"], ids=["page", "admin"]
)
def test_what_was_refused_has_the_focus(
    server: LiveServer, staff: User, recording: Recording, address: str
) -> None:
    call = recording.call
    with page_of(staff, server) as page:
        page.goto(server.url + address.format(id=call.public_id, pk=call.pk))
        page.locator("#rv-at").fill("soon")
        page.locator("#rv-text").fill("Listen.")
        page.get_by_role("button", name="Add comment").click()
        expect(page.locator("#rv-at")).to_be_focused()
        expect(page.locator("#rv-at")).to_be_in_viewport()
        expect(page.locator("#rv-at")).to_have_accessible_description(re.compile("such as 1:05"))
        expect(page.locator("#rv-text")).to_have_value("Listen.")
