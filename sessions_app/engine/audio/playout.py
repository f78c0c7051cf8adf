"""The agent's outgoing audio: a queue that is paced, paused and cut, and knows when each was sent.

An answer is queued as items (a sentence each). Because each item's packets have send times, an
interruption can tell which words the caller heard.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from typing import Protocol

PACKET_MS = 20.0
"""Audio in one Opus packet."""

BUFFER_MS = 200.0
"""How much audio may be queued.

More is synthesised for nothing when the caller interrupts; less leaves gaps when a voice falls
behind.
"""

REFILL_MS = 100.0
"""The producer is woken once no more than this is queued.

Higher wakes it more often, for fewer packets each time; lower risks gaps when it is slow.
"""

CONTIGUOUS_MS = 60.0
"""A packet sent no later than this after the last one's end is placed right at that end, so that
timer jitter leaves no gaps in the recording. Higher hides real gaps."""


def ignore_ready() -> None:
    """The `on_ready` of a playout that no transport listens to."""


class PacketLane(Protocol):
    """Where sent packets are recorded, such as `recording.lanes.LaneRecorder`."""

    def add_packet(self, packet: bytes, start_ms: float, duration_ms: float) -> None: ...


class _ItemTimes:
    """One item's packets: how many are queued and sent, and when each was sent.

    Send times are kept as contiguous runs: the packet at `offsets[n]` ms of the item was sent at
    `clocks[n]` ms of the call clock, and those after it follow without a gap.
    """

    def __init__(self, item: object) -> None:
        self.item = item
        self.queued = 0
        self.sent = 0
        self.complete = False
        self.offsets: list[float] = []
        self.clocks: list[float] = []

    def add_sent(self, at_ms: float) -> None:
        """Counts the next packet as sent at `at_ms`; a gap before it starts another run."""
        offset = self.sent * PACKET_MS
        if not self.offsets or abs(self.clock_ms(offset) - at_ms) > 1.0:
            self.offsets.append(offset)
            self.clocks.append(at_ms)
        self.sent += 1

    def clock_ms(self, offset_ms: float) -> float:
        """Returns when the audio at `offset_ms` of the item was sent; 0.0 before any was."""
        if not self.offsets:
            return 0.0
        run = max(0, bisect_right(self.offsets, offset_ms) - 1)
        return self.clocks[run] + offset_ms - self.offsets[run]


class Playout:
    """One call's queue of 20 ms Opus packets, in items. On one event loop; nothing blocks.

    The transport takes `next_packet` every 20 ms; a packet that it takes counts as heard and is
    written to `lane`. `clock` returns the call clock in ms. `on_first(item)`, `on_finished(item)`
    are called within `next_packet` as an item's first and last packets are sent; `on_ready()` is
    called when there is a packet to send after there was none (coroutines can await `ready`
    instead).
    """

    def __init__(self, clock: Callable[[], float], lane: PacketLane | None = None) -> None:
        self._clock = clock
        self.lane = lane
        self.on_first: Callable[[object], None] = lambda _: None
        self.on_finished: Callable[[object], None] = lambda _: None
        self.on_ready: Callable[[], None] = ignore_ready
        self.on_sent: Callable[[bytes, float], None] | None = None
        """Gets each packet that is sent, and when on the call clock, while staff listen."""

        self.expected_loss = 0
        """Percent of packets lost in the network; above 0 the encoder is to add in-band FEC."""

        self._packets: deque[tuple[_ItemTimes, bytes]] = deque()
        self._open: _ItemTimes | None = None
        self._times: dict[int, _ItemTimes] = {}
        self._paused = False
        self._suspended = False
        self._after_gap = True
        self._end_ms = 0.0
        self._has_space = asyncio.Event()
        self._has_space.set()
        self._ready = asyncio.Event()

    # -- from the reply -------------------------------------------------------------------

    def begin(self, item: object) -> None:
        """Starts an item; the one before must have been finished."""
        self._open = self._times[id(item)] = _ItemTimes(item)

    def put(self, packet: bytes) -> None:
        """Queues the next 20 ms of the item begun last; ignored after `clear`."""
        if self._open is None:
            return
        self._open.queued += 1
        self._packets.append((self._open, packet))
        self._update_events()

    def finish_item(self) -> None:
        """Says that no packet of the item follows."""
        times, self._open = self._open, None
        if times is not None:
            times.complete = True
            if times.sent == times.queued:
                self.on_finished(times.item)

    async def wait_for_space(self) -> None:
        """Returns when another packet may be queued (backpressure: BUFFER_MS, REFILL_MS)."""
        await self._has_space.wait()

    # -- from the turn machine ------------------------------------------------------------

    def pause(self) -> None:
        """Stops sending at once; the queue is kept."""
        self._paused = True
        self._update_events()

    def resume(self) -> None:
        """Goes on where `pause` stopped."""
        self._paused = False
        self._update_events()

    def clear(self) -> float:
        """Drops all unsent packets and the open item, and ends a pause.

        Returns how much audio was dropped, in ms.
        """
        unheard_ms = self.buffered_ms
        self._packets.clear()
        self._open = None
        self._paused = False
        self._update_events()
        return unheard_ms

    def clear_keeping_pause(self) -> None:
        """Drops all unsent packets and the open item; stays paused if it is paused."""
        paused = self._paused
        self.clear()
        if paused:
            self.pause()

    def suspend(self, on: bool) -> None:
        """Sends nothing while the client is unreachable; independent of `pause` and `resume`."""
        self._suspended = on
        self._update_events()

    # -- what was heard -------------------------------------------------------------------

    @property
    def buffered_ms(self) -> float:
        """How much audio is queued, in ms."""
        return len(self._packets) * PACKET_MS

    @property
    def paused(self) -> bool:
        """Whether `pause` stopped it."""
        return self._paused

    @property
    def suspended(self) -> bool:
        """Whether `suspend` stopped it: the client is unreachable."""
        return self._suspended

    @property
    def idle(self) -> bool:
        """Whether nothing is queued and no item is open."""
        return not self._packets and self._open is None

    def position_ms(self, item: object) -> float:
        """Returns how much of an item was sent, in ms; 0.0 for an unknown item."""
        times = self._times.get(id(item))
        return times.sent * PACKET_MS if times is not None else 0.0

    def start_ms(self, item: object) -> float:
        """Returns when an item's first packet was sent, on the call clock; 0.0 if it was not."""
        return self.clock_ms(item, 0.0)

    def clock_ms(self, item: object, offset_ms: float) -> float:
        """Returns when the audio at `offset_ms` of an item was sent, on the call clock."""
        times = self._times.get(id(item))
        return times.clock_ms(offset_ms) if times is not None else 0.0

    def forget_finished(self) -> None:
        """Frees the send times of items that are over."""
        queued = {id(times.item) for times, _ in self._packets}
        self._times = {
            key: times for key, times in self._times.items() if key in queued or times is self._open
        }

    # -- to the transport -----------------------------------------------------------------

    @property
    def has_packet(self) -> bool:
        """Whether `next_packet` would return one."""
        return self._ready.is_set()

    async def ready(self) -> None:
        """Returns when there is a packet to send."""
        await self._ready.wait()

    def next_packet(self) -> bytes | None:
        """Returns the next 20 ms of Opus; None where it is empty, paused or suspended."""
        if self._paused or self._suspended or not self._packets:
            return None
        times, packet = self._packets.popleft()
        at_ms = self._next_start_ms()
        self._update_events()
        first = times.sent == 0
        times.add_sent(at_ms)
        if self.lane is not None:
            self.lane.add_packet(packet, at_ms, PACKET_MS)
        if self.on_sent is not None:
            self.on_sent(packet, at_ms)
        if first:
            self.on_first(times.item)
        if times.complete and times.sent == times.queued:
            self.on_finished(times.item)
        return packet

    def _next_start_ms(self) -> float:
        """Returns the next packet's place on the call clock: never before the last one's end."""
        now = self._clock()
        follows = not self._after_gap and now - self._end_ms <= CONTIGUOUS_MS
        at = self._end_ms if follows else max(now, self._end_ms)
        self._after_gap = False
        self._end_ms = at + PACKET_MS
        return at

    def _update_events(self) -> None:
        if self.buffered_ms >= BUFFER_MS:
            self._has_space.clear()
        elif self.buffered_ms <= REFILL_MS:
            self._has_space.set()
        self._after_gap = self._after_gap or self.idle
        ready = bool(self._packets) and not self._paused and not self._suspended
        if ready and not self._ready.is_set():
            self._ready.set()
            self.on_ready()
        elif not ready:
            self._ready.clear()
