"""What agents are made of in this process."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.core.agent_config import AgentConfig, TurnSettings
from sessions_app.engine.core.errors import ResponderError, SynthesiserError
from sessions_app.engine.core.usage import CallUsage, UsageKind, UsedPart
from sessions_app.engine.tts.base import SpeechChunk, Synthesiser
from sessions_app.engine.tts.engines.espeak import EspeakSynthesiser
from sessions_app.engine.tts.engines.scripted import ScriptedSynthesiser
from sessions_app.runtime.agents import AgentBackends
from voicesite.logs import WithoutWords

WHY = "The key is refused: set another one."


async def test_the_recogniser_is_told_what_callers_say_to_a_responder() -> None:
    parts = AgentBackends()
    await parts.start()
    try:
        scribe = AgentConfig(responder="scribe", phrases=("Undo", "Ann O'Neill"))
        told = parts.with_hints(scribe).phrases
        assert told[:2] == ("Undo", "Ann O'Neill")
        assert "take a note" in told
        assert "undo" not in told  # once is enough
        assert parts.with_hints(AgentConfig(phrases=("Ann",))).phrases == ("Ann",)
    finally:
        await parts.aclose()


async def test_turns_end_as_in_the_language_of_the_call() -> None:
    parts = AgentBackends()
    await parts.start()
    unused: Any = None
    try:
        scribe = AgentConfig(responder="scribe", language="it")
        taker = parts.parts(scribe, unused, unused).turn_manager
        taker.on_speech_started(0.0, 100.0)
        taker.on_speech_ended(500.0, 1000.0)
        taker.on_final("Non lo so.", 500.0, 1000.0)
        assert taker.deadline_ms == 500.0 + scribe.turns.min_delay_ms
    finally:
        await parts.aclose()


async def test_a_turn_model_that_is_missing_is_named_and_words_end_turns(
    caplog: pytest.LogCaptureFixture, settings: Any, tmp_path: Path
) -> None:
    rule = "sessions_app.engine.turns.endpointing.smart_turn.SmartTurnEndpointer"
    entry = {"BACKEND": rule, "OPTIONS": {"model": str(tmp_path)}}
    rules = settings.VOICE["ENDPOINTERS"]
    settings.VOICE = {**settings.VOICE, "ENDPOINTERS": {**rules, "smart-turn": entry}}
    parts = AgentBackends()
    await parts.start()
    unused: Any = None
    config = AgentConfig(responder="scribe", turns=TurnSettings(endpointer="smart-turn"))
    endpointer = parts.parts(config, unused, unused).turn_manager.endpointer
    assert endpointer.turn_model is not None
    assert await endpointer.turn_model.finished(np.zeros(160, np.int16)) is None
    await parts.aclose()
    written = [WithoutWords().format(record) for record in caplog.records]
    assert any("fetch_model smart-turn" in line for line in written)


async def test_voices_are_warm_before_calls_are_taken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    warmed: list[Synthesiser] = []

    async def warm(self: Synthesiser, voice: str = "") -> None:
        warmed.append(self)
        raise SynthesiserError(WHY)

    scripted = "sessions_app.engine.tts.engines.scripted.ScriptedSynthesiser"
    settings.VOICE = {**settings.VOICE, "SYNTHESISERS": {"default": {"BACKEND": scripted}}}
    monkeypatch.setattr(ScriptedSynthesiser, "warm", warm)
    parts = AgentBackends()
    await parts.start()
    await parts.aclose()
    assert warmed == [parts.default_voice]
    written = [WithoutWords().format(record) for record in caplog.records]
    assert any(WHY in line for line in written)


@pytest.mark.parametrize(
    ("language", "named", "voice"),
    [
        ("en-GB", "", ""),
        ("de-DE", "", "de"),
        ("pt-BR", "", "pt-br"),
        ("zh-CN", "", "cmn"),
        ("de", "fr", "fr"),
        ("lo", "", ""),  # nobody speaks it
    ],
)
async def test_an_agent_without_a_voice_has_one_of_its_language(
    language: str, named: str, voice: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    asked: list[str] = []

    async def stream(
        _self: Synthesiser, _text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        asked.append(voice)
        raise SynthesiserError(WHY)
        yield

    monkeypatch.setattr(EspeakSynthesiser, "stream", stream)
    espeak = f"{EspeakSynthesiser.__module__}.EspeakSynthesiser"
    each = {"default": {"BACKEND": espeak}, "other": {"BACKEND": espeak}}
    settings.VOICE = {**settings.VOICE, "SYNTHESISERS": each}
    parts = AgentBackends()
    await parts.start()
    try:
        config = AgentConfig(synthesiser="other", language=language, voice=named)
        with pytest.raises(SynthesiserError):
            async for _ in parts.voice(config).stream("ja"):
                pass
    finally:
        await parts.aclose()
    # the one that takes over knows nothing of the first one's names
    assert asked == [voice, "de" if named else voice]


async def test_what_the_voice_that_takes_over_reads_is_counted_as_its_own(settings: Any) -> None:
    scripted = "sessions_app.engine.tts.engines.scripted.ScriptedSynthesiser"
    broken = {"BACKEND": scripted, "OPTIONS": {"pace": 0, "fail_after_ms": 0}}
    whole = {"BACKEND": scripted, "OPTIONS": {"pace": 0}}
    each = {"default": whole, "fallback": whole, "broken": broken}
    settings.VOICE = {**settings.VOICE, "SYNTHESISERS": each}
    parts, used = AgentBackends(), CallUsage()
    await parts.start()
    try:
        voice = parts.voice(AgentConfig(synthesiser="broken", voice="ada"), used)
        async for _ in voice.stream("Good morning."):
            pass
    finally:
        await parts.aclose()
    assert used.parts() == [
        UsedPart(UsageKind.SPEECH, "broken", "ada", characters=13),
        UsedPart(UsageKind.SPEECH, "fallback", "", characters=13),
    ]


async def test_the_log_says_why_a_part_cannot_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def start(_self: ScribeResponder) -> None:
        raise ResponderError(WHY)

    monkeypatch.setattr(ScribeResponder, "start", start)
    parts = AgentBackends()
    await parts.start()
    await parts.aclose()
    written = [WithoutWords().format(record) for record in caplog.records]
    assert any(WHY in line and "ResponderError\n" in line for line in written)
