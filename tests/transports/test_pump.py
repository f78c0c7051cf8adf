"""Sockets that are read together at a beat."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sessions_app.transports import pump as module
from sessions_app.transports.pump import AT_ONCE, BEAT_S, Pump, missing, next_beat, sleep_to_beat

SECRET = b"the purple elephant"


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


def test_beats_are_multiples_that_longer_ones_share() -> None:
    assert next_beat(12.3456) == pytest.approx(12.35)
    assert next_beat(12.3456, 2) == pytest.approx(12.36)
    assert next_beat(12.3556, 2) == next_beat(12.3556) == pytest.approx(12.36)
    assert next_beat(next_beat(7.0)) > 7.01 - 1e-9


async def test_many_are_read_at_beats_in_order(lines: list[Line]) -> None:
    pump = Pump()
    for one in lines:
        pump.take(one.transport)
        pump.take(one.transport)
    assert len(pump) == len(lines)
    for one in lines:
        for number in range(5):
            one.send(b"%d" % number)
    await lines[0].ear.until(5)
    for one in lines:  # all at once
        assert one.ear.got == [b"0", b"1", b"2", b"3", b"4"]
    for one in lines:
        pump.give_back(one.transport)
    assert pump._timer is None


async def test_few_are_read_as_datagrams_come(lines: list[Line]) -> None:
    pump = Pump()
    for one in lines:
        pump.take(one.transport)
    for one in lines[AT_ONCE:]:
        pump.give_back(one.transport)
    assert pump._timer is None
    for number in range(20):
        lines[0].send(b"now")
        await lines[0].ear.until(number + 1)
    for one in lines:
        pump.give_back(one.transport)


async def test_what_is_given_back_is_read_by_the_loop(lines: list[Line]) -> None:
    pump = Pump()
    for one in lines:
        pump.take(one.transport)
    for one in lines:
        pump.give_back(one.transport)
        pump.give_back(one.transport)
    assert len(pump) == 0
    for one in lines:
        one.send(b"after")
        await one.ear.until(1)
    pump.give_back(None)


async def test_a_socket_that_closes_while_it_is_read_is_no_fault(lines: list[Line]) -> None:
    pump = Pump()
    for one in lines:
        pump.take(one.transport)
    gone, *rest = lines
    number = gone.transport._sock_fd
    gone.close()
    await asyncio.sleep(2 * BEAT_S)
    anew = await line()
    assert anew.transport._sock_fd == number  # the system gives the number again
    pump.take(anew.transport)
    pump.give_back(gone.transport)
    anew.send(b"mine")
    await anew.ear.until(1)
    for one in (*rest, anew):
        pump.give_back(one.transport)
    anew.close()


async def test_a_closed_or_unknown_transport_is_left_alone(lines: list[Line]) -> None:
    pump = Pump()
    lines[0].transport.close()
    pump.take(lines[0].transport)
    pump.take(object())
    pump.take(None)
    assert len(pump) == 0


async def test_a_flood_holds_nobody_up(lines: list[Line], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROUNDS", 4)
    pump = Pump()
    for one in lines:
        pump.take(one.transport)
    for _ in range(40):
        lines[0].send(b"flood")
    lines[1].send(b"speech")
    await lines[1].ear.until(1)
    assert len(lines[0].ear.got) <= 4
    await lines[0].ear.until(40)
    for one in lines:
        pump.give_back(one.transport)


async def test_a_fault_of_one_is_not_the_others(
    lines: list[Line], caplog: pytest.LogCaptureFixture
) -> None:
    pump = Pump()
    for one in lines:
        pump.take(one.transport)
    with caplog.at_level(logging.DEBUG):
        lines[0].send(SECRET)
        lines[1].send(b"speech")
        await lines[0].ear.until(1)
        await lines[1].ear.until(1)
        lines[0].send(b"on")
        await lines[0].ear.until(2)
    assert "broke its connection's code" in caplog.text
    assert SECRET.decode() not in caplog.text
    for one in lines:
        pump.give_back(one.transport)


async def test_a_sleeper_is_told_how_late_its_beat_was() -> None:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    sleeping = asyncio.create_task(sleep_to_beat(0.03))
    await asyncio.sleep(0)
    time.sleep(0.2)  # noqa: ASYNC251 - whatever holds the loop up
    assert await sleeping >= 0.2 - 0.03 - 2 * BEAT_S
    assert loop.time() - began_s >= 0.2
    gone = asyncio.create_task(sleep_to_beat(60.0))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert gone.cancelled()
