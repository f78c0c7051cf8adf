"""The base of streams that outlive their engine's streams."""

from collections.abc import AsyncIterator

from sessions_app.engine.core.errors import RecogniserError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.stt.base import RecogniserStream
from sessions_app.engine.stt.speech_gate import Item
from sessions_app.engine.stt.wrappers.base import ItemStream
from sessions_app.engine.stt.wrappers.replay_buffer import AudioReplayBuffer, ReplayFeed


class ResumableStream(ItemStream):
    """Keeps unanswered audio, and sends it to each inner stream that takes over.

    A subclass decides when, in the hooks `_failed`, `_ended` and `_after_sent`. `by_flush` is for
    engines that give one final for each flush.
    """

    def __init__(self, inner: RecogniserStream, *, by_flush: bool) -> None:
        self._replay = AudioReplayBuffer(by_flush=by_flush)
        self._feed = ReplayFeed(self._replay, self._after_sent)
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
                    fresh = self._new_words(hypothesis)
                    if fresh is not None:
                        yield fresh
            except RecogniserError as error:
                await self._failed(error)
            else:
                if not await self._ended():
                    return

    async def aclose(self) -> None:
        await self._close_inner()

    async def _after_sent(self, item: Item) -> None:
        """Called after an item was sent, or sent again, to the present stream."""

    async def _failed(self, error: RecogniserError) -> None:
        """Replaces a stream that failed; raises `error` where it cannot."""
        raise error

    async def _ended(self) -> bool:
        """Replaces a stream that ended; returns False where it has answered everything."""
        return False

    async def _close_inner(self) -> None:
        """Closes the present stream; items are kept for the next one."""
        self._feed.stop()
        await self._inner.aclose()

    async def _take_over(self, inner: RecogniserStream) -> None:
        """Continues with `inner`; the stream before it is closed already."""
        self._inner, self._begun = inner, True
        await self._feed.start(inner)

    def _new_words(self, hypothesis: Hypothesis) -> Hypothesis | None:
        """Returns the new words of a hypothesis; None for no new ones."""
        if hypothesis.is_final:
            return self._replay.take_final(hypothesis)
        self._replay.take_interim(hypothesis)
        return hypothesis

    async def _begin(self) -> None:
        if not self._begun:
            await self._take_over(self._inner)
