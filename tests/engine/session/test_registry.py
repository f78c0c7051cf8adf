"""Whether another call is taken."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.events import CallEvent, StateChanged
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.ports import EventSink
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.rtc.loop.tick import Ticks
from sessions_app.engine.session.call_parts import Ownership
from sessions_app.engine.session.registry import Registry


class Call:
    """A call that ends as the test says; only time and failure are played."""

    def __init__(self, call_id: str, user: int = 1) -> None:
        self.ownership = Ownership(call_id, Party(user))
        self.state = CallState.ACTIVE
        self.transport = self
        self.last_heard_s: float | None = None
        self.call_id = call_id
        self.over = False
        self.ending: EndReason | None = None
        self.sinks: list[EventSink] = []

    def add_sink(self, sink: EventSink) -> None:
        self.sinks.append(sink)

    def tick(self, now_s: float) -> None:
        pass

    def end_soon(self, reason: EndReason) -> None:
        self.ending = reason
        self.over = True

    def tell(self, event: CallEvent) -> None:
        for sink in self.sinks:
            sink.emit(event)


@pytest.fixture
async def made() -> AsyncIterator[list[Registry]]:
    made: list[Registry] = []
    yield made
    for registry in made:
        await registry.drain()


def begin(registry: Registry, call_id: str, place: Reservation, user: int = 1) -> Call:
    call = Call(call_id, user)
    session: Any = call
    registry.add(session, place)
    return call


async def test_a_late_loop_takes_no_call_beside_those_it_has() -> None:
    late = True
    registry = Registry(10, Ticks(), late=lambda: late)
    registry.reserve()  # alone, it cannot make another choppy
    with pytest.raises(BusyError, match="choppy"):
        registry.reserve()
    assert registry.free_slots == 0
    late = False
    registry.reserve()
    assert registry.free_slots == 8


async def test_there_are_as_many_as_there_may_be(made: list[Registry]) -> None:
    registry = Registry(1, Ticks())
    made.append(registry)
    place = registry.reserve()
    with pytest.raises(BusyError, match="1 calls"):
        registry.reserve()
    begin(registry, "one", place)
    with pytest.raises(BusyError, match="1 calls"):
        registry.reserve()


async def test_a_start_that_failed_gives_its_place_back() -> None:
    registry = Registry(1, Ticks())
    for _ in range(3):
        place = registry.reserve()
        place.release()
        place.release()
    assert registry.free_slots == 1


async def test_of_many_at_once_so_many_pass(made: list[Registry]) -> None:
    registry = Registry(10, Ticks())
    made.append(registry)

    async def start(number: int) -> None:
        place = registry.reserve()
        await asyncio.sleep(0)
        begin(registry, str(number), place)

    done = await asyncio.gather(*(start(n) for n in range(30)), return_exceptions=True)
    assert [type(one) for one in done if one is not None] == [BusyError] * 20
    assert len(registry) == 10


async def test_a_call_that_has_ended_frees_its_user_before_it_is_over(made: list[Registry]) -> None:
    over = asyncio.Event()
    registry = Registry(1, Ticks(), lambda _: over.set())
    made.append(registry)
    given_back: list[str] = []
    place = registry.reserve()
    place.include(Reservation(lambda: given_back.append("user")))
    call = begin(registry, "one", place)
    call.tell(StateChanged(CallState.ENDING, None, 0.0))
    assert not given_back
    call.tell(StateChanged(CallState.ENDED, None, 0.0))
    assert given_back == ["user"]
    assert registry.free_slots == 0, "the process still has its work"
    call.over = True
    async with asyncio.timeout(5):
        await over.wait()
    assert (registry.free_slots, given_back) == (1, ["user"])


async def test_a_call_that_breaks_while_it_ends_frees_its_user_all_the_same() -> None:
    over = asyncio.Event()
    registry = Registry(1, Ticks(), lambda _: over.set())
    given_back: list[str] = []
    place = registry.reserve()
    place.include(Reservation(lambda: given_back.append("user")))
    begin(registry, "one", place).over = True
    async with asyncio.timeout(5):
        await over.wait()
    assert given_back == ["user"]
    await registry.drain()


async def test_a_call_that_starts_while_the_process_stops_is_ended_too() -> None:
    registry = Registry(2, Ticks())
    place = registry.reserve()
    draining = asyncio.create_task(registry.drain())
    await asyncio.sleep(0)
    with pytest.raises(BusyError, match="restarting or stopping"):
        registry.reserve()
    assert not draining.done()
    call = begin(registry, "one", place)
    assert call.ending is EndReason.SERVER_STOPPED
    async with asyncio.timeout(2):
        await draining


def silent(registry: Registry, call_id: str, user: int = 1) -> Call:
    """Begins a call whose client was answered and never heard."""
    call = begin(registry, call_id, registry.reserve(), user)
    call.state = CallState.CONNECTING
    return call


async def test_who_was_never_heard_gives_way(
    made: list[Registry], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(3, Ticks())
    made.append(registry)
    talking = begin(registry, "talking", registry.reserve())
    first, second = silent(registry, "first"), silent(registry, "second")
    with pytest.raises(BusyError, match="3 calls"):
        registry.reserve()  # both may yet connect
    assert registry.free_slots == 0
    monkeypatch.setattr("sessions_app.engine.session.registry.UNHEARD_S", 0.0)
    first.last_heard_s = 1.0
    assert registry.free_slots == 1
    third = silent(registry, "third")
    assert second.ending is EndReason.NEVER_CONNECTED
    third.last_heard_s = 1.0
    with pytest.raises(BusyError, match="3 calls"):
        registry.reserve()
    assert [one.ending for one in (talking, first, third)] == [None] * 3


async def test_at_its_own_limit_a_party_makes_room_with_its_own_calls(
    made: list[Registry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions_app.engine.session.registry.UNHEARD_S", 0.0)
    registry = Registry(5, Ticks())
    made.append(registry)
    other, own = silent(registry, "other", 2), silent(registry, "own", 7)
    registry.evict_silent(Party(7).key)
    assert (other.ending, own.ending) == (None, EndReason.NEVER_CONNECTED)
    registry.evict_silent(Party(7).key)
    assert other.ending is None
    assert registry.free_slots == 4


async def test_it_is_empty_once_the_calls_have_ended_by_themselves() -> None:
    registry = Registry(2, Ticks())
    place, built = registry.reserve(), registry.reserve()
    call = begin(registry, "one", place)
    emptied = asyncio.create_task(registry.emptied())
    await asyncio.sleep(0)
    assert not emptied.done()
    assert call.ending is None
    built.release()
    call.over = True
    async with asyncio.timeout(2):
        await emptied
    await registry.drain()
