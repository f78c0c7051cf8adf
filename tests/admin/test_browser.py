"""The admin's and the API's pages in a real browser, under the strict policy."""

import io
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connections
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from sessions_app.models import AccessLog, Call, Recording, Version
from sessions_app.models.work import WorkState
from sessions_app.services import tags
from tests.admin.conftest import signed_in
from tests.fixtures.chromium import chromium
from tests.services.test_versions import made, row
from tests.static_files import static_files  # noqa: F401 - a fixture

R = TypeVar("R")

# the live server shares its database with the test, so that nothing may be rolled back
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def silence(seconds: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(4 * 8000 * seconds))
    return out.getvalue()


@pytest.fixture
def server(static_files: None, transactional_db: None) -> Iterator[LiveServer]:  # noqa: F811
    """Serves from this test's settings, as pytest-django's server for the session cannot."""
    running = LiveServer("localhost")
    yield running
    running.stop()


@contextmanager
def page_of(user: User, server: LiveServer) -> Iterator[Page]:
    """Yields a page of a signed-in user; any complaint or foreign request fails the test."""
    cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    wrong: list[str] = []
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": cookie, "url": server.url}])
        page = context.new_page()
        page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(server.url) else wrong.append(asked.url),
        )
        yield page
        context.close()
    assert wrong == []


def test_clicking_a_time_plays_from_there(
    server: LiveServer, staff: User, recording: Recording
) -> None:
    recording.file.save("call.wav", ContentFile(silence(60)))
    call: Call = recording.call
    with page_of(staff, server) as page:
        late: list[Route] = []  # the module that reports what is heard
        page.route("**/playback-report*", lambda route: late.append(route))  # noqa: PLW0108 - it is marked
        page.goto(f"{server.url}/admin/sessions_app/call/")
        page.get_by_role("link", name=call.public_id).click()
        rows = page.locator("#transcript .line")
        expect(rows).to_have_count(3)
        # the player's own module, which comes before that one, has drawn the sound
        page.wait_for_function("() => document.querySelector('#wave-canvas').width > 300")
        rows.nth(1).locator(".line-time").click()
        page.wait_for_function("document.querySelector('audio').played.length > 0")
        with page.expect_response("**/heard?**") as told:
            late[0].continue_()
        assert told.value.status == 204
        page.unroute("**/playback-report*")
        page.reload()
        with page.expect_response("**/heard?**") as told:
            rows.nth(1).locator(".line-time").click()
        assert told.value.status == 204
        expect(page.locator(".line-now")).to_have_attribute("data-seq", "2")
        assert page.evaluate("document.querySelector('audio').currentTime") >= 2
        expect(page.locator("#wave-canvas")).to_be_visible()
        # the player is that of the call's own page, with its keys and speeds
        page.get_by_label("Speed").select_option("2")
        assert page.evaluate("document.querySelector('audio').playbackRate") == 2
        expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
        page.locator("#wave").press("Space")
        expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
        page.locator("#wave").press("Home")
        expect(page.locator("#player-now")).to_have_text("0:00")
        expect(page.locator("#player-length")).to_have_text("1:00")
    noted = AccessLog.objects.filter(user=staff).order_by("pk").values_list("action", "detail")
    assert list(noted) == [(what, "in the admin") for what in ("read", "loaded", "listened")]


def test_a_player_that_is_not_started_loads_nothing(
    server: LiveServer, staff: User, recording: Recording
) -> None:
    recording.file.save("call.wav", ContentFile(silence(6)))
    with page_of(staff, server) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{server.url}/admin/sessions_app/call/{recording.call_id}/change/")
        page.wait_for_load_state("networkidle")
        page.goto(f"{server.url}/calls/{recording.call.public_id}/")
        page.wait_for_load_state("networkidle")
        assert not [url for url in asked if "/recording?" in url or "/heard?" in url]
        # all of it is loaded, and played without sound: neither is listening
        page.evaluate(
            """async () => {
              const audio = document.querySelector("#audio");
              audio.muted = true;
              await audio.play();
              while (audio.currentTime < 0.5) {
                await new Promise((done) => {
                  audio.addEventListener("timeupdate", done, { once: true });
                });
              }
            }"""
        )
        assert [url for url in asked if "/recording?" in url]
        assert not [url for url in asked if "/heard?" in url]
    noted = AccessLog.objects.filter(user=staff).order_by("pk").values_list("action", "detail")
    assert list(noted) == [
        ("read", "in the admin"),
        ("read", "on the page"),
        ("loaded", "on the page"),
    ]


def asked(work: Callable[[], R]) -> R:
    """Returns what the database says: not in this thread, where the browser's loop runs."""

    def done() -> R:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(done).result()


def test_two_transcripts_are_compared_without_a_reload(
    server: LiveServer, staff: User, recording: Recording
) -> None:
    recording.file.save("call.wav", ContentFile(silence(6)))
    one = made(recording.call, staff, row(1, "Hallo there."), row(3, "please send the report"))
    accepted = one.segments.filter(accepted_by=staff)
    Version.objects.update(state=WorkState.RUNNING)
    with page_of(staff, server) as page:
        page.goto(f"{server.url}/admin/sessions_app/call/{recording.call_id}/versions/2/")
        expect(page.locator(".vs-call")).to_contain_text("being transcribed")
        page.evaluate("document.body.dataset.same = 'yes'")
        read = AccessLog.objects.filter(user=staff, action=AccessLog.Action.READ)
        assert not asked(read.exists), "nothing was to be read"
        asked(lambda: Version.objects.update(state=WorkState.DONE))
        rows = page.locator(".vs-compared tbody tr")
        expect(rows).to_have_count(2)
        expect(page.locator("#vs-said")).to_have_text("The transcript is ready.")
        rows.first.get_by_role("button", name="Play from").click()
        expect(rows.first).to_have_class("vs-now")
        rows.first.get_by_role("button", name="Accept").press("Enter")
        undo = rows.first.get_by_role("button", name="Undo")
        expect(undo).to_be_focused()
        assert asked(accepted.first) is not None
        undo.press("Enter")
        expect(rows.first.get_by_role("button", name="Accept")).to_be_focused()
        page.get_by_role("button", name="Accept all").click()
        expect(page.get_by_role("button", name="Accept all")).to_have_count(0)
        assert not page.evaluate("document.querySelector('audio').paused")
        assert page.evaluate("document.body.dataset.same") == "yes"
    assert accepted.count() == 1


def test_the_api_can_be_browsed_and_tried(server: LiveServer, staff: User, ended: Call) -> None:
    with page_of(staff, server) as page:
        page.goto(f"{server.url}/api/v1/docs/")
        operation = page.locator("#operations-calls-calls_list")
        operation.locator(".opblock-summary-control").click()
        operation.locator(".try-out__btn").click()
        operation.locator(".execute").click()
        expect(operation.locator(".live-responses-table")).to_contain_text(ended.public_id)


def test_the_list_of_calls_fits_a_small_screen(
    server: LiveServer, staff: User, ended: Call
) -> None:
    Call.objects.filter(pk=ended.pk).update(title="")
    tags.add(ended, staff, ["garden", "callback"])
    with page_of(staff, server) as page:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{server.url}/admin/sessions_app/call/")
        table = page.locator("#changelist .results")
        expect(table.get_by_text("Reviewed")).to_be_visible()
        assert table.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
