"""Streams that survive failures of their engine: another one gets the unanswered audio."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sessions_app.engine.core.errors import RecogniserError, RecogniserUnavailableError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.base import Recogniser, RecogniserStream
from sessions_app.engine.stt.speech_gate import Item
from sessions_app.engine.stt.wrappers.base import Wrapper
from sessions_app.engine.stt.wrappers.resumable import ResumableStream

MOST_UNANSWERED_ENDS = 4
"""Most streams that are tried on speech for which none gives words.

Fewer lose words where an engine fails silently; more try longer on noise that the VAD took for
speech.
"""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before each attempt, and when to give up. All in seconds."""

    first_s: float = 0.1
    """The wait after the first failure; it doubles with each further one, up to `longest_s`.

    Up to half of each wait is skipped at random (jitter), so that streams do not all return at
    once.
    """

    longest_s: float = 5.0
    tries: int = 5
    """An engine is given up after more failures in a row than this and `give_up_s` seconds."""

    give_up_s: float = 90.0
    """Seconds since the first failure, in which a network may recover."""

    mute_s: float = 20.0
    """An engine that gives no hypothesis for this many seconds of audio after speech began is dead.

    Less takes a slow engine for a dead one; more makes its words that much later.
    """

    def wait_s(self, failures: int) -> float:
        """Returns the wait after the `failures`-th failure in a row."""
        return min(self.longest_s, self.first_s * 2.0 ** (failures - 1)) * random.uniform(0.5, 1.0)


class Retrying(Wrapper):
    """Opens another stream when one fails, and sends it the unanswered audio.

    The options are those of `Backoff`. Only errors that are `retryable` are retried.
    """

    def __init__(
        self,
        inner: Recogniser,
        *,
        first_s: float = 0.1,
        longest_s: float = 5.0,
        tries: int = 5,
        give_up_s: float = 90.0,
        mute_s: float = 20.0,
    ) -> None:
        super().__init__(inner)
        self._backoff = Backoff(first_s, longest_s, tries, give_up_s, mute_s)

    def open(self, language: str, phrases: Sequence[str] = ()) -> "RetryingStream":
        return RetryingStream(
            lambda: self.inner.open(language, phrases),
            self._backoff,
            by_flush=not self.capabilities.continuous,
        )


class RetryingStream(ResumableStream):
    """Ends only with its engine's last final, or with an error that a retry cannot fix."""

    def __init__(
        self, reopen: Callable[[], RecogniserStream], backoff: Backoff, *, by_flush: bool
    ) -> None:
        super().__init__(reopen(), by_flush=by_flush)
        self._reopen = reopen
        self._backoff = backoff
        self._closed = False
        self._failures = 0
        self._failing_s = 0.0
        self._mute = False
        self._unanswered_ends = 0
        self._left_ms = float("-inf")

    async def put(self, item: Item) -> None:
        await super().put(item)
        if isinstance(item, AudioFrame) and self._is_mute(item.end_ms):
            await self._leave(item.end_ms)

    def _is_mute(self, now_ms: float) -> bool:
        began_ms = self._replay.unanswered_since_ms
        if began_ms is None:
            return False
        since_ms = max(began_ms, self._replay.answer_ms, self._left_ms)
        return now_ms - since_ms > 1000 * self._backoff.mute_s

    async def _leave(self, now_ms: float) -> None:
        """Abandons a mute stream, unless several found no words in the same speech."""
        self._left_ms = now_ms
        self._unanswered_ends += 1
        if self._unanswered_ends > MOST_UNANSWERED_ENDS:
            self._replay.unanswered_since_ms = None
        else:
            self._mute = True
            await self._inner.aclose()

    async def aclose(self) -> None:
        self._closed = True
        await super().aclose()

    def _left_unanswered(self) -> bool:
        """Returns whether a stream ended without answering speech that it was sent."""
        if self._mute:
            return True
        self._unanswered_ends += 1
        again = self._unanswered_ends <= MOST_UNANSWERED_ENDS and not self._closed
        return self._replay.unanswered and again

    def _new_words(self, hypothesis: Hypothesis) -> Hypothesis | None:
        if hypothesis.is_final:
            self._failures = self._unanswered_ends = 0
        return super()._new_words(hypothesis)

    async def _ended(self) -> bool:
        if not self._left_unanswered():
            return False
        await self._failed(RecogniserUnavailableError("The recogniser stopped responding."))
        return True

    async def _failed(self, error: RecogniserError) -> None:
        """Opens another stream after a wait; raises `error` where it is not retried any more."""
        now = time.monotonic()
        self._failures += 1
        if self._failures == 1:
            self._failing_s = now
        tired = self._failures > self._backoff.tries
        too_long = now - self._failing_s > self._backoff.give_up_s
        if self._closed or not error.retryable or (tired and too_long):
            raise error
        logger.warning("a recogniser stream failed (%s), try %d", error.code, self._failures)
        await self._close_inner()
        await asyncio.sleep(self._backoff.wait_s(self._failures))
        if self._closed:
            raise error
        self._mute = False
        self._left_ms = self._replay.heard_ms  # `mute_s` starts again, however old the audio is
        await self._take_over(self._reopen())
