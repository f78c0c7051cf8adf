"""faster-whisper, for recordings and for languages that no other engine here recognises.

https://github.com/SYSTRAN/faster-whisper.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sessions_app.engine.core.errors import RecogniserError
from sessions_app.engine.stt.base import Capabilities
from sessions_app.engine.stt.engines.pooled import Pooled, PooledStream
from sessions_app.engine.stt.engines.whisper_languages import whisper_code
from sessions_app.engine.stt.worker.blocking.base import ModelError
from sessions_app.engine.stt.worker.blocking.whisper import PARTS, languages_of


class WhisperRecogniser(Pooled):
    """Recognises with a Whisper model in worker processes.

    `model` is a folder in CTranslate2's format, `threads` the threads of each worker (0: one per
    core). There are no interims: words come once the caller pauses, after another 0.5 to 1 s of
    computing on one core with Whisper base. Each of the `workers` loads the model for itself and
    decodes one utterance after the other. Raises RecogniserError (not retryable) for a folder that
    holds no such model.
    """

    name = "whisper"
    engine = "sessions_app.engine.stt.worker.blocking.whisper.WhisperEngine"
    parts = PARTS
    by_utterance = True
    package = "faster_whisper"
    distribution = "faster-whisper"

    def __init__(
        self,
        model: str,
        workers: int = 1,
        threads: int = 1,
        compute_type: str = "int8",
        most_calls: int = 0,
    ) -> None:
        self._loading: asyncio.Task[None] | None = None
        super().__init__(
            workers, model, most_calls=most_calls, threads=threads, compute_type=compute_type
        )
        try:
            known = languages_of(Path(model))
        except ModelError as error:
            raise RecogniserError(str(error)) from error
        self.capabilities = Capabilities(
            interims=False, words=True, confidence=True, languages=known
        )

    def knows(self, language: str) -> bool:
        return bool(whisper_code(language, self.capabilities.languages or ()))

    async def start(self) -> None:
        """Does nothing: the model is loaded for the first call."""

    def open(self, language: str, phrases: Sequence[str] = ()) -> PooledStream:
        stream = super().open(language, phrases)
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
        return stream

    async def aclose(self) -> None:
        loading, self._loading = self._loading, None
        if loading is not None:
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
        await super().aclose()

    async def _load(self) -> None:
        """Loads the model while the caller speaks; the stream reports what goes wrong."""
        with suppress(RecogniserError):
            await super().start()
