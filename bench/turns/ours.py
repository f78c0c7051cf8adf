"""voicesite's answer on the stages of `stages.py`: the whole path from end-point to sent packet."""

import asyncio
from collections.abc import AsyncGenerator

from bench.turns import stages
from sessions_app.engine.agent.responders.base import Conversation, Responder
from sessions_app.engine.core.agent_config import AgentConfig, TurnSettings
from sessions_app.engine.core.events import Speaker, TurnEnded
from sessions_app.engine.core.frames import Samples
from sessions_app.engine.tts.base import SpeechChunk, Synthesiser
from tests.fixtures.agent_talk import Talk


class Model(Responder):
    """Streams the answer at the set pace."""

    async def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        await asyncio.sleep(stages.FIRST_TOKEN_S)
        for token in stages.tokens():
            yield token
            await asyncio.sleep(1 / stages.TOKENS_PER_S)


class Voice(Synthesiser):
    """Makes silence at the set pace, as long as the text."""

    async def stream(
        self,
        text: str,
        *,
        voice: str = "",
        speed: float = 1.0,
    ) -> AsyncGenerator[SpeechChunk, None]:
        import numpy as np  # noqa: PLC0415 - the stages' file stays free of it

        left_ms = len(text) * stages.MS_PER_CHARACTER
        while left_ms > 0:
            length = min(stages.CHUNK_MS, left_ms)
            await asyncio.sleep(stages.PACE * length / 1000)
            samples: Samples = np.zeros(round(stages.RATE * length / 1000), np.int16)
            yield SpeechChunk(samples, stages.RATE)
            left_ms -= length


async def once() -> float:
    """Returns milliseconds from the end-point to the first packet sent."""
    turns = TurnSettings(min_delay_ms=100, max_delay_ms=200)
    config = AgentConfig(responder="bench", silence_s=0, turns=turns)
    async with Talk(Model(), config, Voice()) as talk:
        await talk.says("what can you tell me about my train", 0.1)
        await talk.until(lambda: talk.sent, "the first sound")
        talk.agent.interrupt()
        ended = [e for e in talk.of(TurnEnded) if e.speaker is Speaker.AGENT]
    latency = ended[0].latency
    assert latency is not None
    assert latency.first_audio_ms is not None
    assert latency.endpoint_ms is not None
    return latency.first_audio_ms - latency.endpoint_ms


async def measure(runs: int) -> list[float]:
    """Returns the time of each run."""
    return [await once() for _ in range(runs)]
