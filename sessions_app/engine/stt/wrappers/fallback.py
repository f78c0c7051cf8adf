"""A second engine, which takes over while the first one is out."""

import logging
import time
from collections.abc import AsyncIterator, Sequence

from sessions_app.engine.core.errors import LanguageNotSupportedError, RecogniserError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.base import Capabilities, Recogniser, RecogniserStream
from sessions_app.engine.stt.speech_gate import Begin, Flush, Item, Pause, SpeechGate
from sessions_app.engine.stt.wrappers.base import ItemStream, Wrapper
from sessions_app.engine.stt.wrappers.replay_buffer import send_item
from sessions_app.engine.stt.wrappers.resumable import ResumableStream

logger = logging.getLogger(__name__)


class Fallback(Wrapper):
    """Switches to `to` when `inner` fails for good; tries `inner` again from time to time.

    `inner` is tried at the end of an utterance, `again_s` after it failed, and twice as long after
    each further failure, up to an hour. Unanswered audio is sent to the engine that takes over. All
    streams of a process share the state of `inner`. With `ready` the second engine is started with
    the first one: it takes over at once, and takes memory all the time.
    """

    def __init__(
        self, inner: Recogniser, to: Recogniser, again_s: float = 60.0, *, ready: bool = True
    ) -> None:
        super().__init__(inner)
        self.other = to
        self._ready = ready
        self._again_s = again_s
        self._failures = 0
        self._out_until_s = 0.0
        self._never_ran = False
        """Whether the first engine could not start, and has answered nothing since."""

    @property
    def serving_name(self) -> str:
        out = self._never_ran or self.first_is_out
        return self.other.serving_name if out else self.inner.serving_name

    @property
    def serving(self) -> Capabilities:
        return self.other.serving if self.first_is_out else self.inner.serving

    def unhurried(self) -> None:
        self.inner.unhurried()
        self.other.unhurried()

    async def start(self) -> None:
        if self._ready:
            await self.other.start()
        try:
            await self.inner.start()
        except RecogniserError as error:
            logger.warning(
                "recogniser %r is out, and %r stands in: %s",
                self.name,
                self.other.name,
                error.message,
            )
            self._never_ran = True
            self.failed()
            await self.other.start()

    def open(self, language: str, phrases: Sequence[str] = ()) -> "FallbackStream":
        return FallbackStream(self, language, phrases)

    def knows(self, language: str) -> bool:
        return self.inner.knows(language) or self.other.knows(language)

    async def ready(self) -> bool:
        if not self.first_is_out and await self.inner.ready():
            return True
        return await self.other.ready()

    async def aclose(self) -> None:
        await self.inner.aclose()
        await self.other.aclose()

    @property
    def first_is_out(self) -> bool:
        """Whether the first engine has failed, and is not to be tried yet."""
        return time.monotonic() < self._out_until_s

    def failed(self) -> None:
        """Notes that the first engine failed for good."""
        self._failures += 1
        wait_s = min(self._again_s * 2 ** (self._failures - 1), 3600.0)
        self._out_until_s = time.monotonic() + wait_s

    def works(self) -> None:
        """Notes that the first engine answered."""
        self._failures, self._out_until_s = 0, 0.0
        self._never_ran = False


class FallbackStream(ResumableStream):
    """One stream of whichever engine serves."""

    def __init__(self, owner: Fallback, language: str, phrases: Sequence[str]) -> None:
        self._owner = owner
        self._language = language
        self._phrases = phrases
        self._on_first = False
        self._returning = False
        super().__init__(self._open(), by_flush=not owner.capabilities.continuous)

    async def _after_sent(self, item: Item) -> None:
        if isinstance(item, Flush) and self._may_return():
            self._returning = True
            self._feed.stop()
            await self._inner.finish()

    def _may_return(self) -> bool:
        return not (self._on_first or self._returning or self._owner.first_is_out)

    def _open(self) -> RecogniserStream:
        owner = self._owner
        self._on_first = not owner.first_is_out and owner.inner.knows(self._language)
        if self._on_first:
            try:
                return owner.inner.open(self._language, self._phrases)
            except RecogniserError as error:  # it never started: a missing key, say
                logger.warning("recogniser %r opens no stream (%s)", owner.name, error.code)
                owner.failed()
                self._on_first = False
        if not owner.other.knows(self._language):
            raise LanguageNotSupportedError(
                f"{owner.name} is out for the moment, and {owner.other.name}, which stands in "
                f"for it, does not know {self._language!r}."
            )
        second = owner.other.open(self._language, self._phrases)
        gated = owner.capabilities.continuous and not owner.other.capabilities.continuous
        return SpeechOnly(second) if gated else second

    def _new_words(self, hypothesis: Hypothesis) -> Hypothesis | None:
        if hypothesis.is_final and self._on_first:
            self._owner.works()
        return super()._new_words(hypothesis)

    async def _ended(self) -> bool:
        if not self._returning:
            return False
        self._replay.answered(self._feed.next_number)
        await self._replace()
        return True

    async def _failed(self, error: RecogniserError) -> None:
        """Switches to the second engine; raises `error` where that is the one that failed."""
        if not self._on_first:
            raise error
        logger.warning("recogniser %r failed (%s): going on", self._owner.name, error.code)
        self._owner.failed()
        await self._replace()

    async def _replace(self) -> None:
        await self._close_inner()
        self._returning = False
        await self._take_over(self._open())


class SpeechOnly(ItemStream):
    """Sends only speech to an engine that is not continuous, from a sender that sends all audio.

    Speech is where `begin`, `pause` and `flush` among the audio say.
    """

    def __init__(self, inner: RecogniserStream) -> None:
        self._inner = inner
        self._gate = SpeechGate()
        self._heard_ms = 0.0

    async def put(self, item: Item) -> None:
        out: Sequence[Item]
        if isinstance(item, AudioFrame):
            self._heard_ms = item.end_ms
            out = self._gate.feed(item)
        elif isinstance(item, Begin):
            out = self._gate.started(item.at_ms)
        elif isinstance(item, Pause):
            out = self._gate.paused()
        else:
            out = self._gate.ended(self._heard_ms) or self._gate.finish()
        for passed in out:
            await send_item(self._inner, passed)

    async def finish(self) -> None:
        for passed in self._gate.finish():
            await send_item(self._inner, passed)
        await self._inner.finish()

    def results(self) -> AsyncIterator[Hypothesis]:
        return self._inner.results()

    async def aclose(self) -> None:
        await self._inner.aclose()
