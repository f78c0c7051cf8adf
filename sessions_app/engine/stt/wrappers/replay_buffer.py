"""What a stream was sent since its last final, so that it can be sent to another one again.

`AudioReplayBuffer` keeps it, `ReplayFeed` sends it to whichever stream there is.
"""

import dataclasses
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.base import RecogniserStream
from sessions_app.engine.stt.speech_gate import Begin, Flush, Item, Pause
from sessions_app.engine.text.slicing import kept_text

KEEP_MS = 330_000.0
"""More than any engine's longest stream: what is not kept cannot be said again."""

UNSURE_MS = 250.0
"""Words that end so close before a cut may be halves of words: they are heard once more.

Larger decodes more audio twice; smaller lets halves of words through.
"""

QUIET_MS = 10_000.0
"""While nobody speaks, and the engine says nothing, only so much silence is kept.

Less loses speech that the VAD missed and the engine has yet to tell; more sends the next
stream silence in vain.
"""


class AudioReplayBuffer:
    """Keeps audio until a final answers it. Pure.

    `by_flush` for engines that give one final for each Flush; for the others a final answers
    the audio up to its end.
    """

    def __init__(self, *, by_flush: bool, keep_ms: float = KEEP_MS) -> None:
        self._items: deque[Item] = deque()
        self._by_flush = by_flush
        self._keep_ms = keep_ms
        self._said_ms = float("-inf")
        self._speaking = False
        self.pending = False
        """Whether an interim has no final."""

        self._flushes = 0
        self.heard_ms = 0.0
        """Where the audio has come to."""

        self.opens_in_speech = False
        """Whether the oldest that is kept lies within speech, whose begin is forgotten."""

        self.answer_ms = float("-inf")
        """Where the audio had come to when the engine last said anything."""

        self.unsaid_ms: float | None = None
        """Where speech began, or an utterance ended, of which the engine has said nothing."""
        self.first = 0
        """How many items came before the oldest that is kept."""

        self.carried: list[AudioFrame] = []
        """What follows the last word of a final before a cut: the next one is to answer it."""

    def add(self, item: Item) -> None:
        """Keeps what was told; the oldest is forgotten where it is too much."""
        self._items.append(item)
        if isinstance(item, AudioFrame):
            self.heard_ms = item.end_ms
            keep_ms = QUIET_MS if self._is_quiet else self._keep_ms
            self._forget(lambda kept: kept.end_ms < item.end_ms - keep_ms)
        else:
            self._speaking = isinstance(item, Begin)
            self._flushes += isinstance(item, Flush)
            if self.unsaid_ms is None and self._by_flush is isinstance(item, Flush):
                self.unsaid_ms = item.at_ms if isinstance(item, Begin) else self.heard_ms

    def at(self, number: int) -> Item | None:
        """Returns the item of that number; None when it is yet to come."""
        place = number - self.first
        return self._items[place] if 0 <= place < len(self._items) else None

    def answered(self, number: int) -> None:
        """Forgets the items before that number: the stream that had them has told all of it."""
        while self.first < number and self._items:
            self._drop()
            self.carried.clear()

    def heard(self, interim: Hypothesis) -> None:
        """Takes an interim: the audio that it tells of is kept until its final comes."""
        self.pending = bool(interim.text)
        self.answer_ms = self.heard_ms

    @property
    def _is_quiet(self) -> bool:
        return not (self._by_flush or self._speaking or self.unsaid)

    @property
    def unsaid(self) -> bool:
        """Whether the engine owes words: an interim has no final, or speech has no words yet."""
        return self.pending or self.unsaid_ms is not None

    def said(self, final: Hypothesis) -> Hypothesis | None:
        """Takes a final; returns what of it was not said before, or None for nothing."""
        self.pending = False
        self.answer_ms = self.heard_ms
        fresh = without_words_before(final, self._said_ms)
        end_ms = final.words[-1].end_ms if final.words else final.end_ms
        self._said_ms = max(self._said_ms, end_ms)
        if self._by_flush:
            self._forget_utterance(end_ms)
        else:
            self._forget(lambda kept: kept.end_ms <= self._said_ms)
        if self._by_flush:
            self.unsaid_ms = self.heard_ms if self._flushes else None
        else:
            self._owe_from(end_ms)
        return fresh

    def wordless(self, end_ms: float) -> None:
        """Forgets audio before that time: more than one stream had no word to say of it."""
        if not self._flushes:
            self._forget(lambda kept: kept.end_ms <= end_ms)
            self.carried.clear()
            self._owe_from(end_ms)

    def _owe_from(self, end_ms: float) -> None:
        """Notes that what the engine has yet to answer begins after `end_ms`."""
        if self.unsaid_ms is not None and end_ms > self.unsaid_ms:
            begins = (item.at_ms for item in self._items if isinstance(item, Begin))
            self.unsaid_ms = next((at_ms for at_ms in begins if at_ms >= end_ms), None)

    def _forget_utterance(self, end_ms: float) -> None:
        if not any(isinstance(item, Flush) for item in self._items):
            self._forget(lambda kept: kept.start_ms < end_ms)
            self.carried.clear()
            return
        utterance: list[Item] = [*self.carried]
        while not isinstance(item := self._drop(), Flush):
            utterance.append(item)
        frames = (kept for kept in utterance if isinstance(kept, AudioFrame))
        self.carried = [kept for kept in frames if item.cut and kept.end_ms > end_ms]

    def _forget(self, old: Callable[[AudioFrame], bool]) -> None:
        """Drops frames from the front while they are `old`, with the hints among them."""
        while self._items:
            first = self._items[0]
            if isinstance(first, AudioFrame) and not old(first):
                return
            if not isinstance(first, AudioFrame) and len(self._items) == 1:
                return  # a hint that belongs to what is yet to come
            self._drop()

    def _drop(self) -> Item:
        self.first += 1
        dropped = self._items.popleft()
        if not isinstance(dropped, AudioFrame):
            self.opens_in_speech = isinstance(dropped, Begin)
            self._flushes -= isinstance(dropped, Flush)
        return dropped


def without_words_before(final: Hypothesis, said_ms: float) -> Hypothesis | None:
    """Returns the final without words whose middle lies before `said_ms`; None for no rest."""
    if not final.words:
        return None if final.text and final.end_ms <= said_ms else final
    return only_words(final, [(word.start_ms + word.end_ms) / 2 >= said_ms for word in final.words])


def without_words_after(final: Hypothesis, cut_ms: float) -> Hypothesis | None:
    """Returns the final without words that end after `cut_ms`; None for no rest."""
    if not final.words:
        return final
    return only_words(final, [word.end_ms <= cut_ms for word in final.words])


def only_words(final: Hypothesis, kept: Sequence[bool]) -> Hypothesis | None:
    """Returns the final with those of its words alone that are `kept`; None for no rest."""
    if all(kept):
        return final
    if not any(kept):
        return None
    words = [word for word, keep in zip(final.words, kept, strict=True) if keep]
    return dataclasses.replace(
        final,
        text=kept_text(final.text, [word.text for word in final.words], kept),
        words=tuple(words),
        start_ms=words[0].start_ms,
        end_ms=words[-1].end_ms,
    )


async def tell(stream: RecogniserStream, item: Item) -> None:
    """Calls what an item stands for: `send`, `begin`, `pause` or `flush`."""
    if isinstance(item, AudioFrame):
        await stream.send(item)
    elif isinstance(item, Begin):
        await stream.begin(item.at_ms)
    elif isinstance(item, Pause):
        await stream.pause()
    else:
        await stream.flush(cut=item.cut)


class ReplayFeed:
    """Sends what comes to whichever stream there is; to a new one first what is unanswered.

    `on_told` is awaited after each item that a stream was sent.
    """

    def __init__(
        self, replay: AudioReplayBuffer, on_told: Callable[[Item], Awaitable[None]]
    ) -> None:
        self._replay = replay
        self._on_told = on_told
        self._stream: RecogniserStream | None = None
        self._next = 0
        self._pumping = False
        self._finished = False
        self.told_ms = 0.0
        """How much audio the present stream was told."""

    async def put(self, item: Item) -> None:
        """Keeps an item and passes it on, where there is a stream."""
        if isinstance(item, Pause):  # of no use to a stream that takes over later
            await self._hint(item)
            return
        self._replay.add(item)
        await self._pump()

    async def _hint(self, item: Pause) -> None:
        if self._stream is not None and not self._pumping and self._replay.at(self._next) is None:
            await tell(self._stream, item)

    async def finish(self) -> None:
        """Says that nothing follows, to the present stream and to any later one."""
        self._finished = True
        await self._pump()

    async def start(self, stream: RecogniserStream) -> None:
        """Goes on with `stream`, from the oldest unanswered item on."""
        self._stream, self._next, self.told_ms = stream, self._replay.first, 0.0
        first = self._replay.at(self._next)
        if self._replay.opens_in_speech and isinstance(first, AudioFrame):
            await stream.begin(first.start_ms)
        for frame in self._replay.carried:
            await stream.send(frame)
        await self._pump()

    def stop(self) -> None:
        """Keeps what comes for the next stream."""
        self._stream = None

    @property
    def told(self) -> int:
        """The number of the first item that no stream was told."""
        return self._next

    async def _pump(self) -> None:
        if self._pumping:
            return
        self._pumping = True
        try:
            await self._catch_up()
        finally:
            self._pumping = False

    async def _catch_up(self) -> None:
        while (stream := self._stream) is not None:
            self._next = max(self._next, self._replay.first)
            item = self._replay.at(self._next)
            if item is None:
                break
            self._next += 1
            if isinstance(item, AudioFrame):
                self.told_ms += item.duration_ms
            await tell(stream, item)
            if self._stream is stream:
                await self._on_told(item)
        if self._finished and self._stream is not None:
            await self._stream.finish()
