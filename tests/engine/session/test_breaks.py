"""Speech that a stalled network breaks off anywhere, as the real VAD and recogniser hear it."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import jiwer
import numpy as np
import pytest

from bench.spoken import plain
from sessions_app.engine.audio.vad import silero_model
from sessions_app.engine.audio.vad.base import BoundaryCallback
from sessions_app.engine.audio.vad.silero import SileroStream, SileroVad
from sessions_app.engine.core.events import CallEvent, SegmentFinal, Speaker
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.session.inbound_audio import InboundAudio
from sessions_app.engine.session.transcriber import SegmentNumbers, Transcriber
from sessions_app.engine.stt.engines.streams import QueuedStream
from sessions_app.engine.stt.engines.utterance import Utterance
from sessions_app.engine.stt.moonshine.engine import MoonshineEngine
from tests.fixtures.speech import read_wav

SAID = "please open the second window and put the book on the table by the door"
FRAME = 320
SILENT_MS = 500.0
"""So long after the last audio the clock begins to tell of silence."""


class Moonshine(QueuedStream):
    """The real engine in this process, so that each word is there before the next frame is."""

    def __init__(self, engine: MoonshineEngine) -> None:
        super().__init__()
        self._session = engine.open("en-US", [])
        self._utterance: Utterance | None = None

    async def send(self, frame: AudioFrame) -> None:
        if self._utterance is None:
            self._utterance = Utterance(frame.start_ms, "en-US")
        self._utterance.pieces.append(frame.samples)
        self._session.accept(frame.samples)

    async def flush(self, *, cut: bool = False) -> None:
        if self._utterance is not None:
            said = self._session.finish()
            final = self._utterance.final({"text": said.text, "words": said.words})
            self._queue.put_nowait(final)
            self._utterance = None

    async def finish(self) -> None:
        await self.flush()
        self._queue.put_nowait(None)


class Silero(SileroVad):
    """The real VAD, asked when it is to judge."""

    def __init__(self) -> None:
        super().__init__()
        self._model = silero_model.load()
        self.stream: SileroStream | None = None

    def open(self, on_boundary: BoundaryCallback) -> SileroStream:
        self.stream = super().open(on_boundary)
        return self.stream

    async def settle(self) -> None:
        """Returns when all that was fed is judged, and what came of it is told."""
        while self._tick():
            pass
        for _ in range(20):
            await asyncio.sleep(0)


class Stalled:
    """A caller whose audio breaks off here and there, and then comes late and at once."""

    def __init__(self, samples: Samples, breaks: list[tuple[float, float]], vad: Silero) -> None:
        starts = range(0, len(samples) - FRAME, FRAME)
        rate = SPEECH_RATE / 1000
        self._frames = [
            AudioFrame(samples[at : at + FRAME], SPEECH_RATE, at / rate) for at in starts
        ]
        self._breaks = breaks
        self._vad = vad
        self.listening: InboundAudio | None = None

    async def consume(self, take: Callable[[AudioFrame], None]) -> None:
        breaks = list(self._breaks)
        for count, frame in enumerate(self._frames):
            if breaks and frame.start_ms >= breaks[0][0]:
                await self._stall(frame.start_ms, breaks.pop(0)[1])
            take(frame)
            if count % 5 == 0:
                await self._vad.settle()
        assert self._vad.stream is not None
        self._vad.stream._inbox.append(None)  # the end, as `drain` tells it
        await self._vad.settle()

    async def _stall(self, from_ms: float, length_ms: float) -> None:
        assert self.listening is not None
        await self._vad.settle()
        for late_ms in np.arange(SILENT_MS, length_ms, 100.0):
            self.listening.tick(from_ms + late_ms, from_ms + late_ms)
            await self._vad.settle()


async def heard(
    engine: MoonshineEngine, samples: Samples, *breaks: tuple[float, float]
) -> list[SegmentFinal]:
    """Returns the finals of a caller who breaks off there, for so long (both in ms)."""
    events = list[CallEvent]()
    vad = Silero()
    transcribing = Transcriber(
        Moonshine(engine),
        Speaker.CALLER,
        SegmentNumbers(),
        events.append,
        language="en-US",
        gated=True,
    )
    caller = Stalled(samples, list(breaks), vad)
    caller.listening = InboundAudio(vad, transcribing, None, events.append)
    caller.listening.start(caller)
    await caller.listening.finish()
    return [event for event in events if isinstance(event, SegmentFinal)]


@pytest.fixture(scope="module")
def engine() -> MoonshineEngine:
    return MoonshineEngine()


@pytest.fixture
def samples(say: Callable[..., Path]) -> Samples:
    return read_wav(say(SAID, lead_s=0.4, tail_s=1.2))


def wrong(finals: list[SegmentFinal]) -> tuple[int, int]:
    """Returns how many words were lost or misheard, and how many are too many."""
    found = jiwer.process_words(SAID, plain(" ".join(final.text for final in finals)))
    return found.deletions + found.substitutions, found.insertions


STALLS_MS = (700.0, 1_500.0, 3_000.0)


async def test_wherever_speech_breaks_off_its_words_are_told_once(
    engine: MoonshineEngine, samples: Samples
) -> None:
    """A break may leave half a word, which cannot be taken back, and mishear one."""
    assert wrong(await heard(engine, samples)) == (0, 0)
    lost, doubled = list[int](), list[int]()
    for count, at_ms in enumerate(np.arange(900.0, 3_700.0, 230.0)):
        finals = await heard(engine, samples, (at_ms, STALLS_MS[count % len(STALLS_MS)]))
        assert all(one.start_ms <= two.end_ms for one, two in pairwise(finals)), at_ms
        wrongly = wrong(finals)
        lost.append(wrongly[0])
        doubled.append(wrongly[1])
    assert max(doubled) <= 2, doubled
    assert sum(doubled) <= len(doubled), doubled
    assert max(lost) <= 2, lost
    assert sum(lost) <= len(lost) // 2, lost


async def test_speech_that_breaks_off_twice(engine: MoonshineEngine, samples: Samples) -> None:
    """The second time what is heard again reaches back over the first break."""
    for first_ms in (1_300.0, 2_200.0):
        finals = await heard(engine, samples, (first_ms, 700.0), (first_ms + 240.0, 1_500.0))
        lost, doubled = wrong(finals)
        assert lost <= 2, finals
        assert doubled <= 1, finals
