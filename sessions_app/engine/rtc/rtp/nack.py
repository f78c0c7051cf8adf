"""NACK: which lost packets to request again, when, and whether the sender answers. Pure.

RFC 4585, section 6.2.1. Times are any monotonic clock, in ms; sequence numbers have 16 bits.
"""

from collections.abc import Iterable

MAX_REQUESTS = 4
"""How often one packet is requested. Lower loses packets whose request or answer is lost, too."""

FIRST_RETRY_MS = 60.0
"""The time before a second request, until an answer has shown how long one takes.

Lower requests packets that are on their way; higher leaves less time for further requests.
"""

MIN_RETRY_MS = 20.0
"""The least time before another request. Lower requests packets that are on their way."""

ANSWER_DECAY = 0.9
"""Per answer, the share of the longest answer time that is kept: half of it after seven answers.

Lower retries too soon after one quick answer; higher retries too late for longer after a slow one.
"""

OUTAGE_PACKETS = 16
"""With more missing packets it is an outage, whose retransmissions arrive one after another.

While they do, no packet is requested again. Higher requests packets twice after short outages.
"""

MAX_UNANSWERED = 5
"""After this many gaps in a row without an answer, requests stop.

The sender does not retransmit, or is too far away. Lower gives up after chance losses; higher
waits MAX_WAIT_MS behind more gaps in vain.
"""


class _MissingPacket:
    """When a packet was noticed to be missing and last requested (ms), and how often."""

    __slots__ = ("noticed_ms", "requested_ms", "tries")

    def __init__(self, now_ms: float) -> None:
        self.noticed_ms = now_ms
        self.requested_ms = now_ms
        self.tries = 0


class NackRequests:
    """The retransmission requests of one stream. Not thread-safe."""

    def __init__(self) -> None:
        self._missing: dict[int, _MissingPacket] = {}
        self._unanswered = 0
        self._answer_ms = 0.0
        self._answered_ms = 0.0
        self.requested = 0
        """How many requests for packets were made."""

        self.answered = 0
        """How many requested packets arrived."""

    def __contains__(self, sequence: int) -> bool:
        """Returns whether a packet has been requested and has not arrived."""
        request = self._missing.get(sequence)
        return request is not None and request.tries > 0

    @property
    def pending(self) -> bool:
        """Whether retransmissions may arrive."""
        return bool(self._missing) and self.enabled

    @property
    def enabled(self) -> bool:
        """Whether requests are made: no longer once MAX_UNANSWERED gaps had no answer."""
        return self._unanswered < MAX_UNANSWERED

    def due(self, missing: Iterable[int], now_ms: float, patience_ms: float = 0.0) -> list[int]:
        """Returns which of all `missing` packets to request now, in their order.

        A packet that is newly missing is requested after `patience_ms`, as it may only be late.
        """
        if not self.enabled:
            self._missing.clear()
            return []
        self._missing = {
            number: self._missing.get(number) or _MissingPacket(now_ms) for number in missing
        }
        found = [
            number
            for number, request in self._missing.items()
            if self._is_due(request, now_ms, patience_ms)
        ]
        for number in found:
            request = self._missing[number]
            request.requested_ms = now_ms
            request.tries += 1
        self.requested += len(found)
        return found

    def arrived(self, sequence: int, now_ms: float) -> bool:
        """Notes a packet that arrived; returns whether it had been requested."""
        request = self._missing.pop(sequence, None)
        if request is None or not request.tries:
            return False
        self.answered += 1
        self._unanswered = 0
        self._answered_ms = now_ms
        if request.tries == 1:  # else it is unknown which request was answered
            self._answer_ms = max(ANSWER_DECAY * self._answer_ms, now_ms - request.requested_ms)
        return True

    def give_up(self, sequences: Iterable[int]) -> None:
        """Notes the packets of a gap that is given up."""
        requests = [self._missing.pop(number, None) for number in sequences]
        self._unanswered += any(request is not None and request.tries for request in requests)

    def clear(self) -> None:
        """Forgets all requests, as no packet is missing."""
        self._missing.clear()

    def _is_due(self, request: _MissingPacket, now_ms: float, patience_ms: float) -> bool:
        if not request.tries:
            return now_ms - request.noticed_ms >= patience_ms
        retry_ms = max(MIN_RETRY_MS, self._answer_ms) if self._answer_ms else FIRST_RETRY_MS
        in_outage = len(self._missing) > OUTAGE_PACKETS
        since_ms = max(request.requested_ms, self._answered_ms if in_outage else 0.0)
        return request.tries < MAX_REQUESTS and now_ms - since_ms >= retry_ms
