"""One timer for all that is sent."""

import asyncio
import logging
from itertools import pairwise

import pytest

from sessions_app.engine.rtc.loop.pacer import PACKET_S, Pacer
from sessions_app.engine.rtc.loop.tick import Ticks

SECRET = "the purple elephant"


class Voice:
    """Wants to be asked `wants` times; notes when it was asked, and for when."""

    def __init__(self, wants: int = 1_000_000) -> None:
        self.wants = wants
        self.asked: list[float] = []
        self.due: list[float] = []
        self.over = asyncio.Event()

    def send_due(self, due_s: float) -> bool:
        self.asked.append(asyncio.get_running_loop().time())
        self.due.append(due_s)
        if len(self.due) == self.wants:
            self.over.set()
        return len(self.due) < self.wants


async def through(voice: Voice) -> None:
    async with asyncio.timeout(10):
        await voice.over.wait()


@pytest.mark.stepped
async def test_a_voice_is_asked_at_once_and_then_every_20_ms() -> None:
    pacer, voice = Pacer(Ticks()), Voice(20)
    pacer.join(voice)
    assert voice.due == []  # never from within
    await asyncio.sleep(0)
    assert len(voice.due) == 1
    await through(voice)
    steps = [b - a for a, b in pairwise(voice.due)]
    assert steps == pytest.approx([PACKET_S] * 19)
    early = [due - at for at, due in zip(voice.asked, voice.due, strict=True)]
    assert early[0] <= PACKET_S / 2 + 0.001
    assert max(early[1:]) <= 0.001
    assert len(pacer) == 0
    assert pacer.lateness.counts == [19] + [0] * 9


async def test_one_that_joins_later_falls_in_with_the_others() -> None:
    pacer, first, second = Pacer(Ticks()), Voice(), Voice(10)
    pacer.join(first)
    await asyncio.sleep(0.05)
    pacer.join(second)
    pacer.join(second)
    await through(second)
    assert len(second.due) == 10
    assert second.due[1] - second.due[0] == pytest.approx(PACKET_S)
    assert set(second.due[1:]) <= set(first.due)
    pacer.leave(first)
    pacer.leave(first)
    assert len(pacer) == 0


async def test_a_short_stall_is_made_up_for_and_a_long_one_is_not() -> None:
    loop = asyncio.get_running_loop()
    pacer, voice = Pacer(Ticks()), Voice()
    began = loop.time()
    pacer.join(voice)
    await asyncio.sleep(0)
    while loop.time() < began + 0.15:
        pass
    async with asyncio.timeout(5):
        while len(voice.due) < 9:  # noqa: ASYNC110 - a tick sets no event
            await asyncio.sleep(0.001)
    steps = [b - a for a, b in pairwise(voice.due)]
    assert steps == pytest.approx([PACKET_S] * len(steps))
    count = len(voice.due)
    stalled = loop.time()
    while loop.time() < stalled + 0.5:
        pass
    async with asyncio.timeout(5):
        while len(voice.due) < count + 3:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)
    assert voice.due[count] - voice.due[count - 1] > 0.4
    pacer.leave(voice)


async def test_a_voice_that_breaks_ends_alone(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Voice):
        def send_due(self, due_s: float) -> bool:
            raise ZeroDivisionError(SECRET)

    pacer, voice = Pacer(Ticks()), Voice(5)
    with caplog.at_level(logging.DEBUG):
        for one in (Broken(), voice, Broken()):
            pacer.join(one)
        await through(voice)
    assert len(pacer) == 0
    assert caplog.text.count("a voice failed") == 2
    assert SECRET not in caplog.text


async def test_one_that_joins_while_it_is_asked_is_asked_once_a_packet() -> None:
    class Eager(Voice):
        def send_due(self, due_s: float) -> bool:
            pacer.join(self)
            return super().send_due(due_s)

    pacer, voice = Pacer(Ticks()), Eager(6)
    pacer.join(voice)
    await through(voice)
    assert len(set(voice.due)) == 6
    assert len(pacer) == 0


async def test_silent_it_sets_no_timer() -> None:
    pacer, voice = Pacer(Ticks()), Voice(1)
    pacer.join(voice)
    await through(voice)
    pacer.leave(voice)
    assert pacer._timer is None


async def test_packets_go_out_at_the_phase_of_the_loops_ticks() -> None:
    ticks, elsewhere = Ticks(), Ticks()
    ticks.phase_s, elsewhere.phase_s = 0.003, 0.008
    pacer, voice = Pacer(ticks), Voice(3)
    pacer.join(voice)
    await through(voice)
    phases = [due % PACKET_S for due in voice.due[1:]]
    assert phases == pytest.approx([ticks.phase_s] * 2, abs=1e-6)
