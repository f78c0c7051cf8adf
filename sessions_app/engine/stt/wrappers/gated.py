"""Speech only, for continuous engines that bill by the second."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Sequence

from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.stt.base import Recogniser, RecogniserStream
from sessions_app.engine.stt.speech_gate import Begin, Flush, Item, Pause
from sessions_app.engine.stt.wrappers.base import ItemStream, Wrapper
from sessions_app.engine.stt.wrappers.replay_buffer import send_item


class Gated(Wrapper):
    """Opens a stream of a continuous engine for each utterance, and none during silence.

    An engine that needs audio in real time gets it: its stream ends with the speech.
    """

    def __init__(self, inner: Recogniser) -> None:
        super().__init__(inner)
        self.capabilities = dataclasses.replace(inner.capabilities, continuous=False)

    def open(self, language: str, phrases: Sequence[str] = ()) -> "GatedStream":
        if not self.inner.knows(language):
            self.inner.open(language)  # raises what it has to say
        return GatedStream(lambda: self.inner.open(language, phrases))


class GatedStream(ItemStream):
    """A stream of the engine for each utterance; their results come in the order of speaking."""

    def __init__(self, open_inner: Callable[[], RecogniserStream]) -> None:
        self._open = open_inner
        self._present: RecogniserStream | None = None
        self._streams: asyncio.Queue[RecogniserStream | None] = asyncio.Queue()
        self._all: list[RecogniserStream] = []

    async def put(self, item: Item) -> None:
        if isinstance(item, Flush):
            await self._end_utterance()
        elif isinstance(item, Pause):
            if self._present is not None:
                await self._present.pause()
        elif not isinstance(item, Begin):
            if self._present is None:
                self._present = self._open()
                self._all.append(self._present)
                self._streams.put_nowait(self._present)
            await send_item(self._present, item)

    async def finish(self) -> None:
        await self._end_utterance()
        self._streams.put_nowait(None)

    async def results(self) -> AsyncIterator[Hypothesis]:
        while (stream := await self._streams.get()) is not None:
            async for hypothesis in stream.results():
                yield hypothesis
            await stream.aclose()
            self._all.remove(stream)

    async def aclose(self) -> None:
        for stream in self._all:
            await stream.aclose()
        self._streams.put_nowait(None)

    async def _end_utterance(self) -> None:
        if self._present is not None:
            ended, self._present = self._present, None
            await ended.finish()
