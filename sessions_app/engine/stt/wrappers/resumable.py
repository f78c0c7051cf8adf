"""What streams have in common that last longer than the engine's own."""

from collections.abc import AsyncIterator

from sessions_app.engine.core.errors import RecogniserError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.stt.base import RecogniserStream
from sessions_app.engine.stt.speech_gate import Item
from sessions_app.engine.stt.wrappers.base import ItemStream
from sessions_app.engine.stt.wrappers.replay_buffer import AudioReplayBuffer, ReplayFeed


class ResumableStream(ItemStream):
    """Keeps what no final has answered, and tells it to each stream that takes over.

    A subclass says when another one takes over: where an inner stream `_failed` or `_ended`, or
    after an item that it was `_told`. `by_flush` is for engines that give one final for each
    flush.
    """

    def __init__(self, inner: RecogniserStream, *, by_flush: bool) -> None:
        self._replay = AudioReplayBuffer(by_flush=by_flush)
        self._feed = ReplayFeed(self._replay, self._told)
        self._inner = inner
        self._begun = False

    async def put(self, item: Item) -> None:
        await self._begin()
        await self._feed.put(item)

    async def finish(self) -> None:
        await self._begin()
        await self._feed.finish()

    async def results(self) -> AsyncIterator[Hypothesis]:
        while True:
            try:
                async for hypothesis in self._inner.results():
                    fresh = self._taken(hypothesis)
                    if fresh is not None:
                        yield fresh
            except RecogniserError as error:
                await self._failed(error)
            else:
                if not await self._ended():
                    return

    async def aclose(self) -> None:
        await self._close_inner()

    async def _told(self, item: Item) -> None:
        """Does what follows from an item that the present stream was told, or told again."""

    async def _failed(self, error: RecogniserError) -> None:
        """Has another stream take over from one that failed; raises `error` where none can."""
        raise error

    async def _ended(self) -> bool:
        """Has another stream take over from one that ended; returns False where all is said."""
        return False

    async def _close_inner(self) -> None:
        """Closes the present stream; what comes is kept for the next one."""
        self._feed.stop()
        await self._inner.aclose()

    async def _take_over(self, inner: RecogniserStream) -> None:
        """Goes on with `inner`; the one before it was closed."""
        self._inner, self._begun = inner, True
        await self._feed.start(inner)

    def _taken(self, hypothesis: Hypothesis) -> Hypothesis | None:
        """Returns what of a hypothesis was not said before; None for nothing."""
        if hypothesis.is_final:
            return self._replay.said(hypothesis)
        self._replay.heard(hypothesis)
        return hypothesis

    async def _begin(self) -> None:
        if not self._begun:
            await self._take_over(self._inner)
