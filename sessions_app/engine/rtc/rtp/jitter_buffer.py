"""The jitter buffer: puts packets in order, waits for late ones, and declares others lost.

Audio is not played out here, so packets that arrive in order pass without delay. A packet waits
only behind a gap: as long as packets have been late recently, or as a retransmission may take.
RFC 3550 (sections 5.1 and 6.4.1) defines sequence numbers, timestamps and jitter. Pure.
"""

from collections.abc import Callable
from itertools import pairwise

from sessions_app.engine.rtc.rtp.nack import NackRequests
from sessions_app.engine.rtc.rtp.packet_runs import RATE, Counts, Packet, PacketKind, PacketRun

_PER_MS = RATE // 1000
PACKET_SAMPLES = 20 * _PER_MS
"""The assumed length of a packet until one has arrived."""

MIN_WAIT_MS = 20.0
"""The shortest wait behind a gap. Lower takes reordered packets for lost; higher adds delay."""

MAX_WAIT_MS = 120.0
"""The longest wait behind a gap, and the wait while a retransmission may arrive.

Lower loses packets that are late, or come from far away; higher delays all that follows a loss.
"""

LATENESS_DECAY = 0.995
"""Per packet, the share of the greatest lateness that is kept: half of it after three seconds.

Lower forgets late packets sooner and loses the next ones; higher keeps waiting for longer.
"""

TRANSIT_DRIFT_MS = 0.05
"""Per packet, how far the minimum transit estimate may drift up, as clocks and routes change.

Lower takes a slower route for lateness; higher takes lateness for a slower route.
"""

MAX_WAITING = 200
"""The most packets held behind a gap.

Lower gives up gaps of 4 s; higher lets a flood, or a gap that is never filled, take memory.
"""

MAX_NACKED = 150
"""The most missing packets requested at a time, the newest ones.

Higher requests packets that Chromium no longer has, which keeps those of 3 s; lower loses more.
"""

MAX_BEHIND_MS = 2_000.0
"""The longest a packet is held while retransmissions before it arrive one after another.

Lower loses the rest of an outage; higher delays the words after it for longer.
"""

MAX_FILLED_MS = 1_000.0
"""A longer loss is an outage, which becomes a gap in the call.

Higher conceals what should be reported as a gap; lower reports gaps for mere bursts of loss.
"""

RESTART_PACKETS = 3_000
"""A sequence number further away belongs to a stream that restarted.

Lower takes an outage for a restart; higher drops a restarted stream as late packets.
"""

RESTART_MS = 1_000.0
"""Timestamps that go back by more have restarted, even if the sequence numbers have not.

Lower takes reordered packets for a restart; higher drops the beginning of a restarted track.
"""

_SEQ, _TS = 1 << 16, 1 << 32
"""How many sequence numbers and timestamps there are before they start over (RFC 3550)."""


DurationOf = Callable[[bytes], int]
"""Returns a payload's length in timestamp units; 0 or less for an invalid one."""


class JitterBuffer:
    """Reorders one SSRC's packets. Times are any monotonic clock, in ms. Not thread-safe.

    Pass packets to `put` as they arrive, and call `due` at the time that `due_ms` says.
    """

    def __init__(self, duration_of: DurationOf) -> None:
        self._duration_of = duration_of
        self._waiting: dict[int, tuple[Packet, float]] = {}
        self._redundant: dict[int, bytes] = {}
        self._next: int | None = None
        self._newest = 0
        self._end = 0
        self._packet_samples = PACKET_SAMPLES
        self._transit_ms: float | None = None
        self._min_transit_ms = 0.0
        self._lateness_ms = 0.0
        self._filled_ms = 0.0
        self.jitter_ms = 0.0
        self.counts = Counts()
        self.requests = NackRequests()

    @property
    def wait_ms(self) -> float:
        """How long to wait behind a gap now: as long as packets have been late recently.

        While retransmissions may arrive, MAX_WAIT_MS.
        """
        if self.requests.pending:
            return MAX_WAIT_MS
        return min(MAX_WAIT_MS, max(MIN_WAIT_MS, self._lateness_ms))

    @property
    def waits(self) -> bool:
        """Whether a packet is held behind a gap."""
        return bool(self._waiting)

    @property
    def due_ms(self) -> float | None:
        """When `due` returns something even if no packet arrives; None while no packet waits."""
        if not self._waiting:
            return None
        since_ms = min(arrived for _, arrived in self._waiting.values())
        if self.requests.pending:
            since_ms = min(max(since_ms, self._filled_ms), since_ms + MAX_BEHIND_MS)
        return since_ms + self.wait_ms

    def put(self, packet: Packet, now_ms: float) -> list[PacketRun]:
        """Adds a packet on arrival; returns the runs that are in order now, the oldest first."""
        if not self._waiting and self._next is not None and packet.sequence == self._next % _SEQ:
            return self._put_next(packet, now_ms)
        sequence = self._unwrapped(packet.sequence)
        if self._next is None or abs(sequence - self._newest) > RESTART_PACKETS:
            out = self._restart(packet, sequence)
        else:
            out = []
        timestamp = self._unwrapped_timestamp(packet.timestamp)
        requested = self.requests.arrived(packet.sequence, now_ms)
        if packet.payload and not requested:  # a retransmission's transit time says nothing
            self._measure(timestamp, now_ms)
        self._keep_redundant(packet, timestamp)
        if self._next is not None and sequence < self._next:
            self.counts.late += 1
            return out
        if sequence in self._waiting:
            self.counts.duplicate += 1
            return out
        if sequence < self._newest and not requested:
            self.counts.reordered += 1
        if requested and sequence == self._next:
            self._filled_ms = now_ms
        self._newest = max(self._newest, sequence)
        self._waiting[sequence] = (packet, now_ms)
        out += self._in_order()
        while len(self._waiting) > MAX_WAITING:
            out += self._give_up()
        if not self._waiting:
            self.requests.clear()
        return out

    def nacks_due(self, now_ms: float) -> list[int]:
        """Returns the sequence numbers (16 bits) to request from the sender now.

        To be called while the buffer `waits`, after each packet and every few ms.
        """
        if not self.requests.enabled:
            return []
        patience_ms = self._lateness_ms / 2 if self.counts.reordered else 0.0
        return self.requests.due(self._missing(), now_ms, patience_ms)

    def due(self, now_ms: float) -> list[PacketRun]:
        """Gives up gaps that were waited for long enough; returns their runs and those behind."""
        out: list[PacketRun] = []
        while (due_ms := self.due_ms) is not None and due_ms <= now_ms:
            out += self._give_up()
        if not self._waiting:
            self.requests.clear()
        return out

    def flush(self) -> list[PacketRun]:
        """Returns all runs that still wait, as no more packets will come."""
        out: list[PacketRun] = []
        while self._waiting:
            out += self._give_up()
        return out

    def _put_next(self, packet: Packet, now_ms: float) -> list[PacketRun]:
        """Takes the expected packet while none waits, which is nearly always the case."""
        assert self._next is not None  # noqa: S101 - the caller checked
        start = self._unwrapped_timestamp(packet.timestamp)
        if packet.payload:
            self._measure(start, now_ms)
        self._newest = self._next
        return self._follow(packet, start)

    # -- sequence numbers and timestamps --------------------------------------------------

    def _unwrapped(self, sequence: int) -> int:
        if self._next is None:
            return sequence
        return self._newest + _signed(sequence - self._newest, _SEQ)

    def _unwrapped_timestamp(self, timestamp: int) -> int:
        return self._end + _signed(timestamp - self._end, _TS)

    def _restart(self, packet: Packet, sequence: int) -> list[PacketRun]:
        """Begins a new stream; returns the runs of the previous one that still waited."""
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
            start = timestamp + _signed(stamp - packet.timestamp, _TS)
            if payload and start >= self._end:
                self._redundant[start] = payload

    def _in_order(self) -> list[PacketRun]:
        """Returns the runs that follow without a gap, or after one that redundancy fills."""
        out: list[PacketRun] = []
        while self._waiting:
            assert self._next is not None  # noqa: S101 - set by the first packet
            if self._next in self._waiting:
                out += self._pop(self._next)
                continue
            first = min(self._waiting)
            before = self._unwrapped_timestamp(self._waiting[first][0].timestamp)
            restored = self._redundant_before(before)
            if len(restored) < first - self._next:
                break
            out += [self._run(PacketKind.RESTORED, *one) for one in restored]
            self.counts.restored += len(restored)
            self._next = first
        return out

    def _give_up(self) -> list[PacketRun]:
        """Gives up the first gap; returns its runs, and those that follow it in order."""
        assert self._next is not None  # noqa: S101 - set by the first packet
        first = min(self._waiting)
        packet, _ = self._waiting[first]
        requested = range(max(self._next, first - MAX_NACKED), first)
        self.requests.give_up(number % _SEQ for number in requested)
        before = self._unwrapped_timestamp(packet.timestamp)
        out = self._filled(first - self._next, before, packet.payload)
        self._next = first
        return out + self._in_order()

    def _missing(self) -> list[int]:
        """Returns the sequence numbers that are missing and that RED does not restore."""
        assert self._next is not None  # noqa: S101 - set by the first packet
        newest_first: list[int] = []
        present = [self._next - 1, *sorted(self._waiting)]
        for before, sequence in reversed([*pairwise(present)]):
            last = sequence - len(self._waiting[sequence][0].earlier) - 1
            newest_first += range(last, max(before, last - MAX_NACKED), -1)
            if len(newest_first) >= MAX_NACKED:
                break
        return [number % _SEQ for number in reversed(newest_first[:MAX_NACKED])]

    def _pop(self, sequence: int) -> list[PacketRun]:
        packet, _ = self._waiting.pop(sequence)
        self._next = sequence
        return self._follow(packet, self._unwrapped_timestamp(packet.timestamp))

    def _follow(self, packet: Packet, start: int) -> list[PacketRun]:
        """Returns the run of the expected packet; [] if it has no audio."""
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
        self._packet_samples = samples
        self.counts.received += 1
        return [self._run(PacketKind.RECEIVED, start, samples, packet.payload)]

    def _redundant_before(self, before: int) -> list[tuple[int, int, bytes]]:
        """Returns the contiguous redundant payloads that end at `before`.

        Each is (start, samples, payload); the oldest is first.
        """
        found: list[tuple[int, int, bytes]] = []
        starts = (start for start in self._redundant if self._end <= start < before)
        for start in sorted(starts, reverse=True):
            payload = self._redundant[start]
            samples = self._duration_of(payload)
            if start + samples != before:
                break
            found.append((start, samples, payload))
            before = start
        return found[::-1]

    def _filled(self, count: int, before: int, repair: bytes) -> list[PacketRun]:
        """Returns runs for `count` lost packets that end at `before`; [] for an outage.

        Redundant payloads replace those that they restore.
        """
        missing = before - self._end
        if missing <= 0 or missing > MAX_FILLED_MS * _PER_MS:
            self.counts.lost += count
            self._redundant = {at: kept for at, kept in self._redundant.items() if at >= before}
            return []
        # silence that was not sent (DTX) is no loss: lost packets are right before the next one
        start = max(self._end, before - count * self._packet_samples)
        out: list[PacketRun] = []
        while start < before:
            payload = self._redundant.get(start)
            samples = self._duration_of(payload) if payload is not None else 0
            if payload is not None and 0 < samples <= before - start:
                self.counts.restored += 1
                out.append(self._run(PacketKind.RESTORED, start, samples, payload))
            else:
                following = (at for at in self._redundant if at > start)
                samples = min(
                    self._packet_samples, min(following, default=before) - start, before - start
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
    """Returns the signed difference of counters that wrap: from -modulus/2 to modulus/2 - 1."""
    return (difference + modulus // 2) % modulus - modulus // 2
