"""hibari and eSpeak NG as one embedded voice: what each says, and what happens when one cannot."""

import itertools
import logging
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from pocketsphinx import Decoder

from sessions_app.engine.agent.heard_text import heard_part
from sessions_app.engine.audio.resample import Resampler
from sessions_app.engine.core.errors import SynthesiserError
from sessions_app.engine.core.frames import Samples, SpokenWord
from sessions_app.engine.tts.base import SpeechChunk, Synthesiser, check_voice
from sessions_app.engine.tts.engines import hibari
from sessions_app.engine.tts.engines.embedded import EmbeddedSynthesiser
from sessions_app.engine.tts.engines.hibari import HibariSynthesiser
from sessions_app.engine.tts.hibari.files import PACKAGE, assets

HIBARI, ESPEAK = {24_000}, {22_050}
"""By its rate it is known who spoke."""

LONG = (
    "The miller had three sons, a mill, a donkey and a cat, and when he died they shared what he "
    "had left without any lawyer, for the fees would soon have eaten up what little there was. "
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice() -> AsyncIterator[EmbeddedSynthesiser]:
    engine = EmbeddedSynthesiser()
    await engine.start()
    await engine.warm()
    yield engine
    await engine.aclose()


async def spoken(engine: Synthesiser, text: str, **how: Any) -> list[SpeechChunk]:
    return [chunk async for chunk in engine.stream(text, **how)]


def rates(chunks: list[SpeechChunk]) -> set[int]:
    return {chunk.sample_rate for chunk in chunks}


def words(chunks: list[SpeechChunk]) -> list[SpokenWord]:
    return [word for chunk in chunks for word in chunk.words]


def length_ms(chunks: list[SpeechChunk]) -> float:
    return sum(1000 * len(c.samples) / c.sample_rate for c in chunks)


def for_ears(chunks: list[SpeechChunk]) -> Samples:
    """Returns the sound at 16 kHz, a quarter of a second of silence around it."""
    resampler = Resampler(chunks[0].sample_rate, 1)
    pieces = [resampler.process(chunk.samples.reshape(1, -1)) for chunk in chunks]
    silence = np.zeros(4000, np.int16)
    return np.concatenate([silence, *pieces, silence])


def bare(text: str) -> str:
    return re.sub(r"[^a-z' ]", "", text.lower())


SENTENCES = (
    "Once upon a time there was a miller who lived by the river.",
    "Your call is important to us, please stay on the line.",
    "The meeting has moved from Monday to Thursday afternoon.",
)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_it_says_is_what_is_understood(voice: EmbeddedSynthesiser) -> None:
    decoder = Decoder(loglevel="FATAL")
    for text in SENTENCES:
        chunks = await spoken(voice, text)
        assert rates(chunks) == HIBARI
        decoder.start_utt()
        decoder.process_raw(for_ears(chunks).tobytes(), full_utt=True)
        decoder.end_utt()
        heard = decoder.hyp().hypstr.split()
        missing = [word for word in bare(text).split() if word not in heard]
        assert len(missing) <= 1


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("speed", [0.8, 1.0, 1.6])
async def test_words_are_told_where_they_sound(voice: EmbeddedSynthesiser, speed: float) -> None:
    """PocketSphinx says where they are: it is given the text, and finds the words in the sound."""
    off: list[float] = []
    for text in SENTENCES:
        chunks = await spoken(voice, text, speed=speed)
        decoder = Decoder(loglevel="FATAL", lm=None)
        decoder.set_align_text(bare(text))
        decoder.start_utt()
        decoder.process_raw(for_ears(chunks).tobytes(), full_utt=True)
        decoder.end_utt()
        found = [s for s in decoder.seg() if s.word[0] not in "<["]
        told = words(chunks)
        assert [text[w.start : w.end] for w in told] == text.split()
        assert len(found) == len(told)
        off += [w.start_ms + 250 - 10 * s.start_frame for w, s in zip(told, found, strict=True)]
        off += [w.end_ms + 250 - 10 * (s.end_frame + 1) for w, s in zip(told, found, strict=True)]
    assert np.mean(np.abs(off)) < 40
    assert np.median(np.abs(off)) < 25


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "text",
    [
        "Dr. Lee's train leaves at 9:05, from platform No. 5; it costs $3.50!",
        "I can't do that, e.g. on the 3rd of May 2024.",
        LONG * 3,
        "One. Two? Three! Four\u2026 and five",
    ],
)
async def test_wherever_it_is_cut_whole_words_were_heard(
    voice: EmbeddedSynthesiser, text: str
) -> None:
    chunks = await spoken(voice, text)
    told, whole = words(chunks), length_ms(chunks)
    assert rates(chunks) == HIBARI
    assert [text[w.start : w.end] for w in told] == text.split()
    assert all(a.end_ms <= b.start_ms + 1 for a, b in itertools.pairwise(told))
    assert told[-1].end_ms <= whole
    heard = [heard_part(text, told, at, whole) for at in range(0, int(whole), 50)]
    assert [len(part) for part in heard] == sorted(len(part) for part in heard)
    assert all(f"{text} ".startswith(f"{part} ") for part in heard if part)


@pytest.mark.asyncio(loop_scope="module")
async def test_it_begins_and_ends_without_waiting(voice: EmbeddedSynthesiser) -> None:
    for text, pause_ms in (("I will note", 20), ("First of all,", 120), ("That is all.", 250)):
        sound = np.concatenate([chunk.samples for chunk in await spoken(voice, text)])
        loud = np.flatnonzero(np.abs(sound) > 100)
        assert loud[0] / 24 < 60
        assert pause_ms - 5 <= (len(sound) - loud[-1]) / 24 < pause_ms + 60


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("text", "voice_name", "who"),
    [
        ("Hello there", "", HIBARI),
        ("Hello there", "heart", HIBARI),
        ("Hello there", "en-gb+f3", ESPEAK),
        ("Guten Morgen", "de", ESPEAK),
        ("Nguy\u1ec5n and Zo\u00eb say \u20ac5", "", HIBARI),
        ("\u041f\u0440\u0438\u0432\u0435\u0442, Anna", "", ESPEAK),
        ("\u4f60\u597d", "heart", ESPEAK),
    ],
)
async def test_each_text_has_the_voice_that_can_say_it(
    voice: EmbeddedSynthesiser, text: str, voice_name: str, who: set[int]
) -> None:
    chunks = await spoken(voice, text, voice=voice_name)
    assert rates(chunks) == who
    assert length_ms(chunks) > 300
    assert words(chunks)[-1].end == len(text)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("text", ["", " ", "...", "\U0001f600", "\ud83d"])
async def test_what_has_no_words_makes_no_sound(voice: EmbeddedSynthesiser, text: str) -> None:
    assert length_ms(await spoken(voice, text)) < 500


@pytest.mark.asyncio(loop_scope="module")
async def test_a_text_it_stumbles_over_is_said_by_the_other(voice: EmbeddedSynthesiser) -> None:
    # a small \u0130 has two characters, which its package does not expect here
    assert rates(await spoken(voice, "That is :\u0130\u00bd.")) == ESPEAK
    assert rates(await spoken(voice, "That is \u0130zmir.")) == HIBARI


@pytest.mark.asyncio(loop_scope="module")
async def test_its_voices_are_those_of_both(voice: EmbeddedSynthesiser) -> None:
    known = await voice.voices()
    assert [known[0].name, known[0].language] == ["heart", "en-US"]
    assert {"en-us", "de", "cmn"} <= {one.name for one in known}
    assert voice.language_of("", known) == "en-US"
    assert voice.language_of("de+f3", known) == "de"
    for name in ("", "heart", "de", "en-gb+f3"):
        await check_voice(voice, name)
    for name in ("heart+f3", "emma", "en-us+nonsense"):
        with pytest.raises(SynthesiserError, match="There is no v"):
            await check_voice(voice, name)


@pytest.mark.asyncio(loop_scope="module")
async def test_killed_in_mid_sentence_the_other_voice_ends_it(voice: EmbeddedSynthesiser) -> None:
    assert voice._hibari is not None
    pid = voice._hibari.process.pid
    assert pid is not None
    chunks: list[SpeechChunk] = []
    async for chunk in voice.stream(LONG):
        if not chunks:
            os.kill(pid, signal.SIGKILL)
        chunks.append(chunk)
    assert rates(chunks) == HIBARI | ESPEAK
    told = words(chunks)
    assert told[-1].end == len(LONG.strip())
    assert all(a.start <= b.start and a.start_ms <= b.start_ms for a, b in itertools.pairwise(told))
    # and the next one is its own again, and need not wait for it
    assert voice._warming is not None
    await voice._warming
    assert voice._hibari.process.is_running
    assert rates(await spoken(voice, "Here I am.")) == HIBARI
    assert voice._hibari.process.pid not in (pid, None)


async def without_hibari(log: pytest.LogCaptureFixture) -> str:
    """Returns what the log says once, of a voice that must speak all the same."""
    engine = EmbeddedSynthesiser()
    with log.at_level(logging.WARNING):
        await engine.start()
    try:
        assert await engine.ready()
        known = await engine.voices()
        assert "heart" not in {one.name for one in known}
        assert engine.language_of("", known) == "en-us"
        for name in ("", "heart"):
            assert rates(await spoken(engine, "Hello there.", voice=name)) == ESPEAK
    finally:
        await engine.aclose()
    (line,) = [record.getMessage() for record in log.records]
    return line


async def test_where_it_is_not_installed_the_other_one_speaks(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hibari, "find_spec", lambda _: None)
    line = await without_hibari(caplog)
    assert line == (
        "English is spoken by eSpeak NG: hibari is not installed: pip install hibari-tts==0.2.1"
    )


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("damage", "hibari's file hibari.onnx is damaged, or not of version 0.2.1"),
        ("remove", "hibari lacks its file hibari.onnx"),
    ],
)
async def test_damaged_weights_are_never_spoken_with(
    harm: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shutil.copytree(assets().parent, tmp_path / PACKAGE)
    model = tmp_path / PACKAGE / "assets" / "hibari.onnx"
    weights = bytearray(model.read_bytes())
    weights[len(weights) // 2] ^= 1
    model.unlink()
    if harm == "damage":
        model.write_bytes(weights)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert await without_hibari(caplog) == (
        f"English is spoken by eSpeak NG: {told}. Install it again."
    )


async def test_alone_it_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    engine = HibariSynthesiser()
    try:
        assert not await engine.ready()
        with pytest.raises(SynthesiserError, match=r"lacks its file hibari\.onnx"):
            await engine.start()
        with pytest.raises(SynthesiserError, match="cannot speak"):
            await spoken(engine, "Hello")
    finally:
        await engine.aclose()
