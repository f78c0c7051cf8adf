"""The socket by which staff look on at a live call: who is let in, and what they are told."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import Permission, User

from sessions_app.engine.core.desk import StaffAction, StaffMember
from sessions_app.engine.core.events import Speaker, SpeechStarted, StaffActed, StateChanged
from sessions_app.engine.core.states import CallState
from sessions_app.engine.session.staff_desk import DeskControls, StaffDesk
from sessions_app.models import AccessLog, Call, StaffAct
from sessions_app.routing import websocket_urlpatterns
from sessions_app.runtime import endings, engine
from sessions_app.services import access, live_desk
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db(transaction=True)

NOT_SIGNED_IN, NO_CALL = 4401, 4404


class Agent:
    """Notes what staff have an agent do."""

    heeds = True

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.staff = self
        self.released = asyncio.Event()

    def release(self) -> None:
        self.asked.append(("release",))
        self.released.set()

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self.asked.append((name, *given[:1]))


@pytest.fixture
def agent() -> Agent:
    return Agent()


@pytest.fixture
def told_all() -> list[Any]:
    """What the call's desk emits."""
    return []


@pytest.fixture
def desk(agent: Agent, told_all: list[Any]) -> StaffDesk:
    inbound: Any = SimpleNamespace(on_frame=None)
    playing: Any = agent

    def emit(event: Any) -> None:
        told_all.append(event)
        made.emit(event)

    made = StaffDesk(DeskControls(emit, lambda: 500.0, inbound, None, playing))
    return made


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
    quiet = await told(wire)
    assert (quiet["type"], quiet["caller"], quiet["over"]) == ("desk", False, False)
    desk.emit(SpeechStarted(Speaker.CALLER, 100.0))
    assert await told(wire) == quiet | {"caller": True}
    await wire.send_to(text_data="{}")
    assert (await told(wire))["type"] == "error"
    desk.emit(StateChanged(CallState.ENDED))
    assert await told(wire) == quiet | {"over": True}
    assert (await wire.receive_output(5))["type"] == "websocket.close"
    await wire.disconnect()
    assert len(endings.current()) == 0


ASKED = {
    "whisper_calls": ({"type": "whisper", "text": "Be brief."},),
    "listen_live": ({"type": "listen", "on": True}, {"type": "listen", "on": False}),
    "take_over_calls": (
        {"type": "take-over"},
        {"type": "say", "text": "Hello."},
        {"type": "give-back"},
    ),
}
DONE = {
    "whisper_calls": ["whisper"],
    "listen_live": [],
    "take_over_calls": ["hold", "say", "release"],
}


@pytest.mark.parametrize("held", [*ASKED, ""])
async def test_each_thing_needs_its_permission(
    call: Call, agent: Agent, desk: StaffDesk, told_all: list[Any], held: str
) -> None:
    clerk = await User.objects.acreate(username="clerk", is_staff=True)
    for name in filter(None, ("view_call", held)):
        await clerk.user_permissions.aadd(await Permission.objects.aget(codename=name))
    wire = await sync_to_async(opened)(call, clerk)
    assert (await wire.connect())[0]
    await told(wire)
    asked = [message for messages in ASKED.values() for message in messages]
    for message in asked:
        await wire.send_to(text_data=json.dumps(message))
    await wire.send_to(text_data="[]")  # answered after all before it
    codes: list[str] = []
    while "bad_json" not in codes:
        codes += filter(None, [(await told(wire)).get("code")])
    assert codes == ["not_allowed"] * (len(asked) - len(ASKED.get(held, ()))) + ["bad_json"]
    assert [name for name, *_ in agent.asked] == DONE.get(held, [])
    assert bool(told_all) == bool(held)
    assert desk.state.listeners == 0
    await wire.disconnect()


async def test_a_call_is_given_back_when_whoever_took_it_over_does_not_return(
    call: Call, staff: User, agent: Agent, desk: StaffDesk, monkeypatch: Any
) -> None:
    monkeypatch.setattr("sessions_app.engine.session.staff_desk.GRACE_S", 0.0)
    wire = await sync_to_async(opened)(call, staff)
    assert (await wire.connect())[0]
    await told(wire)
    await wire.send_to(text_data='{"type": "take-over"}')
    while not (await told(wire)).get("mine"):
        pass
    await wire.disconnect()
    await agent.released.wait()
    assert desk.state.held_by is None
    assert [name for name, *_ in agent.asked] == ["hold", "release"]


async def test_what_staff_did_is_kept_and_logged(call: Call, staff: User) -> None:
    member = StaffMember(staff.pk, staff.get_username())
    note = sync_to_async(live_desk.note)
    await note(call.pk, StaffActed(StaffAction.WHISPER, member, 700.4, "Be brief."))
    await note(call.pk, StaffActed(StaffAction.LISTEN, member, 900.0))
    kept = [row async for row in StaffAct.objects.values_list("deed", "text", "at_ms", "user_id")]
    assert kept == [("whisper", "Be brief.", 700, staff.pk), ("listen", "", 900, staff.pk)]
    logged = [row async for row in AccessLog.objects.order_by("at").values_list("action", "detail")]
    assert logged == [("whispered", ""), ("listened", "live, began")]
