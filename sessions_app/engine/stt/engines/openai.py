"""Transcription by any OpenAI-compatible endpoint, an utterance at a time.

https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sessions_app.engine.core.errors import RecogniserError, RecogniserUnavailableError
from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.base import Capabilities, Recogniser, RecogniserStream
from sessions_app.engine.stt.cuts import continued, split_at_cut
from sessions_app.engine.stt.engines.whisper_languages import whisper_code
from sessions_app.engine.stt.speech_gate import Flush
from sessions_app.engine.text.languages import base_of

REFUSALS = frozenset({400, 401, 403, 404, 415, 422})
"""HTTP states that the same request would meet again; all others are retryable."""

SHORTEST_S = 0.1
"""Shorter audio is not sent and counts as silence: Whisper's servers refuse it.

Larger loses short words.
"""

LONGEST_PROMPT = 800
"""Characters of hint phrases. Whisper takes 224 tokens and drops the first of a longer prompt."""


class OpenAIRecogniser(Recogniser):
    """Sends each utterance in one request, in order; no interims.

    `words` asks for the times of words, which some servers lack. `timeout_s` is for the whole
    answer. A request that fails is not repeated here: `Retrying` does that.
    """

    name = "openai"

    def __init__(
        self,
        *,
        model: str = "whisper-1",
        base_url: str | None = None,
        api_key: str = "none",
        timeout_s: float = 20.0,
        words: bool = True,
    ) -> None:
        try:
            import openai  # noqa: PLC0415 - two seconds that only its users should pay
        except ImportError as error:
            raise RecogniserError("The client is not installed: pip install openai") from error
        self.capabilities = Capabilities(
            interims=False, words=words, confidence=False, languages=None
        )
        self._client = openai.AsyncOpenAI(
            base_url=base_url, api_key=api_key, max_retries=0, timeout=timeout_s
        )
        self._model = model

    def open(self, language: str, phrases: Sequence[str] = ()) -> "OpenAIStream":
        return OpenAIStream(self, language, ", ".join(phrases)[:LONGEST_PROMPT])

    async def transcribe(self, samples: Samples, language: str, prompt: str) -> Any:
        """Returns the endpoint's answer; raises RecogniserError."""
        code = whisper_code(language) or base_of(language)
        wanted: dict[str, Any] = {"model": self._model, "language": code}
        if prompt:
            wanted["prompt"] = prompt
        if self.capabilities.words:
            wanted |= {"response_format": "verbose_json", "timestamp_granularities": ["word"]}
        file = ("speech.wav", _wav(samples), "audio/wav")
        try:
            return await self._client.audio.transcriptions.create(file=file, **wanted)
        except Exception as error:
            raise _meaning(error) from error

    async def aclose(self) -> None:
        await self._client.close()


class OpenAIStream(RecogniserStream):
    """Keeps an utterance until it is over, and asks for its words."""

    def __init__(self, recogniser: OpenAIRecogniser, language: str, prompt: str) -> None:
        self._recogniser = recogniser
        self._language = language
        self._prompt = prompt
        self._inbox: asyncio.Queue[AudioFrame | Flush | None] = asyncio.Queue()
        self._closed = asyncio.Event()
        self._before = ""
        """How the first word of what a cut left was written there."""

    async def send(self, frame: AudioFrame) -> None:
        self._inbox.put_nowait(frame)

    async def flush(self, *, cut: bool = False) -> None:
        self._inbox.put_nowait(Flush(cut))

    async def finish(self) -> None:
        self._inbox.put_nowait(None)

    async def results(self) -> AsyncIterator[Hypothesis]:
        held: list[AudioFrame] = []
        while not self._closed.is_set():
            item = await self._inbox.get()
            if isinstance(item, AudioFrame):
                held.append(item)
                continue
            if held:
                cut = item is not None and item.cut
                final, held = await self._final(held, cut=cut)
                yield final
            if item is None:
                return

    async def aclose(self) -> None:
        self._closed.set()
        self._inbox.put_nowait(None)

    async def _final(
        self, held: Sequence[AudioFrame], *, cut: bool
    ) -> tuple[Hypothesis, list[AudioFrame]]:
        """Returns an utterance's words, and the audio that belongs to the next one."""
        start_ms, end_ms = held[0].start_ms, held[-1].end_ms
        samples = np.concatenate([frame.samples for frame in held])
        nothing = Hypothesis("", is_final=True, start_ms=start_ms, end_ms=end_ms)
        if len(samples) < SHORTEST_S * SPEECH_RATE or self._closed.is_set():
            return nothing, []
        answer = await self._recogniser.transcribe(samples, self._language, self._prompt)
        final = _hypothesis(answer, start_ms, end_ms, self._language)
        final = replace(final, text=continued(final.text, self._before, self._language))
        self._before = ""
        if not cut:
            return final, []
        split = split_at_cut(final, end_ms)
        self._before = split.before
        rest = samples[round((split.rest_ms - start_ms) * SPEECH_RATE / 1000) :]
        return split.final, [AudioFrame(rest, SPEECH_RATE, split.rest_ms)] if len(rest) else []


def _hypothesis(answer: Any, start_ms: float, end_ms: float, language: str) -> Hypothesis:
    words = tuple(
        Word(word.word.strip(), start_ms + 1000 * word.start, start_ms + 1000 * word.end)
        for word in getattr(answer, "words", None) or ()
    )
    return Hypothesis(
        text=str(answer.text).strip(),
        is_final=True,
        start_ms=words[0].start_ms if words else start_ms,
        end_ms=min(words[-1].end_ms, end_ms) if words else end_ms,
        words=words,
        language=language,
    )


def _wav(samples: Samples) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SPEECH_RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def _meaning(error: Exception) -> RecogniserError:
    """Returns the client's error as one of ours; it quotes nothing that was said."""
    status: Any = getattr(error, "status_code", None)
    if status in REFUSALS:
        return RecogniserError(
            f"The transcription server refused the request ({status}): check base_url, api_key "
            "and model in VOICE['RECOGNISERS']."
        )
    return RecogniserUnavailableError(
        f"The transcription server could not be used ({status or type(error).__name__})."
    )
