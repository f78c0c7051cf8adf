"""Noise taken out before an engine hears it."""

from itertools import pairwise

import numpy as np
import pytest

from sessions_app.engine.audio import noise_suppression
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import AudioFrame, Samples
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser
from sessions_app.engine.stt.speech_gate import Flush
from sessions_app.engine.stt.wrappers.denoised import Denoised
from tests.fixtures.coded_engine import CodedEngine, CodedStream


class Listening(CodedEngine):
    """Keeps what its one stream was told."""

    def __init__(self) -> None:
        super().__init__(continuous=False)
        self.told: list[AudioFrame | Flush] = []

    def open(self, language: str, phrases: object = ()) -> "ListeningStream":
        return ListeningStream(self)


class ListeningStream(CodedStream):
    def __init__(self, engine: Listening) -> None:
        super().__init__(engine, 1e9, None)
        self._listening = engine

    async def send(self, frame: AudioFrame) -> None:
        self._listening.told.append(frame)

    async def flush(self, *, cut: bool = False) -> None:
        self._listening.told.append(Flush(cut))


async def test_each_utterance_comes_whole_and_in_its_place() -> None:
    engine = Listening()
    denoised = Denoised(engine)
    stream = denoised.open("en-US")
    hiss = np.random.default_rng(1).normal(0, 1_000, 16_000).astype(np.int16)
    for begin_ms, cut in ((500.0, True), (1_500.0, False), (9_000.0, False)):
        for at in range(0, 16_000, 320):
            await stream.send(AudioFrame(hiss[at : at + 320], 16_000, begin_ms + at / 16))
        await stream.flush(cut=cut)
    await stream.finish()
    await stream.aclose()
    await denoised.aclose()
    ends = [at for at, item in enumerate(engine.told) if isinstance(item, Flush)]
    assert [engine.told[at] for at in ends] == [Flush(cut=True), Flush(), Flush()]
    utterances = [engine.told[0 : ends[0]], engine.told[ends[0] + 1 : ends[1]]]
    utterances.append(engine.told[ends[1] + 1 : ends[2]])
    for begin_ms, utterance in zip((500.0, 1_500.0, 9_000.0), utterances, strict=True):
        frames = [item for item in utterance if isinstance(item, AudioFrame)]
        assert frames[0].start_ms == begin_ms
        assert all(a.end_ms == b.start_ms for a, b in pairwise(frames))
        assert frames[-1].end_ms == begin_ms + 1_000
    last: Samples = np.concatenate([f.samples for f in engine.told if isinstance(f, AudioFrame)])
    assert np.std(last[-8_000:]) < np.std(hiss) / 5


async def test_a_stream_without_audio_ends() -> None:
    denoised = Denoised(ScriptedRecogniser(["a word"]))
    stream = denoised.open("en-US")
    await stream.flush()
    await stream.finish()
    assert [found async for found in stream.results() if found.text] == []
    await stream.aclose()
    await denoised.aclose()


def test_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    noise_suppression.load.cache_clear()
    monkeypatch.setattr(noise_suppression, "_candidates", lambda: ["/nowhere/librnnoise.so"])
    try:
        with pytest.raises(MediaError, match="pip install --no-deps pyrnnoise"):
            Denoised(ScriptedRecogniser())
    finally:
        noise_suppression.load.cache_clear()
