"""Sockets that are read together at a tick."""

import asyncio
import itertools
import logging
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from sessions_app.engine.rtc.loop import socket_poller as module
from sessions_app.engine.rtc.loop.socket_poller import AT_ONCE, SocketPoller, missing
from sessions_app.engine.rtc.loop.tick import PERIOD_S, TICK_S, Ticks

SECRET = b"the purple elephant"

pytestmark = pytest.mark.stepped


class Ear(asyncio.DatagramProtocol):
    """Notes what came."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.news = asyncio.Event()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.got.append(data)
        self.news.set()
        if data == SECRET:
            raise ZeroDivisionError(data.decode())

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.got) < count:
                self.news.clear()
                await self.news.wait()


class Line:
    """A datagram transport, and somebody who sends to it."""

    def __init__(self, transport: Any, ear: Ear) -> None:
        self.transport, self.ear = transport, ear
        self._out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._address = transport.get_extra_info("sockname")

    def send(self, data: bytes) -> None:
        self._out.sendto(data, self._address)

    def close(self) -> None:
        self._out.close()
        self.transport.close()


async def line() -> Line:
    loop = asyncio.get_running_loop()
    made = await loop.create_datagram_endpoint(Ear, local_addr=("127.0.0.1", 0))
    return Line(*made)


@pytest.fixture
async def lines() -> AsyncIterator[list[Line]]:
    made = [await line() for _ in range(AT_ONCE + 2)]
    yield made
    for one in made:
        one.close()
    await asyncio.sleep(0)


def test_the_installed_asyncio_is_as_it_is_thought_to_be() -> None:
    assert not missing()


async def test_many_are_read_at_ticks_in_order(
    lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FEW", AT_ONCE)
    poller = SocketPoller(Ticks())
    for one in lines:
        poller.take(one.transport)
        poller.take(one.transport)
    assert len(poller) == len(lines)
    for one in lines:
        for number in range(5):
            one.send(b"%d" % number)
    await lines[0].ear.until(5)
    for one in lines:  # all at once
        assert one.ear.got == [b"0", b"1", b"2", b"3", b"4"]
    for one in lines:
        poller.give_back(one.transport)
    assert poller._timer is None


async def test_few_are_read_as_datagrams_come(lines: list[Line]) -> None:
    poller = SocketPoller(Ticks())
    for one in lines:
        poller.take(one.transport)
    for one in lines[AT_ONCE:]:
        poller.give_back(one.transport)
    assert poller._timer is None
    for number in range(20):
        lines[0].send(b"now")
        await lines[0].ear.until(number + 1)
    for one in lines:
        poller.give_back(one.transport)


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not what():  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(TICK_S)


async def speak(lines: list[Line], *, regular: bool) -> None:
    """Sends to each every 20 ms, to all at about the same time or to none at the same."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    for n in itertools.count():
        for nth, one in enumerate(lines):
            one.send(b"sound")
            if not regular:
                await asyncio.sleep(0.0037 + 0.0011 * ((n + nth) % 5))
        if regular:
            await asyncio.sleep(max(0.0, began_s + n * PERIOD_S - loop.time()))


@pytest.mark.parametrize(("regular", "every"), [(True, 2), (False, 1)])
async def test_a_few_are_read_once_a_period_where_there_is_room(
    lines: list[Line], regular: bool, every: int
) -> None:
    ticks, elsewhere = Ticks(), Ticks()
    ticks.phase_s = elsewhere.phase_s = 0.0123
    poller = SocketPoller(ticks)
    speaking = asyncio.create_task(speak(lines, regular=regular))
    for one in lines:
        poller.take(one.transport)
    await until(lambda: poller._arrivals is None)
    assert poller._every == every
    had = len(lines[-1].ear.got)
    await lines[-1].ear.until(had + 5)
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)
    for one in lines:
        poller.give_back(one.transport)
    assert ticks.phase_s == 0.0
    assert elsewhere.phase_s == 0.0123  # of another event loop
    assert poller._timer is poller._observing is None


async def test_where_many_just_miss_a_tick_they_are_read_oftener(
    lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "JUDGED", 20)
    monkeypatch.setattr(module, "PUNCTUAL_S", 1.0)
    poller = SocketPoller(Ticks())
    for one in lines:
        poller.take(one.transport)
    await until(lambda: poller._arrivals is None)
    poller._stop()
    poller._read_at_ticks(2)
    for _ in range(10):  # each alone at its tick
        for one in lines:
            one.send(b"sound")
        had = len(lines[-1].ear.got)
        await lines[-1].ear.until(had + 1)
    assert poller._every == 2
    for _ in range(10):  # two at a tick
        for one in lines:
            one.send(b"late")
            one.send(b"sound")
        had = len(lines[-1].ear.got)
        await lines[-1].ear.until(had + 2)
    assert poller._every == 1
    for one in lines:
        poller.give_back(one.transport)


async def test_arrivals_are_observed_again_as_clocks_drift(
    lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OBSERVE_AGAIN_S", 0.05)
    poller = SocketPoller(Ticks())
    for one in lines:
        poller.take(one.transport)
    for _ in range(2):
        await until(lambda: poller._arrivals is None)
        await until(lambda: poller._arrivals is not None)
    for one in lines:
        poller.give_back(one.transport)


async def test_what_is_given_back_is_read_by_the_loop(lines: list[Line]) -> None:
    poller = SocketPoller(Ticks())
    for one in lines:
        poller.take(one.transport)
    for one in lines:
        poller.give_back(one.transport)
        poller.give_back(one.transport)
    assert len(poller) == 0
    for one in lines:
        one.send(b"after")
        await one.ear.until(1)
    poller.give_back(None)


async def test_a_socket_that_closes_while_it_is_read_is_no_fault(lines: list[Line]) -> None:
    poller = SocketPoller(Ticks())
    for one in lines:
        poller.take(one.transport)
    gone, *rest = lines
    number = gone.transport._sock_fd
    gone.close()
    await asyncio.sleep(2 * TICK_S)
    anew = await line()
    assert anew.transport._sock_fd == number  # the system gives the number again
    poller.take(anew.transport)
    poller.give_back(gone.transport)
    anew.send(b"mine")
    await anew.ear.until(1)
    for one in (*rest, anew):
        poller.give_back(one.transport)
    anew.close()


async def test_a_closed_or_unknown_transport_is_left_alone(lines: list[Line]) -> None:
    poller = SocketPoller(Ticks())
    lines[0].transport.close()
    poller.take(lines[0].transport)
    poller.take(object())
    poller.take(None)
    assert len(poller) == 0


async def test_a_flood_holds_nobody_up(lines: list[Line], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROUNDS", 4)
    poller = SocketPoller(Ticks())
    for one in lines:
        poller.take(one.transport)
    for _ in range(40):
        lines[0].send(b"flood")
    lines[1].send(b"speech")
    await lines[1].ear.until(1)
    assert len(lines[0].ear.got) <= 4
    await lines[0].ear.until(40)
    for one in lines:
        poller.give_back(one.transport)


async def test_a_fault_of_one_is_not_the_others(
    lines: list[Line], caplog: pytest.LogCaptureFixture
) -> None:
    poller = SocketPoller(Ticks())
    for one in lines:
        poller.take(one.transport)
    with caplog.at_level(logging.DEBUG):
        lines[0].send(SECRET)
        lines[1].send(b"speech")
        await lines[0].ear.until(1)
        await lines[1].ear.until(1)
        lines[0].send(b"on")
        await lines[0].ear.until(2)
    assert "a connection failed at a datagram" in caplog.text
    assert SECRET.decode() not in caplog.text
    for one in lines:
        poller.give_back(one.transport)
