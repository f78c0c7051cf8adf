"""The agent's voice on its way out."""

import asyncio

import pytest

from sessions_app.engine.audio.playout import Playout


class Call:
    """A playout with a clock to set, a lane, and a diary."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.kept: list[tuple[bytes, float]] = []
        self.told: list[str] = []
        self.playout = Playout(lambda: self.now, self)
        self.playout.on_first = lambda item: self.told.append(f"first {item}")
        self.playout.on_finished = lambda item: self.told.append(f"finished {item}")

    def add_packet(self, packet: bytes, start_ms: float, duration_ms: float) -> None:
        assert duration_ms == 20
        self.kept.append((packet, start_ms))

    def fill(self, item: str, count: int) -> None:
        self.playout.begin(item)
        for number in range(count):
            self.playout.put(f"{item}{number}".encode())
        self.playout.finish_item()

    def send(self, count: int) -> list[bytes | None]:
        out = []
        for _ in range(count):
            out.append(self.playout.next_packet())
            self.now += 20
        return out


def test_items_go_out_in_order_and_are_told_of() -> None:
    call = Call()
    call.fill("a", 2)
    call.fill("b", 1)
    assert call.playout.buffered_ms == 60
    assert call.send(4) == [b"a0", b"a1", b"b0", None]
    assert call.told == ["first a", "finished a", "first b", "finished b"]
    assert call.playout.idle
    assert call.kept == [(b"a0", 1000), (b"a1", 1020), (b"b0", 1040)]


def test_an_item_finished_late_is_told_of_then() -> None:
    call = Call()
    call.playout.begin("a")
    call.playout.put(b"x")
    call.send(1)
    assert call.told == ["first a"]
    assert not call.playout.idle
    call.playout.finish_item()
    assert call.told == ["first a", "finished a"]
    assert call.playout.idle


def test_paused_it_keeps_its_place_and_times_follow() -> None:
    call = Call()
    a = "a"
    call.fill(a, 4)
    call.send(2)
    call.playout.pause()
    assert call.send(10) == [None] * 10
    assert call.playout.position_ms(a) == 40
    call.playout.resume()
    assert call.send(2) == [b"a2", b"a3"]
    assert call.playout.start_ms(a) == 1000
    assert [call.playout.clock_ms(a, at) for at in (0, 30, 40, 70, 80)] == [
        1000,
        1030,
        1240,
        1270,
        1280,
    ]
    assert [at for _, at in call.kept] == [1000, 1020, 1240, 1260]


def test_cleared_it_tells_what_was_not_heard() -> None:
    call = Call()
    call.fill("a", 3)
    call.playout.begin("b")
    call.playout.put(b"b0")
    call.send(1)
    call.playout.pause()
    assert call.playout.clear() == 60
    call.playout.put(b"b1")
    call.playout.finish_item()
    assert call.playout.idle
    assert call.send(1) == [None]
    assert call.playout.position_ms("a") == 20
    call.fill("c", 1)
    assert call.send(1) == [b"c0"]
    assert call.told == ["first a", "first c", "finished c"]


@pytest.mark.parametrize("jitter", [-15, 15])
def test_a_clock_that_trembles_moves_nothing(jitter: float) -> None:
    call = Call()
    call.fill("a", 20)
    for number in range(20):
        call.now = 1000 + 20 * number + (jitter if number % 2 else 0)
        call.playout.next_packet()
    assert [at for _, at in call.kept] == [1000 + 20.0 * n for n in range(20)]


async def test_there_is_space_for_200_ms_and_again_when_half_of_them_are_sent() -> None:
    call = Call()
    call.playout.begin("a")
    for _ in range(10):
        await call.playout.wait_for_space()
        call.playout.put(b"x")
    waiting = asyncio.create_task(call.playout.wait_for_space())
    await asyncio.sleep(0)
    assert not waiting.done()
    call.send(4)
    await asyncio.sleep(0)
    assert not waiting.done()
    call.send(1)
    await waiting


async def test_it_is_ready_when_there_is_something_to_say() -> None:
    call = Call()
    waiting = asyncio.create_task(call.playout.ready())
    await asyncio.sleep(0)
    assert not waiting.done()
    call.fill("a", 1)
    await waiting
    call.playout.pause()
    assert not call.playout.has_packet
    call.playout.resume()
    call.send(1)
    assert not call.playout.has_packet


def test_what_is_over_can_be_forgotten() -> None:
    call = Call()
    call.fill("a", 1)
    call.send(1)
    call.fill("b", 1)
    call.playout.forget_finished()
    assert call.playout.position_ms("a") == 0
    call.send(1)
    assert call.playout.position_ms("b") == 20
