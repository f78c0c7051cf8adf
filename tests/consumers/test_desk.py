"""The socket by which staff look on at a live call: who is let in, and what they are told."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import Permission, User

from sessions_app.engine.core.events import Speaker, SpeechStarted, StateChanged
from sessions_app.engine.core.states import CallState
from sessions_app.engine.session.staff_desk import StaffDesk
from sessions_app.models import Call
from sessions_app.routing import websocket_urlpatterns
from sessions_app.runtime import endings, engine
from sessions_app.services import access
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db(transaction=True)

NOT_SIGNED_IN, NO_CALL = 4401, 4404


@pytest.fixture
def desk() -> StaffDesk:
    return StaffDesk()


@pytest.fixture
def call(alice: User, make_call: CallMaker, desk: StaffDesk, monkeypatch: Any) -> Call:
    """A live call whose session this process has: of that only the desk."""
    made = make_call(alice)

    def session_of(call_id: str, party: Any) -> Any:
        assert (call_id, party) == (made.public_id, made.party)
        return SimpleNamespace(desk=desk)

    monkeypatch.setattr(engine, "session_of", session_of)
    return made


def opened(call: Call, user: User | None) -> Any:
    """Returns the socket of somebody with a token of `user`, or of nobody."""
    headers = []
    if user is not None:
        token = access.issue_token(user, "test")[1]
        headers = [(b"authorization", f"Bearer {token}".encode())]
    path = f"/ws/calls/{call.public_id}/desk"
    return WebsocketCommunicator(URLRouter(websocket_urlpatterns), path, headers)


async def told(wire: Any) -> dict[str, Any]:
    return dict(json.loads(await wire.receive_from(5)))


async def close_code(wire: Any) -> int:
    assert (await wire.connect())[0]
    closed = await wire.receive_output(5)
    assert closed["type"] == "websocket.close"
    return int(closed["code"])


async def test_nobody_looks_on_but_staff_who_may_see_every_call(
    call: Call, alice: User, bob: User
) -> None:
    clerk = await User.objects.acreate(username="clerk", is_staff=True)
    await clerk.user_permissions.aadd(await Permission.objects.aget(codename="end_call"))
    # a permission makes nobody staff
    await bob.user_permissions.aadd(await Permission.objects.aget(codename="view_call"))
    people = ((None, NOT_SIGNED_IN), (alice, NO_CALL), (bob, NO_CALL), (clerk, NO_CALL))
    for user, code in people:
        wire = await sync_to_async(opened)(call, user)
        assert await close_code(wire) == code


async def test_staff_are_told_who_talks_until_the_call_is_over(
    call: Call, staff: User, desk: StaffDesk
) -> None:
    wire = await sync_to_async(opened)(call, staff)
    assert (await wire.connect())[0]
    quiet = {"type": "desk", "caller": False, "agent": False, "over": False}
    assert await told(wire) == quiet
    desk.emit(SpeechStarted(Speaker.CALLER, 100.0))
    assert await told(wire) == quiet | {"caller": True}
    await wire.send_to(text_data="{}")
    assert (await told(wire))["type"] == "error"
    desk.emit(StateChanged(CallState.ENDED))
    assert await told(wire) == quiet | {"over": True}
    assert (await wire.receive_output(5))["type"] == "websocket.close"
    await wire.disconnect()
    assert len(endings.current()) == 0
