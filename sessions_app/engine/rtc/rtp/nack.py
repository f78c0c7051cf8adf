"""Packets that are asked for again: which, when, and whether it is of use. Pure.

RFC 4585 (section 6.2.1) is how they are asked for. Times are any monotonic clock in ms; sequence
numbers are those of the wire, of 16 bits.
"""

from collections.abc import Iterable

TRIES = 4
"""Times that one packet is asked for: answers are lost on the way too."""

FIRST_AGAIN_MS = 60.0
"""Until the first answer has shown how long one takes."""

SOONEST_AGAIN_MS = 20.0
FORGET = 0.9
"""How much of the longest way of an answer stays with each: half of it for seven answers."""

MANY = 16
"""Packets, of 20 ms: more that are missing were lost in an outage, and come one after another."""

IN_VAIN = 5
"""Gaps in a row that no answer filled: the sender knows nothing of it, or is too far away."""


class _MissingPacket:
    __slots__ = ("asked_ms", "noticed_ms", "tries")

    def __init__(self, now_ms: float) -> None:
        self.noticed_ms = now_ms
        self.asked_ms = now_ms
        self.tries = 0


class Requests:
    """What one stream's sender is asked for. Not thread-safe."""

    def __init__(self) -> None:
        self._of: dict[int, _MissingPacket] = {}
        self._in_vain = 0
        self._answer_ms = 0.0
        self._came_ms = 0.0
        self.asked = 0
        self.answered = 0

    def __contains__(self, sequence: int) -> bool:
        """Returns whether a packet has been asked for and has not come."""
        request = self._of.get(sequence)
        return request is not None and request.tries > 0

    @property
    def open(self) -> bool:
        """Whether an answer may be on its way."""
        return bool(self._of) and self.of_use

    @property
    def of_use(self) -> bool:
        """Whether the sender has answered now and then, or been asked but seldom."""
        return self._in_vain < IN_VAIN

    def due(self, missing: Iterable[int], now_ms: float, patience_ms: float = 0.0) -> list[int]:
        """Returns which of all that are missing to ask for now, in their order.

        Those that are new are waited for so long first, as they may be but late.
        """
        if not self.of_use:
            self._of.clear()
            return []
        self._of = {number: self._of.get(number) or _MissingPacket(now_ms) for number in missing}
        found = [
            number
            for number, request in self._of.items()
            if self._is_due(request, now_ms, patience_ms)
        ]
        for number in found:
            request = self._of[number]
            request.asked_ms = now_ms
            request.tries += 1
        self.asked += len(found)
        return found

    def came(self, sequence: int, now_ms: float) -> bool:
        """Takes note of a packet; returns whether it had been asked for."""
        request = self._of.pop(sequence, None)
        if request is None or not request.tries:
            return False
        self.answered += 1
        self._in_vain = 0
        self._came_ms = now_ms
        if request.tries == 1:  # of those asked for twice nobody knows which was answered
            self._answer_ms = max(FORGET * self._answer_ms, now_ms - request.asked_ms)
        return True

    def give_up(self, sequences: Iterable[int]) -> None:
        """Takes note of a gap that is waited for no longer."""
        requests = [self._of.pop(number, None) for number in sequences]
        self._in_vain += any(request is not None and request.tries for request in requests)

    def clear(self) -> None:
        """Forgets what was asked for, as nothing is missing any more."""
        self._of.clear()

    def _is_due(self, request: _MissingPacket, now_ms: float, patience_ms: float) -> bool:
        if not request.tries:
            return now_ms - request.noticed_ms >= patience_ms
        again_ms = max(SOONEST_AGAIN_MS, self._answer_ms) if self._answer_ms else FIRST_AGAIN_MS
        asked_ms = max(request.asked_ms, self._came_ms if len(self._of) > MANY else 0.0)
        return request.tries < TRIES and now_ms - asked_ms >= again_ms
