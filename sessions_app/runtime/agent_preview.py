"""Plays an agent's voice and shows its answer without a call, for staff who configure it."""

import asyncio
import io
import time
import wave
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np
from django.core.exceptions import ImproperlyConfigured

from sessions_app.engine.agent.markup import speakable
from sessions_app.engine.agent.responders.base import (
    Conversation,
    EarlierCall,
    Message,
    Responder,
    whole,
)
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import ResponderError, SynthesiserError
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.frames import Samples
from sessions_app.engine.session.notebook import Notebook
from sessions_app.engine.session.tool_context import ToolContext
from sessions_app.engine.text.cleaning import clean
from sessions_app.engine.text.languages import same_language
from sessions_app.engine.tts.base import (
    SpeechChunk,
    Synthesiser,
    Voice,
    check_voice,
)
from sessions_app.engine.tts.normalisation.forms import spoken_form
from sessions_app.runtime.settings import backend_names, load_backend

LIMIT_S = 20.0
"""How long one preview may take. Lower fails slow models; higher keeps staff waiting."""


@dataclass(frozen=True, slots=True)
class SpokenSample:
    """A sentence as a WAV (16 bit, mono), and how long its engine took to the first audio."""

    wav: bytes
    first_ms: float


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """A voice that an agent may have; or, with a `problem`, an engine that cannot run."""

    synthesiser: str
    voice: str
    label: str
    language: str = ""
    problem: str = ""


async def say(config: AgentConfig, text: str) -> SpokenSample:
    """Returns `text` in the agent's voice.

    Raises SynthesiserError, which says what is wrong with the settings.
    """
    voice = _synthesiser(config.synthesiser)
    try:
        async with asyncio.timeout(LIMIT_S):
            await voice.start()
            await check_voice(voice, config.voice)
            name = config.voice or voice.voice_for(config.language, await voice.voices())
            await voice.warm(name)
            spoken = spoken_form(speakable(text), config.language).text
            stream = voice.stream(spoken, voice=name, speed=config.speed)
            asked, first, made = time.monotonic(), 0.0, list[SpeechChunk]()
            async with aclosing(stream) as chunks:
                async for chunk in chunks:
                    first = first or time.monotonic()
                    made.append(chunk)
            return SpokenSample(_wav(made), 1000 * max(0.0, first - asked))
    except TimeoutError as error:
        raise SynthesiserError(f"The voice took longer than {LIMIT_S:.0f} s.") from error
    finally:
        await voice.aclose()


async def check(name: str, voice_name: str) -> Sequence[Voice]:
    """Returns a synthesiser's voices.

    Raises SynthesiserError if it cannot run, or does not have the voice `voice_name`.
    """
    voice = _synthesiser(name)
    try:
        async with asyncio.timeout(LIMIT_S):
            await voice.start()
            await check_voice(voice, voice_name)
            return await voice.voices()
    except TimeoutError as error:
        raise SynthesiserError(f"The voice took longer than {LIMIT_S:.0f} s.") from error
    finally:
        await voice.aclose()


async def choices(language: str) -> Sequence[VoiceChoice]:
    """Returns all voices for `language` of all engines in VOICE, and the engines that cannot run.

    An engine that cannot list its voices gets one entry for its default voice.
    """
    found: list[VoiceChoice] = []
    for name in backend_names("SYNTHESISERS"):
        try:
            known = await check(name, "")
        except SynthesiserError as error:
            found.append(VoiceChoice(name, "", "", problem=error.message))
            continue
        found += [
            VoiceChoice(name, voice.name, voice.label, voice.language)
            for voice in known or [Voice("", "usual voice")]
            if not voice.language or same_language(language, voice.language)
        ]
    return found


async def answer(config: AgentConfig, text: str) -> str:
    """Returns the agent's answer to `text` as the first turn of a call; may be empty.

    Nothing is stored. Raises ResponderError, which says what is wrong.
    """
    try:
        responder: Responder = load_backend("RESPONDERS", config.responder)
    except ImproperlyConfigured as error:
        raise ResponderError(str(error)) from error
    return await answer_of(responder, config, text)


async def answer_of(responder: Responder, config: AgentConfig, text: str) -> str:
    """Returns what `answer` does, of a responder that is started and closed here."""
    asked = (Message(Speaker.CALLER, text),)
    try:
        async with asyncio.timeout(LIMIT_S):
            await responder.start()
            stream = responder.stream(Conversation(config, asked, _unused_tools()))
            async with aclosing(stream) as tokens:
                return clean(await whole(tokens))
    except TimeoutError as error:
        raise ResponderError(f"The answer took longer than {LIMIT_S:.0f} s.") from error
    finally:
        await responder.aclose()


def _synthesiser(name: str) -> Synthesiser:
    try:
        found: Synthesiser = load_backend("SYNTHESISERS", name)
    except ImproperlyConfigured as error:
        raise SynthesiserError(str(error)) from error
    return found


def _wav(chunks: Sequence[SpeechChunk]) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        rate = chunks[0].sample_rate if chunks else 16_000
        file.setframerate(rate)
        samples = [_at(rate, chunk) for chunk in chunks]
        file.writeframes(np.concatenate([np.zeros(0, np.int16), *samples]).tobytes())
    return out.getvalue()


def _at(rate: int, chunk: SpeechChunk) -> Samples:
    """Returns a chunk resampled to `rate`; a fallback voice may have another rate."""
    if chunk.sample_rate == rate:
        return chunk.samples
    places = np.arange(0, len(chunk.samples), chunk.sample_rate / rate)
    samples: Samples = np.interp(places, np.arange(len(chunk.samples)), chunk.samples).astype(
        np.int16
    )
    return samples


async def _none(_query: str, _limit: int) -> Sequence[EarlierCall]:
    return ()


def _unused_tools() -> ToolContext:
    """Returns a `CallHost` without a call, whose turn is certain."""
    tools = ToolContext(Notebook(lambda _event: None, lambda: 0.0), lambda: 0.0, _none)
    tools.confirm()
    return tools
