"""Google Text-to-Speech, where its client is installed (pip install google-cloud-texttospeech).

https://cloud.google.com/text-to-speech/docs/reference/rest/v1/text/synthesize
"""

from collections.abc import AsyncGenerator, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from sessions_app.engine.core.errors import SynthesiserError, SynthesiserUnavailableError
from sessions_app.engine.tts.base import SpeechChunk, Synthesiser, Voice

WAV_HEADER = 44
"""Bytes before the samples in a WAV file as Google writes it."""

RETRYABLE = frozenset({"ServiceUnavailable", "DeadlineExceeded", "InternalServerError", "Aborted"})


class GoogleSynthesiser(Synthesiser):
    """One request a text. `voice` is a name such as en-US-Neural2-C."""

    def __init__(self, *, voice: str = "en-US-Neural2-C", rate: int = 24_000) -> None:
        try:
            self._api: Any = import_module("google.cloud.texttospeech")
        except ImportError as error:
            raise SynthesiserError(
                "Google Text-to-Speech is not installed: pip install google-cloud-texttospeech"
            ) from error
        self._client: Any = None
        self._voice = voice
        self._rate = rate

    def language_of(self, voice: str, known: Sequence[Voice]) -> str:
        return "-".join((voice or self._voice).split("-")[:2])

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        if not any(c.isalnum() for c in text):
            return
        name = voice or self._voice
        language = self.language_of(name, ())
        self._client = self._client or self._api.TextToSpeechAsyncClient()
        try:
            answer = await self._client.synthesize_speech(
                input=self._api.SynthesisInput(text=text),
                voice=self._api.VoiceSelectionParams(name=name, language_code=language),
                audio_config=self._api.AudioConfig(
                    audio_encoding=self._api.AudioEncoding.LINEAR16,
                    sample_rate_hertz=self._rate,
                    speaking_rate=speed,
                ),
            )
        except Exception as error:
            kind = type(error).__name__
            failed = SynthesiserUnavailableError if kind in RETRYABLE else SynthesiserError
            raise failed(f"Google Text-to-Speech refused the text ({kind}).") from error
        samples = np.frombuffer(answer.audio_content[WAV_HEADER:], "<i2")
        yield SpeechChunk(samples, self._rate)
