"""Tries each recogniser with a few words, as `manage.py recognisers` shows it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from sessions_app.engine.audio.resample import Resampler
from sessions_app.engine.core.errors import RecogniserError, VoiceError
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.base import Recogniser, clean_results
from sessions_app.engine.stt.wrappers.base import Wrapper
from sessions_app.engine.text.writing import join_sentences
from sessions_app.engine.tts.base import Synthesiser
from sessions_app.runtime.recognisers import KIND, Recognisers
from sessions_app.runtime.settings import load_backend

WORDS = "Good morning and welcome to the meeting."

LIMIT_S = 60.0
"""How long a trial may take: a large model needs a while to load."""

MOST_S = 12
"""What a browser may send to be heard; the rest is left out."""

FRAME = SPEECH_RATE // 10
LANGUAGE = "en-US"


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The result of trying one recogniser; `problem` is empty if it works."""

    name: str
    engine: str
    abilities: str
    text: str = ""
    start_s: float = 0.0
    audio_s: float = 0.0
    took_s: float = 0.0
    problem: str = ""
    language: str = LANGUAGE
    """What it was tried in: English, except for an engine that does not hear that."""


async def spoken() -> Samples:
    """Returns WORDS in the default voice at 16 kHz; a second of noise if there is no voice."""
    try:
        voice: Synthesiser = load_backend("SYNTHESISERS", "default")
        await voice.start()
        try:
            chunks = [chunk async for chunk in voice.stream(WORDS)]
        finally:
            await voice.aclose()
    except VoiceError:
        noise = np.random.default_rng(1).normal(0, 300, SPEECH_RATE)
        return noise.astype(np.int16)
    resampler = Resampler(chunks[0].sample_rate, 1)
    pieces = [resampler.process(chunk.samples.reshape(1, -1)) for chunk in chunks]
    return np.concatenate(pieces)


def recorded(data: bytes) -> Samples:
    """Returns what a browser recorded: int16, mono, 16 kHz; at most MOST_S of it."""
    whole = len(data) // 2 * 2
    samples: Samples = np.frombuffer(data[:whole], "<i2")[: MOST_S * SPEECH_RATE].astype(np.int16)
    return samples


async def try_all(samples: Samples, names: Sequence[str] = ()) -> list[TrialResult]:
    """Tries entries of VOICE["RECOGNISERS"] one after another; returns their results.

    `names` are those to try, where an alias stands for what it names; all of them without it.
    """
    wanted = [_meant(name) for name in names] or settings.VOICE[KIND]
    recognisers = Recognisers()
    recognisers.load()
    try:
        return [await _try(recognisers, name, samples) for name in dict.fromkeys(wanted)]
    finally:
        await recognisers.aclose()


async def try_one(name: str, samples: Samples) -> TrialResult:
    """Tries one entry of VOICE["RECOGNISERS"]; for one that refers to another, that one."""
    name = _meant(name)
    recognisers = Recognisers()
    recognisers.load(name)
    try:
        return await _try(recognisers, name, samples)
    finally:
        await recognisers.aclose()


def _meant(name: str) -> str:
    return str(settings.VOICE[KIND].get(name, {}).get("SAME_AS", name))


async def _try(recognisers: Recognisers, name: str, samples: Samples) -> TrialResult:
    entry = settings.VOICE[KIND].get(name, {})
    alias = "SAME_AS" in entry
    what = f"the same as {entry['SAME_AS']}" if alias else str(entry.get("BACKEND", ""))
    try:
        recogniser = recognisers.get(name)
    except RecogniserError as error:
        return TrialResult(name, what, "", problem=error.message)
    if alias:
        return TrialResult(name, what, "")
    engine, can = _described(recogniser), _abilities(recogniser)
    while isinstance(recogniser, Wrapper):  # wrappers would hide what is wrong
        recogniser = recogniser.inner
    began = time.monotonic()
    try:
        async with asyncio.timeout(LIMIT_S):
            await recogniser.start()
            started = time.monotonic()
            text = await _heard(recogniser, samples)
    except RecogniserError as error:
        return TrialResult(name, engine, can, problem=error.message)
    except TimeoutError:
        return TrialResult(name, engine, can, problem=f"it gave no answer within {LIMIT_S:.0f} s")
    took_s, audio_s = time.monotonic() - started, len(samples) / SPEECH_RATE
    tried_in = _language(recogniser)
    return TrialResult(name, engine, can, text, started - began, audio_s, took_s, language=tried_in)


async def _heard(recogniser: Recogniser, samples: Samples) -> str:
    stream = recogniser.open(_language(recogniser))
    try:
        for at in range(0, len(samples), FRAME):
            frame = AudioFrame(samples[at : at + FRAME], SPEECH_RATE, 1000 * at / SPEECH_RATE)
            await stream.send(frame)
        await stream.flush()
        await stream.finish()
        finals = [said.text async for said in clean_results(stream) if said.is_final]
    finally:
        await stream.aclose()
    return join_sentences(finals)


def _language(recogniser: Recogniser) -> str:
    """Returns English if the engine supports it, else one of its languages."""
    known = sorted(recogniser.capabilities.languages or ())
    return LANGUAGE if recogniser.knows(LANGUAGE) or not known else known[0]


def _described(recogniser: Recogniser) -> str:
    """Returns the engine's class and its wrappers, from the inside out."""
    around: list[str] = []
    while isinstance(recogniser, Wrapper):
        around.insert(0, type(recogniser).__name__)
        recogniser = recogniser.inner
    return " in ".join([type(recogniser).__name__, *around])


def _abilities(recogniser: Recogniser) -> str:
    can = recogniser.capabilities
    known: Sequence[str] = sorted(can.languages) if can.languages is not None else ["many"]
    given = [
        name
        for name, there in (
            ("interims", can.interims),
            ("word times", can.words),
            ("confidence", can.confidence),
        )
        if there
    ]
    return f"languages: {', '.join(known)}; gives {', '.join(given) or 'nothing'}"
