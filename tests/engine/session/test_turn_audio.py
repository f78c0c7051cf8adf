"""What a turn model is given of a caller's sound, and what becomes of its answer."""

import asyncio

import numpy as np

from sessions_app.engine.core.events import Speaker, TurnJudged
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.session.turn_audio import PRE_ROLL_MS, TURN_GAP_MS, TurnAudio
from sessions_app.engine.turns.turn_models.base import TurnModel

FRAME_MS = 20.0


class Model(TurnModel):
    """Keeps what it is asked; knows nothing of the second turn."""

    def __init__(self) -> None:
        self.asked: list[Samples] = []

    async def finished(self, samples: Samples) -> float | None:
        self.asked.append(samples)
        return 0.9 if len(self.asked) != 2 else None


class Caller:
    """Frames whose samples are their number, and the clock that they drive."""

    def __init__(self) -> None:
        self.model, self.told = Model(), list[TurnJudged]()
        self.sound = TurnAudio(self.model, self.told.append)
        self.now_ms = 0.0

    def goes_on(self, ms: float) -> None:
        for _ in range(round(ms / FRAME_MS)):
            samples = np.full(320, round(self.now_ms / FRAME_MS), np.int16)
            self.sound.add(AudioFrame(samples, SPEECH_RATE, self.now_ms))
            self.now_ms += FRAME_MS

    def asked_ms(self, which: int) -> tuple[float, float]:
        samples = self.model.asked[which]
        return FRAME_MS * samples[0], FRAME_MS * (samples[-1] + 1)


async def test_a_pause_is_judged_once_by_its_place() -> None:
    caller = Caller()
    caller.goes_on(1_000)
    caller.sound.on_speech(300.0)
    caller.goes_on(1_000)
    caller.sound.on_silence(1_800.0)
    caller.sound.on_silence(1_800.0)  # which the VAD then takes for the end
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert caller.told == [TurnJudged(Speaker.CALLER, 1_800.0, 0.9)]
    assert len(caller.model.asked) == 1


async def test_what_is_not_known_is_not_told() -> None:
    caller = Caller()
    caller.goes_on(1_000)
    for at_ms in (600.0, 900.0):
        caller.sound.on_silence(at_ms)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [one.at_ms for one in caller.told] == [600.0]


async def test_pauses_are_of_one_turn_and_long_silence_ends_it() -> None:
    caller = Caller()
    caller.goes_on(2_000)
    caller.sound.on_speech(1_000.0)
    caller.sound.on_silence(1_800.0)
    await asyncio.sleep(0)
    assert caller.asked_ms(0) == (700.0, 2_000.0)  # 1,000 less PRE_ROLL_MS
    caller.goes_on(1_000)
    caller.sound.on_speech(2_800.0)
    caller.goes_on(1_000)
    caller.sound.on_silence(3_800.0)
    await asyncio.sleep(0)
    assert caller.asked_ms(1) == (700.0, 4_000.0)
    caller.goes_on(TURN_GAP_MS)
    at_ms = 3_800.0 + TURN_GAP_MS + 100.0
    caller.sound.on_speech(at_ms)
    caller.goes_on(1_000)
    caller.sound.on_silence(at_ms + 500.0)
    await asyncio.sleep(0)
    assert abs(caller.asked_ms(2)[0] - (at_ms - PRE_ROLL_MS)) <= FRAME_MS


async def test_no_more_is_kept_than_the_model_looks_at() -> None:
    caller = Caller()
    caller.sound.on_speech(0.0)
    caller.goes_on(60_000)
    caller.sound.on_silence(59_800.0)
    await asyncio.sleep(0)
    assert caller.asked_ms(0) == (52_000.0, 60_000.0)


async def test_after_its_end_nothing_is_told() -> None:
    caller = Caller()
    caller.goes_on(1_000)
    caller.sound.on_silence(900.0)
    caller.sound.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert caller.told == []
