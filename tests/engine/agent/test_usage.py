"""What a call uses is counted where it is used."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from sessions_app.engine.agent.responders.base import Conversation, Message
from sessions_app.engine.agent.responders.chat.responder import ChatResponder
from sessions_app.engine.agent.voice import AgentVoice
from sessions_app.engine.audio.speech_encoder import ClipCache
from sessions_app.engine.audio.vad.scripted import ScriptedVad
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.usage import CallUsage, UsageKind, UsedPart
from sessions_app.engine.session.inbound_audio import InboundAudio
from sessions_app.engine.session.transcriber import SegmentNumbers, Transcriber
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser
from sessions_app.engine.tts.engines.scripted import ScriptedSynthesiser
from tests.engine.agent.responders.chat.test_shapes import STOP, USAGE, chunks, words
from tests.engine.session.test_inbound_audio import Coming, sound
from tests.fixtures.raw_model import RawModel, Sent, raw_model

ASKED = "When do you open?"
REFUSED = b'{"error": {"message": "Unknown parameter: stream_options."}}'


@pytest.mark.parametrize(("gated", "heard_ms"), [(True, (400, 1000)), (False, (1200, 1200))])
async def test_audio_that_the_recogniser_is_given_is_counted(
    gated: bool, heard_ms: tuple[float, float]
) -> None:
    used, serving = CallUsage(), ["google"]
    transcribing = Transcriber(
        ScriptedRecogniser(["Hello."]).open("en-US"),
        Speaker.CALLER,
        SegmentNumbers(),
        lambda _: None,
        language="en-US",
        gated=gated,
        usage=used,
        recogniser=lambda: serving[0],
    )
    listening = InboundAudio(ScriptedVad([(200.0, 600.0)]), transcribing, None, lambda _: None)
    listening.start(Coming(*(sound(20.0 * n) for n in range(60))))
    await listening.finish()
    (part,) = used.parts()
    assert (part.kind, part.name) == (UsageKind.RECOGNITION, "google")
    assert heard_ms[0] <= part.audio_ms <= heard_ms[1]


async def test_characters_that_the_voice_reads_are_counted_once() -> None:
    used, cache = CallUsage(), ClipCache()
    voice = AgentVoice(ScriptedSynthesiser(pace=0), cache, "scripted", "ada", 1.0, usage=used)
    await voice.prepare("Hello.")
    await voice.prepare("Hello.")  # from the cache
    assert used.parts() == [UsedPart(UsageKind.SPEECH, "scripted", "ada", characters=6)]


def talk(used: CallUsage) -> Conversation:
    host: Any = None
    said = (Message(Speaker.CALLER, ASKED),)
    return Conversation(AgentConfig(responder="r"), said, host, usage=used)


async def asked(answer: Callable[[Any], Sent], **options: Any) -> tuple[UsedPart, RawModel]:
    """Returns what one answer used, and the server that gave it."""
    used = CallUsage()
    async with raw_model(answer) as model:
        responder = ChatResponder(base_url=model.url, api_key="k", model="m", **options)
        try:
            assert [text async for text in responder.stream(talk(used))]
        finally:
            await responder.aclose()
    (part,) = used.parts()
    return part, model


async def test_tokens_are_those_that_the_server_counts() -> None:
    told = chunks(*words(), STOP, USAGE, "[DONE]")
    part, model = await asked(lambda _: Sent(told))
    assert part == UsedPart(UsageKind.ANSWERS, "m", requests=1, tokens_in=9, tokens_out=5)
    assert "stream_options" not in model.asked[0]


async def test_a_server_is_asked_for_its_counts_unless_it_refuses() -> None:
    def answer(request: dict[str, Any]) -> Sent:
        if "stream_options" in request:
            return Sent([REFUSED], status=400, kind="application/json")
        return Sent(chunks(*words(), STOP, "[DONE]"))

    part, model = await asked(answer, ask_usage=True)
    first, second = model.asked
    assert first["stream_options"] == {"include_usage": True}
    assert "stream_options" not in second
    assert (part.requests, part.estimated) == (1, True)
    assert part.tokens_in > len(ASKED) // 4
    assert 5 <= part.tokens_out <= 12


@pytest.mark.parametrize("begun", [True, False])
async def test_an_answer_that_is_given_up_is_estimated(begun: bool) -> None:
    used, came, never = CallUsage(), asyncio.Event(), asyncio.Event()
    first = chunks(*words()[:2]) if begun else []

    def answer(_request: dict[str, Any]) -> Sent:
        came.set()
        return Sent([*first, never])

    async with raw_model(answer) as model:
        responder = ChatResponder(base_url=model.url, api_key="k", model="m")
        async with aclosing(responder.stream(talk(used))) as texts:
            if begun:
                assert await anext(texts)
            else:
                waiting = asyncio.create_task(anext(texts))
                await came.wait()
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
        never.set()
        await responder.aclose()
    (part,) = used.parts()
    assert (part.requests, part.estimated) == (1, True)
    assert part.tokens_in > len(ASKED) // 4
    assert bool(part.tokens_out) is begun
