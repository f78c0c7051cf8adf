"""Who carries a call, and how a process stops; the engine as a whole is tested in end_to_end."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from sessions_app.engine.core.commands import AudioIn, StartStream
from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.websocket.transport import WebSocketTransport
from sessions_app.runtime import endings
from sessions_app.runtime.engine import Engine, current, drain
from sessions_app.runtime.settings import voice_config
from sessions_app.services.authentication import Principal, Way
from tests.fixtures.processes import children_of

BEFORE, NOW = Principal(7, Way.SESSION, "before"), Principal(7, Way.TOKEN, "1")


@pytest_asyncio.fixture(autouse=True)
async def own_endings() -> AsyncIterator[None]:
    yield
    await endings.drain()


class Session:
    """A live call over a socket."""

    call_id = "aCall"
    transport = object.__new__(WebSocketTransport)

    def __init__(self) -> None:
        self.ended: list[EndReason] = []

    def end_soon(self, reason: EndReason) -> None:
        self.ended.append(reason)


async def test_a_call_ends_with_whoever_came_back_to_it_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, session = Engine(voice_config()), Session()
    monkeypatch.setattr(engine._registry, "get", lambda *_: session)
    stands = {BEFORE.credential, NOW.credential}

    async def ask(*_: object) -> Any:
        return stands, set()

    monkeypatch.setattr(endings, "_query", ask)
    wish = StartStream(AudioIn("pcm16"), call_id="aCall", continues=True)
    await engine.stream(BEFORE, wish)
    assert (await engine.stream(NOW, wish)).resumed
    stands.remove(BEFORE.credential)
    await endings.current().check()
    assert not session.ended, "who carries it now may go on"
    stands.clear()
    await endings.current().check()
    assert session.ended == [EndReason.SIGNED_OUT]


async def test_a_process_that_stops_begins_nothing_anew() -> None:
    stopping = current()
    starting = stopping._registry.reserve()
    draining = asyncio.create_task(drain())
    await asyncio.sleep(0)
    assert current() is stopping
    with pytest.raises(BusyError, match="restarting or stopping"):
        await current().stream(NOW, StartStream(AudioIn("pcm16")))
    starting.release()
    await draining
    assert current() is not stopping
    await drain()


@pytest.mark.django_db(transaction=True)
async def test_what_was_said_is_stored_though_a_call_does_not_end() -> None:
    engine = Engine(voice_config())
    engine.store.start()
    written: list[str] = []
    starting = engine._registry.reserve()  # for as long as it is held the calls have not ended
    engine.store.post("aCall", written.append, "last words")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await engine.drain()
    assert written == ["last words"]
    starting.release()
    await engine.store.aclose()


def test_all_of_an_engine_wakes_at_the_same_ticks_and_not_at_another_engines() -> None:
    engine, another = Engine(voice_config()), Engine(voice_config())
    ticks = engine._registry._ticks
    shared = engine._transports._media_loop
    assert engine.lag._ticks is shared.ticks is ticks
    assert shared.pacer._ticks is shared.poller._ticks is ticks
    assert another._registry._ticks is not ticks


@pytest.mark.django_db(transaction=True)
async def test_a_process_that_stops_while_it_starts_leaves_nothing_running() -> None:
    before, engine = set(children_of(os.getpid())), Engine(voice_config())
    starting = asyncio.create_task(engine.start())
    async with asyncio.timeout(30):
        while set(children_of(os.getpid())) <= before:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
    await engine.drain()
    assert set(children_of(os.getpid())) <= before
    with pytest.raises(asyncio.CancelledError):
        await starting
