"""Packets in their order: what is late is waited for, what is lost is told. Pure.

Nothing is played out here, so nothing is delayed that comes in order: a packet waits only behind
a gap, and only for as long as the network has been seen to be late, or as what was asked for again
may take. RFC 3550 (sections 5.1 and 6.4.1) says how sequence numbers, timestamps and jitter are
counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from sessions_app.engine.rtc.rtp.nack import Requests

RATE = 48_000
"""Timestamp units a second, of Opus (RFC 7587)."""

_PER_MS = RATE // 1000
USUAL_SAMPLES = 20 * _PER_MS

SHORTEST_WAIT_MS = 20.0
LONGEST_WAIT_MS = 120.0
FORGET = 0.995
"""How much of the longest lateness seen stays with each packet: half of it for three seconds."""

CREEP_MS = 0.05
"""So much later the quickest way is taken to be with each packet, where it has become slower."""

MOST_WAITING = 200
"""Packets behind a gap: what is more is a flood, or a gap that nothing will fill."""

MOST_ASKED = 150
"""Packets missing at a time: of more, the newest. Chromium keeps those of three seconds."""

MOST_BEHIND_MS = 2_000.0
"""So much later than others a packet may go on while those before it come, one by one, again."""

MOST_FILLED_MS = 1_000.0
"""A longer loss is an outage: it stays a gap, which the call tells as such."""

RESTART = 3_000
"""A sequence number further off belongs to a stream that started over."""

RESTART_MS = 1_000.0
"""Timestamps that go back by more have started over, though the numbers go on."""

_SEQ, _TS = 1 << 16, 1 << 32


DurationOf = Callable[[bytes], int]
"""Gives a payload's length in timestamp units; 0 or less for what is none."""


class PacketKind(Enum):
    """How a run of audio came about."""

    RECEIVED = "received"
    RESTORED = "restored"
    """Bit for bit from its successor's redundancy (RED)."""

    LOST = "lost"
    """Not to be had: to be repaired from the next packet's FEC, or concealed."""


class Packet(NamedTuple):
    """One packet as it arrived; `earlier` are (timestamp, payload) that it carries along.

    One that holds no sound, but comfort noise or a key, has an empty `payload`: it takes a number,
    and its time says nothing.
    """

    sequence: int
    timestamp: int
    payload: bytes
    earlier: Sequence[tuple[int, bytes]] = ()


class PacketRun(NamedTuple):
    """Audio at its place: `start` and `samples` in timestamp units, without wrapping.

    `payload` is empty for LOST; `repair` is then the packet right after it, whose in-band FEC
    may hold it.
    """

    kind: PacketKind
    start: int
    samples: int
    payload: bytes = b""
    repair: bytes = b""


@dataclass(slots=True)
class Counts:
    """What became of the packets of a stream."""

    received: int = 0
    restored: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    reordered: int = 0
    restarts: int = 0


class JitterBuffer:
    """One SSRC's packets, in order. `duration_of` gives a payload's length in timestamp units.

    Times are any monotonic clock in ms. Not thread-safe.
    """

    def __init__(self, duration_of: DurationOf) -> None:
        self._duration_of = duration_of
        self._waiting: dict[int, tuple[Packet, float]] = {}
        self._spare: dict[int, bytes] = {}
        self._next: int | None = None
        self._newest = 0
        self._end = 0
        self._usual = USUAL_SAMPLES
        self._transit_ms: float | None = None
        self._quickest_ms = 0.0
        self._lateness_ms = 0.0
        self._moved_ms = 0.0
        self.jitter_ms = 0.0
        self.counts = Counts()
        self.requests = Requests()

    @property
    def wait_ms(self) -> float:
        """How long a gap is waited for now: as long as packets were late of late.

        The longest there is while the sender has been asked for what the gap lacks.
        """
        if self.requests.open:
            return LONGEST_WAIT_MS
        return min(LONGEST_WAIT_MS, max(SHORTEST_WAIT_MS, self._lateness_ms))

    @property
    def waits(self) -> bool:
        """Whether a packet is held behind a gap."""
        return bool(self._waiting)

    @property
    def due_ms(self) -> float | None:
        """When `due` has something to give though nothing comes; None for never."""
        if not self._waiting:
            return None
        since_ms = min(arrived for _, arrived in self._waiting.values())
        if self.requests.open:
            since_ms = min(max(since_ms, self._moved_ms), since_ms + MOST_BEHIND_MS)
        return since_ms + self.wait_ms

    def put(self, packet: Packet, now_ms: float) -> list[PacketRun]:
        """Takes a packet as it arrives; returns what is in order now, the oldest first."""
        if not self._waiting and self._next is not None and packet.sequence == self._next % _SEQ:
            return self._straight(packet, now_ms)
        sequence = self._unwrapped(packet.sequence)
        if self._next is None or abs(sequence - self._newest) > RESTART:
            out = self._restart(packet, sequence)
        else:
            out = []
        timestamp = self._place(packet.timestamp)
        asked_for = self.requests.came(packet.sequence, now_ms)
        if packet.payload and not asked_for:  # whose way was longer tells nothing of the network
            self._measure(timestamp, now_ms)
        self._keep_spares(packet, timestamp)
        if self._next is not None and sequence < self._next:
            self.counts.late += 1
            return out
        if sequence in self._waiting:
            self.counts.duplicate += 1
            return out
        if sequence < self._newest and not asked_for:
            self.counts.reordered += 1
        if asked_for and sequence == self._next:
            self._moved_ms = now_ms
        self._newest = max(self._newest, sequence)
        self._waiting[sequence] = (packet, now_ms)
        out += self._in_order()
        while len(self._waiting) > MOST_WAITING:
            out += self._give_up()
        if not self._waiting:
            self.requests.clear()
        return out

    def asks(self, now_ms: float) -> list[int]:
        """Returns which packets to ask the sender for now, by their numbers on the wire.

        To be called while the buffer `waits`, after each packet and every few ms.
        """
        if not self.requests.of_use:
            return []
        patience_ms = self._lateness_ms / 2 if self.counts.reordered else 0.0
        return self.requests.due(self._missing(), now_ms, patience_ms)

    def due(self, now_ms: float) -> list[PacketRun]:
        """Returns what has waited long enough behind a gap, the gap's own runs before it."""
        out: list[PacketRun] = []
        while (due_ms := self.due_ms) is not None and due_ms <= now_ms:
            out += self._give_up()
        if not self._waiting:
            self.requests.clear()
        return out

    def flush(self) -> list[PacketRun]:
        """Returns all that still waits; nothing will follow."""
        out: list[PacketRun] = []
        while self._waiting:
            out += self._give_up()
        return out

    def _straight(self, packet: Packet, now_ms: float) -> list[PacketRun]:
        """Takes the packet that follows, while none waits: what nearly all of them are."""
        assert self._next is not None  # noqa: S101 - the caller looked
        start = self._place(packet.timestamp)
        if packet.payload:
            self._measure(start, now_ms)
        self._newest = self._next
        return self._follow(packet, start)

    # -- numbers --------------------------------------------------------------------------

    def _unwrapped(self, sequence: int) -> int:
        if self._next is None:
            return sequence
        return self._newest + _signed(sequence - self._newest, _SEQ)

    def _place(self, timestamp: int) -> int:
        return self._end + _signed(timestamp - self._end, _TS)

    def _restart(self, packet: Packet, sequence: int) -> list[PacketRun]:
        """Begins a stream; what waited of the one before comes out first."""
        out = self.flush()
        self.counts.restarts += self._next is not None
        self._next = self._newest = sequence
        self._end = packet.timestamp
        self._spare.clear()
        self._transit_ms = None
        return out

    # -- the network ----------------------------------------------------------------------

    def _measure(self, timestamp: int, now_ms: float) -> None:
        transit_ms = now_ms - timestamp / _PER_MS
        if self._transit_ms is None:
            self._quickest_ms = transit_ms
        else:
            change = abs(transit_ms - self._transit_ms)
            self.jitter_ms += (min(change, LONGEST_WAIT_MS) - self.jitter_ms) / 16
        self._transit_ms = transit_ms
        self._quickest_ms = min(self._quickest_ms + CREEP_MS, transit_ms)
        lateness_ms = min(LONGEST_WAIT_MS, transit_ms - self._quickest_ms)
        self._lateness_ms = max(FORGET * self._lateness_ms, lateness_ms)

    # -- order ----------------------------------------------------------------------------

    def _keep_spares(self, packet: Packet, timestamp: int) -> None:
        for stamp, payload in packet.earlier:
            place = timestamp + _signed(stamp - packet.timestamp, _TS)
            if payload and place >= self._end:
                self._spare[place] = payload

    def _in_order(self) -> list[PacketRun]:
        """Returns what follows without a gap, or over one that redundancy fills."""
        out: list[PacketRun] = []
        while self._waiting:
            assert self._next is not None  # noqa: S101 - set by the first packet
            if self._next in self._waiting:
                out += self._take(self._next)
                continue
            first = min(self._waiting)
            before = self._place(self._waiting[first][0].timestamp)
            spares = self._spares_before(before)
            if len(spares) < first - self._next:
                break
            out += [self._run(PacketKind.RESTORED, *spare) for spare in spares]
            self.counts.restored += len(spares)
            self._next = first
        return out

    def _give_up(self) -> list[PacketRun]:
        """Returns the runs of the first gap, then what follows it in order."""
        assert self._next is not None  # noqa: S101 - set by the first packet
        first = min(self._waiting)
        packet, _ = self._waiting[first]
        asked = range(max(self._next, first - MOST_ASKED), first)
        self.requests.give_up(number % _SEQ for number in asked)
        out = self._filled(first - self._next, self._place(packet.timestamp), packet.payload)
        self._next = first
        return out + self._in_order()

    def _missing(self) -> list[int]:
        """Returns the packets that gaps lack, without those that redundancy restores."""
        assert self._next is not None  # noqa: S101 - set by the first packet
        newest_first: list[int] = []
        here = [self._next - 1, *sorted(self._waiting)]
        for before, sequence in reversed([*pairwise(here)]):
            last = sequence - len(self._waiting[sequence][0].earlier) - 1
            newest_first += range(last, max(before, last - MOST_ASKED), -1)
            if len(newest_first) >= MOST_ASKED:
                break
        return [number % _SEQ for number in reversed(newest_first[:MOST_ASKED])]

    def _take(self, sequence: int) -> list[PacketRun]:
        packet, _ = self._waiting.pop(sequence)
        self._next = sequence
        return self._follow(packet, self._place(packet.timestamp))

    def _follow(self, packet: Packet, start: int) -> list[PacketRun]:
        """Returns the run of the packet that is next."""
        assert self._next is not None  # noqa: S101 - set by the first packet
        self._next += 1
        if not packet.payload:
            return []
        samples = self._duration_of(packet.payload)
        if self._spare:
            self._spare.pop(start, None)
        if start < self._end - RESTART_MS * _PER_MS:  # another track under the same SSRC
            self._end = start
            self._spare.clear()
            self._transit_ms = None
        if samples <= 0 or start < self._end:  # no sender overlaps its own audio
            self.counts.lost += 1
            return []
        self._usual = samples
        self.counts.received += 1
        return [self._run(PacketKind.RECEIVED, start, samples, packet.payload)]

    def _spares_before(self, before: int) -> list[tuple[int, int, bytes]]:
        """Returns the redundant payloads that lie right before a place, without a gap.

        Each with its start and its length.
        """
        found: list[tuple[int, int, bytes]] = []
        for place in sorted((p for p in self._spare if self._end <= p < before), reverse=True):
            payload = self._spare[place]
            samples = self._duration_of(payload)
            if place + samples != before:
                break
            found.append((place, samples, payload))
            before = place
        return found[::-1]

    def _filled(self, count: int, before: int, repair: bytes) -> list[PacketRun]:
        """Returns runs for `count` lost packets that end at `before`; less where less is lost.

        Redundant payloads take their places; a loss of over a second stays a gap.
        """
        missing = before - self._end
        if missing <= 0 or missing > MOST_FILLED_MS * _PER_MS:
            self.counts.lost += count
            self._spare = {at: kept for at, kept in self._spare.items() if at >= before}
            return []
        # what was not sent (DTX) is no loss: the lost packets lie right before the next one
        start = max(self._end, before - count * self._usual)
        out: list[PacketRun] = []
        while start < before:
            spare = self._spare.get(start)
            samples = self._duration_of(spare) if spare is not None else 0
            if spare is not None and 0 < samples <= before - start:
                self.counts.restored += 1
                out.append(self._run(PacketKind.RESTORED, start, samples, spare))
            else:
                following = (at for at in self._spare if at > start)
                samples = min(self._usual, min(following, default=before) - start, before - start)
                last = start + samples == before
                self.counts.lost += 1
                out.append(self._lost(start, samples, repair if last else b""))
            start += samples
        return out

    def _lost(self, start: int, samples: int, repair: bytes) -> PacketRun:
        self._end = max(self._end, start + samples)
        return PacketRun(PacketKind.LOST, start, samples, repair=repair)

    def _run(self, kind: PacketKind, start: int, samples: int, payload: bytes) -> PacketRun:
        self._end = max(self._end, start + samples)
        if self._spare:
            self._spare = {at: kept for at, kept in self._spare.items() if at >= self._end}
        return PacketRun(kind, start, samples, payload)


def _signed(difference: int, modulus: int) -> int:
    """Returns a difference of counters that wrap, the shorter way round."""
    return (difference + modulus // 2) % modulus - modulus // 2
