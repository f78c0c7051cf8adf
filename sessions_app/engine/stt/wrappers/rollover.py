"""Unlimited streams on top of an engine that ends each of its own after some minutes."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.base import Recogniser, RecogniserStream
from sessions_app.engine.stt.speech_gate import Flush, Item
from sessions_app.engine.stt.wrappers.base import Wrapper
from sessions_app.engine.stt.wrappers.replay_buffer import UNSURE_MS, without_words_after
from sessions_app.engine.stt.wrappers.resumable import ResumableStream

MOST_WORDLESS = 1
"""Audio is dropped after this many further streams found no words in it.

One stream may have failed silently; more would only try noise again.
"""


@dataclass(frozen=True, slots=True)
class Spans:
    """When one stream is replaced by another."""

    soft_ms: float
    """After this much audio, at the next pause."""

    hard_ms: float
    """After this much audio, at once."""

    without_final_ms: float
    """After this much audio with interims but without a final, at once.

    Audio without a final must be sent again: the less the better.
    """

    drain_s: float
    """How long a finished stream may take for its last words; then the next one gets that audio."""


class Rollover(Wrapper):
    """Replaces each stream before the engine's limit, at a pause where there is one.

    `limit_s` is by default the engine's own.
    """

    def __init__(
        self,
        inner: Recogniser,
        *,
        limit_s: float | None = None,
        unsaid_s: float = 60.0,
        drain_s: float = 5.0,
    ) -> None:
        super().__init__(inner)
        limit = limit_s or inner.capabilities.longest_stream_s or float("inf")
        self._spans = Spans(0.8 * 1000 * limit, 0.95 * 1000 * limit, 1000 * unsaid_s, drain_s)

    def open(self, language: str, phrases: Sequence[str] = ()) -> "RolloverStream":
        return RolloverStream(
            lambda: self.inner.open(language, phrases),
            self._spans,
            by_flush=not self.capabilities.continuous,
        )


class RolloverStream(ResumableStream):
    """One inner stream after another; each gets the audio that the last one left unanswered."""

    def __init__(
        self, reopen: Callable[[], RecogniserStream], spans: Spans, *, by_flush: bool
    ) -> None:
        super().__init__(reopen(), by_flush=by_flush)
        self._by_flush = by_flush
        self._reopen = reopen
        self._spans = spans
        self._rolling = False
        self._cut_ms: float | None = None
        self._pending = False
        self._said_ms = 0.0
        """How much audio the present stream had been sent at its last final, in ms."""

        self._wordless = 0
        self._gave_up = False
        self._drain: asyncio.TimerHandle | None = None
        self._draining: set[asyncio.Task[None]] = set()

    async def _after_sent(self, item: Item) -> None:
        if isinstance(item, AudioFrame) and self._must_roll():
            await self._roll(item.end_ms)
        elif isinstance(item, Flush) and self._may_roll():
            await self._roll(None)

    async def aclose(self) -> None:
        self._rolling = False
        self._stop_drain()
        await super().aclose()
        await asyncio.gather(*self._draining, return_exceptions=True)

    def _must_roll(self) -> bool:
        sent_ms, spans = self._feed.sent_ms, self._spans
        too_long = self._pending and sent_ms - self._said_ms >= spans.without_final_ms
        return sent_ms >= spans.hard_ms or too_long

    def _may_roll(self) -> bool:
        is_pause = self._by_flush or not self._pending
        return self._feed.sent_ms >= self._spans.soft_ms and is_pause

    def _new_words(self, hypothesis: Hypothesis) -> Hypothesis | None:
        if not hypothesis.is_final:
            self._pending = bool(hypothesis.text)
            self._wordless = 0
            return super()._new_words(hypothesis)
        self._pending = False
        self._said_ms = self._feed.sent_ms
        self._wordless = 0
        whole = hypothesis
        if self._cut_ms is not None:
            kept = without_words_after(hypothesis, self._cut_ms - UNSURE_MS)
            if kept is None:
                return None
            whole = kept
        return super()._new_words(whole)

    async def _roll(self, cut_ms: float | None) -> None:
        self._rolling, self._cut_ms = True, cut_ms
        self._feed.stop()
        loop = asyncio.get_running_loop()
        self._drain = loop.call_later(self._spans.drain_s, self._give_up)
        await self._inner.finish()

    def _give_up(self) -> None:
        """Stops waiting for a finished stream's words: the next one gets that audio."""
        self._gave_up = True
        closing = asyncio.ensure_future(self._inner.aclose())
        self._draining.add(closing)
        closing.add_done_callback(self._draining.discard)

    async def _ended(self) -> bool:
        if self._rolling:
            await self._next()
            return True
        return False

    async def _next(self) -> None:
        self._stop_drain()
        await self._inner.aclose()
        if self._cut_ms is None and not self._gave_up and not self._replay.unanswered:
            self._replay.answered(self._feed.next_number)
        elif self._cut_ms is not None and not self._gave_up:
            self._skip_wordless(self._cut_ms)
        self._rolling, self._cut_ms, self._pending = False, None, False
        self._said_ms = 0.0
        self._gave_up = False
        await self._take_over(self._reopen())

    def _skip_wordless(self, cut_ms: float) -> None:
        """Drops audio in which more than MOST_WORDLESS streams found no words."""
        self._wordless += not self._replay.pending
        if self._wordless > MOST_WORDLESS:
            self._replay.wordless(cut_ms - UNSURE_MS)

    def _stop_drain(self) -> None:
        if self._drain is not None:
            self._drain.cancel()
            self._drain = None
