"""The jitter buffer: puts packets in order, waits for late ones, and tells which are lost.

Audio is not played out here, so packets that arrive in order pass without delay. A packet waits
only behind a gap: for as long as packets have been late recently, or as a retransmission may take.
RFC 3550 (sections 5.1 and 6.4.1) defines sequence numbers, timestamps and jitter. Pure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from sessions_app.engine.rtc.rtp.nack import Requests

RATE = 48_000
"""Timestamp units per second of Opus (RFC 7587); other codecs' are converted to it."""

_PER_MS = RATE // 1000
PACKET_SAMPLES = 20 * _PER_MS
"""A packet's length until one has arrived."""

MIN_WAIT_MS = 20.0
"""The shortest wait behind a gap. Less takes reordered packets for lost; more adds delay."""

MAX_WAIT_MS = 120.0
"""The longest wait behind a gap, and the wait while a retransmission may arrive.

Less loses packets that are late, or come from far away; more delays all that follows a loss.
"""

LATENESS_DECAY = 0.995
"""Per packet, how much of the greatest lateness seen is kept: half of it for three seconds.

Less forgets late packets sooner and loses the next ones; more keeps waiting for them longer.
"""

TRANSIT_DRIFT_MS = 0.05
"""Per packet, how far the minimum transit estimate may drift up, as clocks and routes change.

Less takes a slower route for lateness; more takes lateness for a slower route.
"""

MAX_WAITING = 200
"""Packets held behind a gap: more are a flood, or a gap that will never be filled."""

MAX_NACKED = 150
"""Missing packets that are asked for at a time, the newest; Chromium keeps those of 3 s."""

MAX_BEHIND_MS = 2_000.0
"""The longest a packet is held while retransmissions before it arrive one after another."""

MAX_FILLED_MS = 1_000.0
"""A longer loss is an outage, which stays a gap in the call. More would conceal silence."""

RESTART_PACKETS = 3_000
"""A sequence number further away belongs to a stream that started over."""

RESTART_MS = 1_000.0
"""Timestamps that go back by more have started over, though the sequence numbers have not."""

_SEQ, _TS = 1 << 16, 1 << 32


DurationOf = Callable[[bytes], int]
"""Returns a payload's length in timestamp units; 0 or less for an invalid one."""


class PacketKind(Enum):
    """How a run of audio came about."""

    RECEIVED = "received"
    RESTORED = "restored"
    """Bit for bit the same, from a later packet's redundancy (RED)."""

    LOST = "lost"
    """To be repaired from the next packet's FEC, or concealed."""


class Packet(NamedTuple):
    """One packet as it arrived; `earlier` are the (timestamp, payload) of its redundant blocks.

    `payload` is empty for comfort noise and telephone events: they take a sequence number, hold no
    audio, and their timestamp is not used.
    """

    sequence: int
    timestamp: int
    payload: bytes
    earlier: Sequence[tuple[int, bytes]] = ()


class PacketRun(NamedTuple):
    """A stretch of audio: `start` and `samples` in timestamp units that do not wrap.

    `payload` is empty for LOST; `repair` is then the next packet, whose in-band FEC may hold it.
    """

    kind: PacketKind
    start: int
    samples: int
    payload: bytes = b""
    repair: bytes = b""


@dataclass(slots=True)
class Counts:
    """How many packets of a stream were received, lost and so on."""

    received: int = 0
    restored: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    reordered: int = 0
    restarts: int = 0


class JitterBuffer:
    """One SSRC's packets, in order. Times are any monotonic clock in ms. Not thread-safe.

    Feed packets to `put` as they arrive, and call `due` when `due_ms` comes.
    """

    def __init__(self, duration_of: DurationOf) -> None:
        self._duration_of = duration_of
        self._waiting: dict[int, tuple[Packet, float]] = {}
        self._redundant: dict[int, bytes] = {}
        self._next: int | None = None
        self._newest = 0
        self._end = 0
        self._usual_samples = PACKET_SAMPLES
        self._transit_ms: float | None = None
        self._min_transit_ms = 0.0
        self._lateness_ms = 0.0
        self._filled_ms = 0.0
        self.jitter_ms = 0.0
        self.counts = Counts()
        self.requests = Requests()

    @property
    def wait_ms(self) -> float:
        """How long to wait behind a gap now: as long as packets have been late recently.

        MAX_WAIT_MS while retransmissions may arrive.
        """
        if self.requests.open:
            return MAX_WAIT_MS
        return min(MAX_WAIT_MS, max(MIN_WAIT_MS, self._lateness_ms))

    @property
    def waits(self) -> bool:
        """Whether a packet is held behind a gap."""
        return bool(self._waiting)

    @property
    def due_ms(self) -> float | None:
        """When `due` will have something although no packet arrives; None while none waits."""
        if not self._waiting:
            return None
        since_ms = min(arrived for _, arrived in self._waiting.values())
        if self.requests.open:
            since_ms = min(max(since_ms, self._filled_ms), since_ms + MAX_BEHIND_MS)
        return since_ms + self.wait_ms

    def put(self, packet: Packet, now_ms: float) -> list[PacketRun]:
        """Takes a packet as it arrives; returns the runs that are in order now, oldest first."""
        if not self._waiting and self._next is not None and packet.sequence == self._next % _SEQ:
            return self._put_next(packet, now_ms)
        sequence = self._unwrapped(packet.sequence)
        if self._next is None or abs(sequence - self._newest) > RESTART_PACKETS:
            out = self._restart(packet, sequence)
        else:
            out = []
        timestamp = self._place(packet.timestamp)
        asked_for = self.requests.came(packet.sequence, now_ms)
        if packet.payload and not asked_for:  # a retransmission's transit says nothing
            self._measure(timestamp, now_ms)
        self._keep_redundant(packet, timestamp)
        if self._next is not None and sequence < self._next:
            self.counts.late += 1
            return out
        if sequence in self._waiting:
            self.counts.duplicate += 1
            return out
        if sequence < self._newest and not asked_for:
            self.counts.reordered += 1
        if asked_for and sequence == self._next:
            self._filled_ms = now_ms
        self._newest = max(self._newest, sequence)
        self._waiting[sequence] = (packet, now_ms)
        out += self._in_order()
        while len(self._waiting) > MAX_WAITING:
            out += self._give_up()
        if not self._waiting:
            self.requests.clear()
        return out

    def asks(self, now_ms: float) -> list[int]:
        """Returns the sequence numbers (16 bits) to ask the sender for now.

        To be called while the buffer `waits`, after each packet and every few ms.
        """
        if not self.requests.of_use:
            return []
        patience_ms = self._lateness_ms / 2 if self.counts.reordered else 0.0
        return self.requests.due(self._missing(), now_ms, patience_ms)

    def due(self, now_ms: float) -> list[PacketRun]:
        """Returns the runs that have waited long enough behind a gap, after the gap's own."""
        out: list[PacketRun] = []
        while (due_ms := self.due_ms) is not None and due_ms <= now_ms:
            out += self._give_up()
        if not self._waiting:
            self.requests.clear()
        return out

    def flush(self) -> list[PacketRun]:
        """Returns all runs that still wait, as no packet will follow."""
        out: list[PacketRun] = []
        while self._waiting:
            out += self._give_up()
        return out

    def _put_next(self, packet: Packet, now_ms: float) -> list[PacketRun]:
        """Takes the next packet while none waits, as nearly always."""
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
        """Begins a stream; returns the runs that still waited of the one before."""
        out = self.flush()
        self.counts.restarts += self._next is not None
        self._next = self._newest = sequence
        self._end = packet.timestamp
        self._redundant.clear()
        self._transit_ms = None
        return out

    # -- the network ----------------------------------------------------------------------

    def _measure(self, timestamp: int, now_ms: float) -> None:
        transit_ms = now_ms - timestamp / _PER_MS
        if self._transit_ms is None:
            self._min_transit_ms = transit_ms
        else:
            change = abs(transit_ms - self._transit_ms)
            self.jitter_ms += (min(change, MAX_WAIT_MS) - self.jitter_ms) / 16
        self._transit_ms = transit_ms
        self._min_transit_ms = min(self._min_transit_ms + TRANSIT_DRIFT_MS, transit_ms)
        lateness_ms = min(MAX_WAIT_MS, transit_ms - self._min_transit_ms)
        self._lateness_ms = max(LATENESS_DECAY * self._lateness_ms, lateness_ms)

    # -- order ----------------------------------------------------------------------------

    def _keep_redundant(self, packet: Packet, timestamp: int) -> None:
        for stamp, payload in packet.earlier:
            place = timestamp + _signed(stamp - packet.timestamp, _TS)
            if payload and place >= self._end:
                self._redundant[place] = payload

    def _in_order(self) -> list[PacketRun]:
        """Returns the runs that follow without a gap, or after one that redundancy fills."""
        out: list[PacketRun] = []
        while self._waiting:
            assert self._next is not None  # noqa: S101 - set by the first packet
            if self._next in self._waiting:
                out += self._pop(self._next)
                continue
            first = min(self._waiting)
            before = self._place(self._waiting[first][0].timestamp)
            spares = self._redundant_before(before)
            if len(spares) < first - self._next:
                break
            out += [self._run(PacketKind.RESTORED, *spare) for spare in spares]
            self.counts.restored += len(spares)
            self._next = first
        return out

    def _give_up(self) -> list[PacketRun]:
        """Returns the runs of the first gap, and those that follow it in order."""
        assert self._next is not None  # noqa: S101 - set by the first packet
        first = min(self._waiting)
        packet, _ = self._waiting[first]
        asked = range(max(self._next, first - MAX_NACKED), first)
        self.requests.give_up(number % _SEQ for number in asked)
        out = self._filled(first - self._next, self._place(packet.timestamp), packet.payload)
        self._next = first
        return out + self._in_order()

    def _missing(self) -> list[int]:
        """Returns the missing packets, without those that redundancy restores."""
        assert self._next is not None  # noqa: S101 - set by the first packet
        newest_first: list[int] = []
        here = [self._next - 1, *sorted(self._waiting)]
        for before, sequence in reversed([*pairwise(here)]):
            last = sequence - len(self._waiting[sequence][0].earlier) - 1
            newest_first += range(last, max(before, last - MAX_NACKED), -1)
            if len(newest_first) >= MAX_NACKED:
                break
        return [number % _SEQ for number in reversed(newest_first[:MAX_NACKED])]

    def _pop(self, sequence: int) -> list[PacketRun]:
        packet, _ = self._waiting.pop(sequence)
        self._next = sequence
        return self._follow(packet, self._place(packet.timestamp))

    def _follow(self, packet: Packet, start: int) -> list[PacketRun]:
        """Returns the next packet's run; none where it has no audio."""
        assert self._next is not None  # noqa: S101 - set by the first packet
        self._next += 1
        if not packet.payload:
            return []
        samples = self._duration_of(packet.payload)
        if self._redundant:
            self._redundant.pop(start, None)
        if start < self._end - RESTART_MS * _PER_MS:  # another track under the same SSRC
            self._end = start
            self._redundant.clear()
            self._transit_ms = None
        if samples <= 0 or start < self._end:  # no sender overlaps its own audio
            self.counts.lost += 1
            return []
        self._usual_samples = samples
        self.counts.received += 1
        return [self._run(PacketKind.RECEIVED, start, samples, packet.payload)]

    def _redundant_before(self, before: int) -> list[tuple[int, int, bytes]]:
        """Returns the redundant payloads that end at `before`, without a gap between them.

        Each as (start, samples, payload), the oldest first.
        """
        found: list[tuple[int, int, bytes]] = []
        for place in sorted((p for p in self._redundant if self._end <= p < before), reverse=True):
            payload = self._redundant[place]
            samples = self._duration_of(payload)
            if place + samples != before:
                break
            found.append((place, samples, payload))
            before = place
        return found[::-1]

    def _filled(self, count: int, before: int, repair: bytes) -> list[PacketRun]:
        """Returns runs for `count` lost packets that end at `before`; none for an outage.

        Redundant payloads take their places.
        """
        missing = before - self._end
        if missing <= 0 or missing > MAX_FILLED_MS * _PER_MS:
            self.counts.lost += count
            self._redundant = {at: kept for at, kept in self._redundant.items() if at >= before}
            return []
        # silence that was not sent (DTX) is no loss: lost packets lie right before the next one
        start = max(self._end, before - count * self._usual_samples)
        out: list[PacketRun] = []
        while start < before:
            spare = self._redundant.get(start)
            samples = self._duration_of(spare) if spare is not None else 0
            if spare is not None and 0 < samples <= before - start:
                self.counts.restored += 1
                out.append(self._run(PacketKind.RESTORED, start, samples, spare))
            else:
                following = (at for at in self._redundant if at > start)
                samples = min(
                    self._usual_samples, min(following, default=before) - start, before - start
                )
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
        if self._redundant:
            self._redundant = {at: kept for at, kept in self._redundant.items() if at >= self._end}
        return PacketRun(kind, start, samples, payload)


def _signed(difference: int, modulus: int) -> int:
    """Returns a difference of two counters that wrap at `modulus`, from -modulus/2 on."""
    return (difference + modulus // 2) % modulus - modulus // 2
