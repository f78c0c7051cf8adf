"""What a live call counts, and how much it keeps of itself."""

import time
from typing import Any, cast

import pytest

from sessions_app.consumers.outgoing import BACKLOG
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.commands import (
    AppMessage,
    HangUp,
    Interrupt,
    Mute,
    Press,
    Say,
    Speak,
    ToCall,
)
from sessions_app.engine.core.errors import BusyError, NoAgentError
from sessions_app.engine.core.events import MediaGap, SegmentFinal, Speaker
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.rates import MessageKind, MessageLimits, TooManyError
from sessions_app.engine.core.states import CallState
from sessions_app.engine.session.agent_session import AgentSession
from sessions_app.engine.session.call_parts import CallSides, Ownership
from sessions_app.engine.session.call_session import (
    MAX_FINALS,
    MAX_GAPS,
    CallSession,
)
from sessions_app.engine.session.supervisor import Limits


class Side:
    """Stands for a call's ears and its agent: notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self.asked.append((name, *given))


def session(limits: MessageLimits, side: Side, *, answers: bool = True) -> CallSession:
    ears: Any = side
    agent = cast("AgentSession", side)
    sides = CallSides(lambda _: ears, (lambda _: agent) if answers else None)
    transport: Any = None
    owner = Ownership("call", Party(1))
    return CallSession(owner, transport, sides, CallClock(), Limits(), messages=limits)


@pytest.mark.parametrize(
    ("command", "limit"),
    [
        (Say("hello"), "texts_per_call"),
        (Speak("hello"), "texts_per_call"),
        (Interrupt(), "requests_per_call"),
        (Press(("1",)), "requests_per_call"),
        (Mute(True), "requests_per_call"),
        (AppMessage(1), "app_messages_per_call"),
    ],
)
async def test_what_is_above_a_limit_is_not_done(command: ToCall, limit: str) -> None:
    side = Side()
    call = session(MessageLimits(**{limit: 3}), side)
    for _ in range(3):
        call.execute(command)
    before = len(side.asked)
    with pytest.raises(TooManyError):
        call.execute(command)
    assert len(side.asked) == before >= 3


async def test_a_call_that_is_behind_takes_nothing_typed_and_may_still_be_ended() -> None:
    side = Side()
    call = session(MessageLimits(), side)
    call.storage_is_behind = lambda: True
    before = len(side.asked)
    for command in (Say("a"), Speak("b"), AppMessage(1)):
        with pytest.raises(BusyError, match="more to save"):
            call.execute(command)
    assert len(side.asked) == before
    call.execute(Interrupt())
    assert len(side.asked) > before


async def test_texts_typed_and_said_are_one_count() -> None:
    call = session(MessageLimits(texts_per_call=2), Side())
    call.execute(Say("a"))
    call.execute(Speak("b"))
    with pytest.raises(TooManyError):
        call.execute(Say("c"))


async def test_to_hang_up_is_always_allowed() -> None:
    call = session(MessageLimits(1, 1, 1, 1, 1, 1, 1), Side())
    ended: list[Any] = []
    call.end_soon = ended.append  # type: ignore[method-assign,assignment] # ends nothing here
    for _ in range(10):
        call.execute(HangUp())
    assert len(ended) == 10


async def test_what_no_agent_can_do_is_counted_too() -> None:
    call = session(MessageLimits(texts_per_call=1), Side(), answers=False)
    with pytest.raises(NoAgentError):
        call.execute(Say("a"))
    with pytest.raises(TooManyError):
        call.execute(Say("a"))


async def test_a_long_call_keeps_what_fits_into_a_socket_and_the_rest_is_in_the_database() -> None:
    call = session(MessageLimits(), Side(), answers=False)
    for seq in range(1, 2_001):
        call._emit(SegmentFinal(seq, Speaker.CALLER, f"text {seq}", 0, 0))
        call._emit(MediaGap(seq, seq + 1))
    told = [final.seq for final in call.finals_after(0)]
    assert told == list(range(2_001 - MAX_FINALS, 2_001))
    assert [final.seq for final in call.finals_after(1_998)] == [1_999, 2_000]
    assert call.finals_after(2_000) == []
    assert len(call.catch_up()) == 1 + MAX_GAPS
    assert len(told) + len(call.catch_up()) < BACKLOG


async def test_audio_and_resumptions_are_counted_by_the_call() -> None:
    call = session(MessageLimits(audio_per_call=2, resumes_per_call=1), Side())
    call.count(MessageKind.AUDIO)
    call.count(MessageKind.AUDIO)
    call.count(MessageKind.RESUMES)
    for kind in (MessageKind.AUDIO, MessageKind.RESUMES):
        with pytest.raises(TooManyError):
            call.count(kind)


async def test_keys_that_come_with_the_sound_are_counted_and_never_raise() -> None:
    side = Side()
    call = session(MessageLimits(requests_per_call=3), side, answers=False)
    for _ in range(9):
        call.hear_key("5")
    assert [(final.text, final.key) for final in call.finals_after(0)] == [("Pressed 5", "5")] * 3


class Quiet:
    """A client that is there and sends nothing."""

    connected, closed_by_peer, can_play = True, False, True
    last_media_s: float | None = None
    last_heard_s: float | None = None
    silent_ms: float | None = None

    def silent_until_ms(self, now_s: float) -> float | None:
        return self.silent_ms


def quiet() -> tuple[CallSession, Side, Quiet]:
    side, transport = Side(), Quiet()
    call = session(MessageLimits(), side)
    call._transport = cast("Any", transport)
    call.state = CallState.ACTIVE
    return call, side, transport


async def test_a_call_lasts_though_nobody_sends_any_audio() -> None:
    call, side, transport = quiet()
    began_s = time.monotonic()
    for n in range(100):
        transport.last_heard_s = began_s + 0.1 * n
        call.tick(transport.last_heard_s)
    assert call.clock.now_ms(began_s + 60) == pytest.approx(60_000)
    told = [given for name, *given in side.asked if name == "tick" and len(given) == 1]
    assert told[-1] == [pytest.approx(9_900)]  # what the agent's patience goes by


async def test_a_loop_that_was_held_up_takes_nobody_to_be_silent() -> None:
    call, side, transport = quiet()
    began_s = time.monotonic()
    transport.silent_ms = 1.0
    for at_s in (0.1, 0.2, 1.2, 1.3):  # for a second nothing could be read
        transport.last_heard_s = began_s + at_s
        call.tick(transport.last_heard_s)
    told = [silent_ms for name, *given in side.asked if len(given) == 2 for _, silent_ms in [given]]
    assert told == [1.0, 1.0, None, 1.0]
