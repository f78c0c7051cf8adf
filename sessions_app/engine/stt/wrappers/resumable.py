"""What streams have in common that outlast the engine's own."""

from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.stt.base import RecogniserStream
from sessions_app.engine.stt.speech_gate import Item
from sessions_app.engine.stt.wrappers.base import ItemStream
from sessions_app.engine.stt.wrappers.replay_buffer import AudioReplayBuffer, ReplayFeed


class ResumableStream(ItemStream):
    """Keeps what no final has answered, and tells it to each stream that takes over.

    Subclasses say when that is: in `_told`, after each item that a stream was told, also of those
    that it was told again, and in `results`.
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

    async def aclose(self) -> None:
        self._feed.stop()
        await self._inner.aclose()

    async def _told(self, item: Item) -> None:
        """Does what follows from an item that the present stream was told."""

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
