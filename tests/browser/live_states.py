"""The pages of live calls, with a socket whose words the test writes."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.page_states import STAFF, State

TALK = {
    "type": "desk",
    "caller": True,
    "agent": False,
    "over": False,
    "answers": True,
    "heeds": True,
    "listeners": 0,
}
WHISPERED = {
    "type": "acted",
    "deed": "whisper",
    "by": "staff",
    "atMs": 61_000,
    "text": "Offer them a refund.",
}


def _desk(*messages: dict[str, object]) -> Callable[[Page], None]:
    def before(page: Page) -> None:
        def told(socket: WebSocketRoute) -> None:
            for message in messages:
                socket.send(json.dumps(message))

        page.route_web_socket("**/desk", told)

    return before


def _talks(page: Page) -> None:
    expect(page.locator("[data-talks=caller]").first).to_be_visible()


def _held(page: Page) -> None:
    expect(page.locator("#desk-say")).to_be_visible()
    page.click("#desk-end summary")


STATES = [
    State("live calls", "/live/", STAFF, _talks, _desk(TALK)),
    State("a live call", "/live/{live}/", STAFF, _talks, _desk(TALK)),
    State(
        "a live call that staff hold",
        "/live/{live}/",
        STAFF,
        _held,
        _desk(TALK | {"heldBy": "staff", "mine": True}, WHISPERED),
    ),
]
