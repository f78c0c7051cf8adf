"""NACK: which lost packets to ask the sender for again, when, and whether it answers. Pure.

RFC 4585, section 6.2.1. Times are any monotonic clock in ms; sequence numbers have 16 bits.
"""

from collections.abc import Iterable

MAX_REQUESTS = 4
"""How often one packet is asked for: requests and answers get lost too."""

FIRST_RETRY_MS = 60.0
"""Before asking again, until a first answer has shown how long one takes."""

MIN_RETRY_MS = 20.0
"""The least time before asking again. Less asks for packets that are on their way."""

ANSWER_DECAY = 0.9
"""Per answer, how much of the longest answer time is kept: half of it for seven answers.

Less asks again too soon after one quick answer; more stays slow after one slow answer.
"""

OUTAGE_PACKETS = 16
"""More missing packets are an outage, whose retransmissions arrive one after another.

While they do, no packet is asked for again.
"""

MAX_UNANSWERED = 5
"""After so many gaps in a row without an answer, the sender is not asked any more.

It has no retransmission, or is too far away.
"""


class _MissingPacket:
    __slots__ = ("asked_ms", "noticed_ms", "tries")

    def __init__(self, now_ms: float) -> None:
        self.noticed_ms = now_ms
        self.asked_ms = now_ms
        self.tries = 0


class Requests:
    """The requests to one stream's sender. Not thread-safe."""

    def __init__(self) -> None:
        self._of: dict[int, _MissingPacket] = {}
        self._unanswered = 0
        self._answer_ms = 0.0
        self._answered_ms = 0.0
        self.asked = 0
        self.answered = 0

    def __contains__(self, sequence: int) -> bool:
        """Returns whether a packet has been asked for and has not arrived."""
        request = self._of.get(sequence)
        return request is not None and request.tries > 0

    @property
    def open(self) -> bool:
        """Whether retransmissions may be on their way."""
        return bool(self._of) and self.of_use

    @property
    def of_use(self) -> bool:
        """Whether asking is of use: not once MAX_UNANSWERED gaps had no answer."""
        return self._unanswered < MAX_UNANSWERED

    def due(self, missing: Iterable[int], now_ms: float, patience_ms: float = 0.0) -> list[int]:
        """Returns which of all `missing` packets to ask for now, in their order.

        One that is newly missing is waited for `patience_ms` first, as it may only be late.
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
        """Notes a packet that arrived; returns whether it had been asked for."""
        request = self._of.pop(sequence, None)
        if request is None or not request.tries:
            return False
        self.answered += 1
        self._unanswered = 0
        self._answered_ms = now_ms
        if request.tries == 1:  # else it is unknown which request was answered
            self._answer_ms = max(ANSWER_DECAY * self._answer_ms, now_ms - request.asked_ms)
        return True

    def give_up(self, sequences: Iterable[int]) -> None:
        """Notes the packets of a gap that is not waited for any longer."""
        requests = [self._of.pop(number, None) for number in sequences]
        self._unanswered += any(request is not None and request.tries for request in requests)

    def clear(self) -> None:
        """Forgets all requests, as no packet is missing any more."""
        self._of.clear()

    def _is_due(self, request: _MissingPacket, now_ms: float, patience_ms: float) -> bool:
        if not request.tries:
            return now_ms - request.noticed_ms >= patience_ms
        again_ms = max(MIN_RETRY_MS, self._answer_ms) if self._answer_ms else FIRST_RETRY_MS
        asked_ms = max(
            request.asked_ms, self._answered_ms if len(self._of) > OUTAGE_PACKETS else 0.0
        )
        return request.tries < MAX_REQUESTS and now_ms - asked_ms >= again_ms
