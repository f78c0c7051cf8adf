"""A recogniser that takes audio and says nothing; for benchmarks of everything else."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.base import Capabilities, Recogniser, RecogniserStream


class NullRecogniser(Recogniser):
    """Knows every language and says nothing in any."""

    name = "null"
    capabilities = Capabilities(interims=False, words=False, confidence=False, languages=None)

    def open(self, language: str, phrases: Sequence[str] = ()) -> "NullStream":
        return NullStream()


class NullStream(RecogniserStream):
    """Ends when it is finished."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    async def send(self, frame: AudioFrame) -> None:
        """Takes the audio and forgets it."""

    async def flush(self, *, cut: bool = False) -> None:
        """There is nothing to say."""

    async def finish(self) -> None:
        self._over.set()

    async def results(self) -> AsyncIterator[Hypothesis]:
        await self._over.wait()
        nothing: tuple[Hypothesis, ...] = ()
        for hypothesis in nothing:
            yield hypothesis

    async def aclose(self) -> None:
        self._over.set()
