"""Writes that wait for the database, a queue for each call: fair between calls, in order within.

The event loop adds, the store's thread takes. No lock is held: every field has one writer, and
a deque is appended to and taken from atomically.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from sessions_app.engine.core.events import SegmentFinal

BATCH_S = 0.25
"""Segments wait this long for others, so that one statement stores several.

Longer makes fewer statements; shorter loses less where the process dies.
"""

OF_ONE_CALL = 50
"""Most segments of one call in a batch, so that a talkative one keeps nobody waiting."""

BATCH = 500
"""Most segments in a batch: more would hold the database's lock for longer."""

RETRY_S = (0.1, 0.5, 2.0, 5.0)
"""Pauses between attempts to store while the database is away; the last one repeats."""

Row = tuple[int, SegmentFinal]


class QueuedWrite:
    """One thing to store: a segment, or `run`."""

    __slots__ = ("added_s", "number", "row", "run", "taken")

    def __init__(self, number: int, run: Callable[[], Any], row: Row | None = None) -> None:
        self.number = number
        self.run = run
        self.row = row
        self.added_s = time.monotonic()
        self.taken = False


class CallQueue:
    """What one call has to store. `posted` and `newest` are the loop's, the rest the thread's."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiting: deque[QueuedWrite] = deque()
        self.newest: dict[str, QueuedWrite] = {}
        self.posted = 0
        self.done = 0
        self.turn_s = 0.0
        self.failures = 0
        self.fails_since_s = 0.0
        """When the present row of failed attempts began; 0.0 where the last one succeeded."""

        self.retry_s = 0.0
        self.singly = 0
        """How many of the next pieces are stored one by one, since one of them was refused."""

    @property
    def pending(self) -> int:
        """How many pieces are not stored yet."""
        return self.posted - self.done

    def add(self, piece: QueuedWrite) -> None:
        self.posted += 1
        self.waiting.append(piece)

    def replace(self, key: str, piece: QueuedWrite) -> bool:
        """Adds a piece, or lets the one of this key that still waits do what the newer one does.

        Returns whether it was added. A piece that the thread takes in the same moment is
        done either way: what it would have missed is added.
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
        """Returns for how long its next piece has waited for a turn; 0.0 where nothing waits."""
        try:
            head = self.waiting[0]
        except IndexError:
            return 0.0
        return now_s - max(head.added_s, self.turn_s)

    # -- in the thread --------------------------------------------------------------------

    def due_s(self, hurried: int) -> float:
        """Returns when its next piece is to be stored; those up to number `hurried` at once."""
        head = self.waiting[0]
        if head.row is None or head.number <= hurried or self.waiting[-1].row is None:
            return self.retry_s
        return max(self.retry_s, head.added_s + BATCH_S)

    def segments(self, most: int) -> list[QueuedWrite]:
        """Returns the segments that are next, in order."""
        found: list[QueuedWrite] = []
        for piece in list(self.waiting)[: min(most, OF_ONE_CALL)]:
            if piece.row is None:
                break
            found.append(piece)
        return found

    def took(self, count: int) -> None:
        """Notes that its next `count` pieces are done with."""
        for _ in range(count):
            self.waiting.popleft()
        self.done += count
        self.singly = max(0, self.singly - count)
        self.failures, self.fails_since_s, self.retry_s = 0, 0.0, 0.0
        self.turn_s = time.monotonic()

    def failed(self) -> None:
        """Puts its next attempt off, since the database stored nothing."""
        now_s = time.monotonic()
        self.fails_since_s = self.fails_since_s or now_s
        self.retry_s = now_s + RETRY_S[min(self.failures, len(RETRY_S) - 1)]
        self.failures += 1


WriteBatch = list[tuple[CallQueue, list[QueuedWrite]]]
"""What is stored at once: segments of one or several calls, or one other piece."""


class WriteOrder:
    """Decides which call's pieces are stored next. Used by the store's thread alone."""

    def __init__(self) -> None:
        self._ring: dict[CallQueue, None] = {}
        self.hurried = -1
        """Pieces up to this number wait for no others."""

    def __bool__(self) -> bool:
        return bool(self._ring)

    def add(self, queue: CallQueue) -> None:
        """Puts a call that has something to store last, unless it waits in the order already."""
        if queue.waiting:
            self._ring.setdefault(queue)

    def oldest(self) -> int | None:
        """Returns the number of the oldest piece; None where nothing waits."""
        return min((queue.waiting[0].number for queue in self._ring), default=None)

    def wait_s(self, now_s: float) -> float | None:
        """Returns how long until something is due; None where nothing waits."""
        due = min((queue.due_s(self.hurried) for queue in self._ring), default=None)
        return None if due is None else max(0.0, due - now_s)

    def next(self, now_s: float) -> WriteBatch:
        """Returns what is to be stored now; empty where nothing is due."""
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
                continue  # what is wrong with it must not fail the others'
            pieces = queue.segments(left)
            if pieces:
                left -= len(pieces)
                yield queue, pieces
            if not left:
                return

    def after(self, batch: WriteBatch) -> None:
        """Puts the calls of a batch that was tried behind the others."""
        for queue, _ in batch:
            self._ring.pop(queue, None)
            self.add(queue)
