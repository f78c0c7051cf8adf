"""Speech by any OpenAI-compatible endpoint, streamed.

https://platform.openai.com/docs/api-reference/audio/createSpeech
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import numpy as np

from sessions_app.engine.core.errors import SynthesiserError, SynthesiserUnavailableError
from sessions_app.engine.tts.base import SpeechChunk, Synthesiser

RATE = 24_000
"""Hz, of OpenAI's PCM; servers with other voices may need another."""

CHUNK_BYTES = 4_800
"""Audio that is passed on at once: 100 ms. More begins to speak later; less costs more CPU."""

REFUSALS = frozenset({400, 401, 403, 404, 422})


class OpenAISynthesiser(Synthesiser):
    """Closing a stream closes the request. `voice` is for agents without one of their own."""

    def __init__(
        self,
        *,
        model: str,
        voice: str = "alloy",
        base_url: str | None = None,
        api_key: str = "none",
        timeout_s: float = 8.0,
        rate: int = RATE,
    ) -> None:
        import openai  # noqa: PLC0415 - two seconds that only its users should pay

        self._openai = openai
        self._client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0)
        self._model = model
        self._voice = voice
        self._timeout_s = timeout_s
        self._rate = rate

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        if not any(c.isalnum() for c in text):
            return
        wanted: dict[str, Any] = {
            "model": self._model,
            "voice": voice or self._voice,
            "input": text,
        }
        asked = self._client.audio.speech.with_streaming_response.create(
            **wanted, response_format="pcm", speed=speed
        )
        try:
            async with asyncio.timeout(self._timeout_s) as limit, asked as answer:
                odd = b""
                async for body in answer.iter_bytes(CHUNK_BYTES):
                    limit.reschedule(asyncio.get_running_loop().time() + self._timeout_s)
                    data = odd + body
                    whole = len(data) // 2 * 2
                    odd = data[whole:]
                    yield SpeechChunk(np.frombuffer(data[:whole], "<i2"), self._rate)
        except Exception as error:
            raise self._meaning(error) from error

    async def aclose(self) -> None:
        await self._client.close()

    def _meaning(self, error: Exception) -> Exception:
        status: Any = getattr(error, "status_code", None)
        if isinstance(error, SynthesiserError):
            return error
        if status in REFUSALS:
            return SynthesiserError(
                f"The voice's server refused the request ({status}): check base_url, api_key, "
                "model and voice in VOICE['SYNTHESISERS']."
            )
        if isinstance(error, TimeoutError):
            return SynthesiserUnavailableError("The voice's server is too slow.")
        what = status or type(error).__name__
        return SynthesiserUnavailableError(f"The voice's server cannot be used ({what}).")
