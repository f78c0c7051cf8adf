import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.audio.vad.scripted import ScriptedVad
from sessions_app.engine.audio.vad.silero import SileroVad
from sessions_app.engine.core.errors import RecogniserUnavailableError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt import batch_transcribe
from sessions_app.engine.stt.batch_transcribe import (
    SpeechSpan,
    find_speech,
    transcribe,
    without_segments,
)
from sessions_app.engine.stt.engines.pocketsphinx_thorough import ThoroughPocketSphinx
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser, ScriptedStream
from tests.fixtures.speech import read_wav

SENTENCES = ("good morning and welcome to the meeting", "the weather is very nice today")


def noise(seconds: float, start_ms: float = 0.0) -> AudioFrame:
    samples = np.random.default_rng(1).normal(0, 500, round(16_000 * seconds))
    return AudioFrame(samples.astype(np.int16), 16_000, start_ms)


class Noting(ScriptedRecogniser):
    """Keeps what its streams are sent."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(texts)
        self.sent: list[AudioFrame] = []

    def open(self, language: str, phrases: Sequence[str] = ()) -> ScriptedStream:
        stream = super().open(language, phrases)
        send = stream.send

        async def noted(frame: AudioFrame) -> None:
            self.sent.append(frame)
            await send(frame)

        stream.send = noted  # type: ignore[method-assign]
        return stream


async def test_each_stretch_becomes_one_final_with_its_place() -> None:
    recogniser = Noting(["first", "second"])
    speech = [SpeechSpan(1000, 2000), SpeechSpan(5000, 6000)]
    found = await transcribe(lambda: [noise(8)], speech, recogniser, "en-US")
    assert [final.text for final in found] == ["first", "second"]
    for final, span in zip(found, speech, strict=True):
        assert span.start_ms - 400 <= final.start_ms <= span.start_ms
        assert span.end_ms <= final.end_ms <= span.end_ms + 400
    assert sum(frame.duration_ms for frame in recogniser.sent) < 3500


async def test_a_stretch_without_a_pause_is_cut_as_live() -> None:
    found = await transcribe(
        lambda: [noise(40)], [SpeechSpan(0, 40_000)], ScriptedRecogniser(["words"]), "en-US"
    )
    assert len(found) == 3
    assert max(final.end_ms - final.start_ms for final in found) <= 18_500


async def test_gaps_in_the_audio_are_silence() -> None:
    def audio() -> Iterator[AudioFrame]:
        yield noise(1)
        yield noise(1, 5000.0)

    recogniser = Noting(["words"])
    await transcribe(audio, [SpeechSpan(0, 900), SpeechSpan(5100, 5900)], recogniser, "en-US")
    at = [frame.start_ms for frame in recogniser.sent]
    assert at == sorted(at)
    assert max(frame.end_ms for frame in recogniser.sent) == pytest.approx(6000, abs=1)


async def test_no_speech_is_no_words() -> None:
    assert await transcribe(lambda: [noise(2)], [], ScriptedRecogniser(), "en-US") == []


async def test_boundaries_come_from_the_detector() -> None:
    spans = [(500.0, 1500.0), (3000.0, 4000.0)]
    assert await find_speech(lambda: [noise(5)], ScriptedVad(spans)) == [
        SpeechSpan(500.0, 1500.0),
        SpeechSpan(3000.0, 4000.0),
    ]


class Broken(ScriptedStream):
    async def results(self) -> AsyncIterator[Hypothesis]:
        raise RecogniserUnavailableError("gone")
        yield Hypothesis("", True, 0.0, 0.0)


class Mute(ScriptedStream):
    async def results(self) -> AsyncIterator[Hypothesis]:
        await asyncio.Event().wait()
        yield Hypothesis("", True, 0.0, 0.0)


class Failing(ScriptedRecogniser):
    def __init__(self, stream: type[ScriptedStream]) -> None:
        super().__init__()
        self._stream = stream

    def open(self, language: str, phrases: Sequence[str] = ()) -> ScriptedStream:
        return self._stream(["words"])


@pytest.mark.parametrize("stream", [Broken, Mute])
async def test_an_engine_that_fails_is_told_and_nothing_is_left(
    stream: type[ScriptedStream], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_transcribe, "ANSWER_S", 0.2)
    before = asyncio.all_tasks()
    with pytest.raises(RecogniserUnavailableError):
        await transcribe(lambda: [noise(2)], [SpeechSpan(0, 1000)], Failing(stream), "en-US")
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ([], [(0, 2000), (5000, 8000)]),
        ([(0, 2000)], [(5000, 8000)]),
        ([(100, 1900), (5000, 6000)], [(6250, 8000)]),
        ([(0, 9000)], []),
        ([(5500, 7900)], [(0, 2000)]),
    ],
)
def test_what_no_segment_covers(
    known: list[tuple[float, float]], left: list[tuple[float, float]]
) -> None:
    speech = [SpeechSpan(0, 2000), SpeechSpan(5000, 8000)]
    found = without_segments(speech, [SpeechSpan(*one) for one in known])
    assert found == [SpeechSpan(*one) for one in left]


@pytest.mark.recogniser
async def test_a_recording_is_read_to_its_end(say: Callable[..., Path]) -> None:
    samples = read_wav(say(*SENTENCES, lead_s=0.5, tail_s=0.8))
    vad, recogniser = SileroVad(), ThoroughPocketSphinx()
    await vad.start()
    try:
        speech = await find_speech(lambda: [AudioFrame(samples, 16_000, 0.0)], vad)
        found = await transcribe(
            lambda: [AudioFrame(samples, 16_000, 0.0)], speech, recogniser, "en-US"
        )
    finally:
        await recogniser.aclose()
        await vad.aclose()
    assert [final.text for final in found] == list(SENTENCES)
