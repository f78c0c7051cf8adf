"""A live call's desk: who holds the call, and until when."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.desk import DeskState, StaffMember, TakeOver
from sessions_app.engine.core.events import FloorChanged, StaffActed
from sessions_app.engine.core.states import Floor
from sessions_app.engine.session.listening import ListeningMix
from sessions_app.engine.session.staff_desk import DeskControls, StaffDesk
from tests.fixtures.agent_talk import Answers, Talk

KIM, LEE = StaffMember(1, "kim"), StaffMember(2, "lee")


class Client:
    """A connection of a member of staff."""

    mix: ListeningMix | None = None

    def __init__(self, desk: StaffDesk, member: StaffMember) -> None:
        self.member = member
        desk.join(self)

    def show(self, state: DeskState) -> None: ...
    def note(self, acted: StaffActed) -> None: ...


@pytest.fixture
def asked() -> list[str]:
    """What the desk has the agent do."""
    return []


@pytest.fixture
def desk(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> StaffDesk:
    monkeypatch.setattr("sessions_app.engine.session.staff_desk.GRACE_S", 0.0)
    staff = SimpleNamespace(
        hold=lambda: asked.append("hold"), release=lambda: asked.append("release")
    )
    agent: Any = SimpleNamespace(staff=staff, heeds=True)
    inbound: Any = SimpleNamespace(on_frame=None)
    return StaffDesk(DeskControls(lambda _event: None, lambda: 0.0, inbound, None, agent))


async def what_is_due() -> None:
    """Waits until timers that end now have run."""
    ran = asyncio.Event()
    asyncio.get_running_loop().call_later(0, ran.set)
    await ran.wait()


async def test_a_call_stays_with_who_has_it_on_another_page(
    desk: StaffDesk, asked: list[str]
) -> None:
    first, second = Client(desk, KIM), Client(desk, KIM)
    for client in (first, second, second):
        desk.execute(client, TakeOver())
    desk.leave(second)
    await what_is_due()
    assert (desk.state.held_by, asked) == (KIM, ["hold"])  # what is being said is not cut
    desk.leave(first)
    await what_is_due()
    assert (desk.state.held_by, asked) == (None, ["hold", "release"])


async def test_somebody_who_only_looks_on_keeps_no_call(desk: StaffDesk) -> None:
    holder, _list = Client(desk, KIM), Client(desk, KIM)
    desk.execute(holder, TakeOver())
    desk.leave(holder)
    await what_is_due()
    assert desk.state.held_by is None


async def test_a_call_that_somebody_else_took_over_stays_theirs(
    desk: StaffDesk, asked: list[str]
) -> None:
    kim, lee = Client(desk, KIM), Client(desk, LEE)
    desk.execute(kim, TakeOver())
    desk.execute(lee, TakeOver())
    desk.leave(kim)
    await what_is_due()
    assert (desk.state.held_by, asked) == (LEE, ["hold", "hold"])


async def test_a_line_is_said_although_the_caller_types_at_the_same_moment() -> None:
    async with Talk(Answers(["Yes."]), AgentConfig(slug="a", responder="r", silence_s=0)) as talk:
        talk.agent.staff.hold()
        talk.agent.staff.say("This is Kim.", KIM.key, talk.now_ms())
        talk.agent.say("tell me a story")
        await talk.until(lambda: any(s.text == "This is Kim." for s in talk.said()), "the line")
        await talk.until(lambda: talk.of(FloorChanged)[-1].floor is Floor.LISTENING, "its end")
    assert [s.text for s in talk.said()] == ["This is Kim."]
