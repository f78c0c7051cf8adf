"""Keeps what a stream was sent since its last final, to send it again to another stream.

`AudioReplayBuffer` keeps it, `ReplayFeed` sends it to the present stream.
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
"""Most audio that is kept: more than any engine's longest stream."""

UNSURE_MS = 250.0
"""Words that end this close before a cut may be half words, and are decoded again.

More decodes more audio twice; less lets half words through.
"""

QUIET_MS = 10_000.0
"""Most audio that is kept while nobody speaks and the engine has no interim.

Less loses speech that the VAD missed and the engine has not answered yet; more sends silence to
the next stream in vain.
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
        """The end of the audio so far, on the call clock."""

        self.opens_in_speech = False
        """Whether the oldest kept item is within speech, whose Begin was dropped."""

        self.answer_ms = float("-inf")
        """The end of the audio when the engine last gave a hypothesis."""

        self.unanswered_since_ms: float | None = None
        """Where speech began, or an utterance ended, that the engine has not answered, in ms on the
        call clock; None where it has answered all."""

        self.first = 0
        """The number of the oldest kept item."""

        self.carried: list[AudioFrame] = []
        """Audio after the last word of a cut utterance's final, which the next final answers."""

    def add(self, item: Item) -> None:
        """Keeps an item; drops the oldest ones beyond the limit."""
        self._items.append(item)
        if isinstance(item, AudioFrame):
            self.heard_ms = item.end_ms
            keep_ms = QUIET_MS if self._is_quiet else self._keep_ms
            self._forget(lambda kept: kept.end_ms < item.end_ms - keep_ms)
        else:
            self._speaking = isinstance(item, Begin)
            self._flushes += isinstance(item, Flush)
            if self.unanswered_since_ms is None and self._by_flush is isinstance(item, Flush):
                self.unanswered_since_ms = item.at_ms if isinstance(item, Begin) else self.heard_ms

    def at(self, number: int) -> Item | None:
        """Returns the item of that number; None where it is dropped, or yet to come."""
        place = number - self.first
        return self._items[place] if 0 <= place < len(self._items) else None

    def answered(self, number: int) -> None:
        """Drops the items before that number, which are fully answered."""
        while self.first < number and self._items:
            self._drop()
            self.carried.clear()

    def take_interim(self, interim: Hypothesis) -> None:
        """Takes an interim: its audio is kept until its final comes."""
        self.pending = bool(interim.text)
        self.answer_ms = self.heard_ms

    @property
    def _is_quiet(self) -> bool:
        return not (self._by_flush or self._speaking or self.unanswered)

    @property
    def unanswered(self) -> bool:
        """Whether an answer is outstanding: of an interim without a final, or of speech."""
        return self.pending or self.unanswered_since_ms is not None

    def take_final(self, final: Hypothesis) -> Hypothesis | None:
        """Takes a final, and drops its audio; returns its new words, or None for no new ones."""
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
            self.unanswered_since_ms = self.heard_ms if self._flushes else None
        else:
            self._move_unanswered(end_ms)
        return fresh

    def wordless(self, end_ms: float) -> None:
        """Drops the audio before `end_ms`, for which several streams found no words."""
        if not self._flushes:
            self._forget(lambda kept: kept.end_ms <= end_ms)
            self.carried.clear()
            self._move_unanswered(end_ms)

    def _move_unanswered(self, end_ms: float) -> None:
        """Moves `unanswered_since_ms` to the first speech after `end_ms`, or None for none."""
        if self.unanswered_since_ms is not None and end_ms > self.unanswered_since_ms:
            begins = (item.at_ms for item in self._items if isinstance(item, Begin))
            self.unanswered_since_ms = next((at_ms for at_ms in begins if at_ms >= end_ms), None)

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
        """Drops frames from the front while they are `old`, and the hints among them."""
        while self._items:
            first = self._items[0]
            if isinstance(first, AudioFrame) and not old(first):
                return
            if not isinstance(first, AudioFrame) and len(self._items) == 1:
                return  # a hint on audio that is yet to come
            self._drop()

    def _drop(self) -> Item:
        self.first += 1
        dropped = self._items.popleft()
        if not isinstance(dropped, AudioFrame):
            self.opens_in_speech = isinstance(dropped, Begin)
            self._flushes -= isinstance(dropped, Flush)
        return dropped


def without_words_before(final: Hypothesis, said_ms: float) -> Hypothesis | None:
    """Returns the final without words whose middle is before `said_ms`; None if none are left."""
    if not final.words:
        return None if final.text and final.end_ms <= said_ms else final
    return only_words(final, [(word.start_ms + word.end_ms) / 2 >= said_ms for word in final.words])


def without_words_after(final: Hypothesis, cut_ms: float) -> Hypothesis | None:
    """Returns the final without words that end after `cut_ms`; None if none are left."""
    if not final.words:
        return final
    return only_words(final, [word.end_ms <= cut_ms for word in final.words])


def only_words(final: Hypothesis, kept: Sequence[bool]) -> Hypothesis | None:
    """Returns the final with only the words that are `kept`; None if none are."""
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


async def send_item(stream: RecogniserStream, item: Item) -> None:
    """Sends an item to a stream: calls its `send`, `begin`, `pause` or `flush`."""
    if isinstance(item, AudioFrame):
        await stream.send(item)
    elif isinstance(item, Begin):
        await stream.begin(item.at_ms)
    elif isinstance(item, Pause):
        await stream.pause()
    else:
        await stream.flush(cut=item.cut)


class ReplayFeed:
    """Sends items to the present stream; a new one first gets all that is unanswered.

    `on_sent` is awaited after each item that was sent.
    """

    def __init__(
        self, replay: AudioReplayBuffer, on_sent: Callable[[Item], Awaitable[None]]
    ) -> None:
        self._replay = replay
        self._on_sent = on_sent
        self._stream: RecogniserStream | None = None
        self._next = 0
        self._pumping = False
        self._finished = False
        self.sent_ms = 0.0
        """How much audio the present stream was sent, in ms."""

    async def put(self, item: Item) -> None:
        """Keeps an item, and sends it where there is a stream."""
        if isinstance(item, Pause):  # of no use to a later stream
            await self._hint(item)
            return
        self._replay.add(item)
        await self._pump()

    async def _hint(self, item: Pause) -> None:
        if self._stream is not None and not self._pumping and self._replay.at(self._next) is None:
            await send_item(self._stream, item)

    async def finish(self) -> None:
        """Finishes the present stream, and any later one."""
        self._finished = True
        await self._pump()

    async def start(self, stream: RecogniserStream) -> None:
        """Continues with `stream`, from the oldest unanswered item on."""
        self._stream, self._next, self.sent_ms = stream, self._replay.first, 0.0
        first = self._replay.at(self._next)
        if self._replay.opens_in_speech and isinstance(first, AudioFrame):
            await stream.begin(first.start_ms)
        for frame in self._replay.carried:
            await stream.send(frame)
        await self._pump()

    def stop(self) -> None:
        """Stops sending; items are kept for the next stream."""
        self._stream = None

    @property
    def next_number(self) -> int:
        """The number of the first item that was not sent yet."""
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
                self.sent_ms += item.duration_ms
            await send_item(stream, item)
            if self._stream is stream:
                await self._on_sent(item)
        if self._finished and self._stream is not None:
            await self._stream.finish()
