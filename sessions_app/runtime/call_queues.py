"""Writes that wait for the database, in one queue per call: in order, and fair between calls.

The event loop adds, the store's thread removes. There are no locks: every field has one writer, and
appending to and popping from a deque are atomic.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from sessions_app.engine.core.events import SegmentFinal

BATCH_S = 0.25
"""Segments wait this long for others, so that one statement stores several.

Higher makes fewer statements; lower loses less if the process dies.
"""

OF_ONE_CALL = 50
"""The most segments of one call in a batch. Higher lets a talkative call delay the others."""

BATCH = 500
"""The most segments in a batch. Higher holds the database's lock for longer."""

RETRY_S = (0.1, 0.5, 2.0, 5.0)
"""Pauses between attempts to store while the database is down, in seconds; the last repeats."""

Row = tuple[int, SegmentFinal]


class QueuedWrite:
    """One pending write: of a segment (`row`), or any other, which `run` does."""

    __slots__ = ("added_s", "number", "row", "run", "taken")

    def __init__(self, number: int, run: Callable[[], Any], row: Row | None = None) -> None:
        self.number = number
        self.run = run
        self.row = row
        self.added_s = time.monotonic()
        self.taken = False


class CallQueue:
    """The writes of one call.

    Only the event loop changes `posted` and `newest`, only the store's thread the other fields.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiting: deque[QueuedWrite] = deque()
        self.newest: dict[str, QueuedWrite] = {}
        self.posted = 0
        self.done = 0
        self.turn_s = 0.0
        self.failures = 0
        self.fails_since_s = 0.0
        """When the current series of failures began (monotonic); 0.0 if the last succeeded."""

        self.retry_s = 0.0
        self.singly = 0
        """How many of the next writes are made one by one, since one of them was refused."""

    @property
    def pending(self) -> int:
        """How many writes are not done yet."""
        return self.posted - self.done

    def add(self, piece: QueuedWrite) -> None:
        self.posted += 1
        self.waiting.append(piece)

    def replace(self, key: str, piece: QueuedWrite) -> bool:
        """Adds a write, or lets an older one of the same key that still waits do its work.

        Returns whether it was added. If the thread takes the older one at the same moment, both
        are done.
        """
        waiting = self.newest.get(key)
        if waiting is not None:
            waiting.run = piece.run
            if not waiting.taken:
                return False
        self.newest[key] = piece
        self.add(piece)
        return True

    def waits_s(self, now_s: float) -> float:
        """Returns for how long its next write has waited for its turn; 0.0 if none waits."""
        try:
            head = self.waiting[0]
        except IndexError:
            return 0.0
        return now_s - max(head.added_s, self.turn_s)

    # -- in the thread --------------------------------------------------------------------

    def due_s(self, hurried: int) -> float:
        """Returns when its next write is due (monotonic); those up to number `hurried` at once."""
        head = self.waiting[0]
        if head.row is None or head.number <= hurried or self.waiting[-1].row is None:
            return self.retry_s
        return max(self.retry_s, head.added_s + BATCH_S)

    def segments(self, most: int) -> list[QueuedWrite]:
        """Returns at most `most` of the next writes, in order, as far as they are segments."""
        found: list[QueuedWrite] = []
        for piece in list(self.waiting)[: min(most, OF_ONE_CALL)]:
            if piece.row is None:
                break
            found.append(piece)
        return found

    def drop_first(self, count: int) -> None:
        """Removes its next `count` writes, which are done or given up."""
        for _ in range(count):
            self.waiting.popleft()
        self.done += count
        self.singly = max(0, self.singly - count)
        self.failures, self.fails_since_s, self.retry_s = 0, 0.0, 0.0
        self.turn_s = time.monotonic()

    def failed(self) -> None:
        """Delays its next attempt, as the database stored nothing."""
        now_s = time.monotonic()
        self.fails_since_s = self.fails_since_s or now_s
        self.retry_s = now_s + RETRY_S[min(self.failures, len(RETRY_S) - 1)]
        self.failures += 1


WriteBatch = list[tuple[CallQueue, list[QueuedWrite]]]
"""What is stored in one transaction: segments of one or several calls, or one other write."""


class WriteOrder:
    """Decides which calls' writes are next (round robin). Used by the store's thread only."""

    def __init__(self) -> None:
        self._ring: dict[CallQueue, None] = {}
        self.hurried = -1
        """Writes up to this number do not wait for others to share their batch."""

    def __bool__(self) -> bool:
        return bool(self._ring)

    def add(self, queue: CallQueue) -> None:
        """Puts a call with waiting writes at the end, unless it is in the ring already."""
        if queue.waiting:
            self._ring.setdefault(queue)

    def oldest(self) -> int | None:
        """Returns the number of the oldest write; None if none waits."""
        return min((queue.waiting[0].number for queue in self._ring), default=None)

    def wait_s(self, now_s: float) -> float | None:
        """Returns the seconds until a write is due; None if none waits."""
        due = min((queue.due_s(self.hurried) for queue in self._ring), default=None)
        return None if due is None else max(0.0, due - now_s)

    def next(self, now_s: float) -> WriteBatch:
        """Returns the writes that are due now, as one batch; empty if none is."""
        queue = next((one for one in self._ring if one.due_s(self.hurried) <= now_s), None)
        if queue is None:
            return []
        head = queue.waiting[0]
        alone = queue.singly or queue.failures
        batch = [(queue, [head])] if head.row is None or alone else list(self._batch(queue, now_s))
        for _, pieces in batch:
            for piece in pieces:
                piece.taken = True
        return batch

    def _batch(
        self, first: CallQueue, now_s: float
    ) -> Iterator[tuple[CallQueue, list[QueuedWrite]]]:
        left = BATCH
        for queue in [first, *(one for one in self._ring if one is not first)]:
            if queue.singly or queue.failures or queue.retry_s > now_s:
                continue  # its failing writes must not fail those of other calls
            pieces = queue.segments(left)
            if pieces:
                left -= len(pieces)
                yield queue, pieces
            if not left:
                return

    def after(self, batch: WriteBatch) -> None:
        """Puts the calls of a finished batch at the end of the ring."""
        for queue, _ in batch:
            self._ring.pop(queue, None)
            self.add(queue)
