"""The agent's voice on its way out: paced, paused, cut, and known to the word."""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from typing import Protocol

PACKET_MS = 20.0
AHEAD_MS = 200.0
"""How much may wait here: what is made earlier would be thrown away by an interruption."""

ROOMY_MS = 100.0
"""So little has to wait before more is asked for: a few packets at once, not one by one."""

CONTIGUOUS_MS = 60.0
"""A packet that follows this soon belongs to the same run; its place is the run's end."""


def nobody() -> None:
    """Nobody is told that there is a packet to send."""


class PacketLane(Protocol):
    """Where what was sent is kept, such as `recording.lanes.LaneRecorder`."""

    def add_packet(self, packet: bytes, start_ms: float, duration_ms: float) -> None: ...


class _Item:
    """One run of audio: how much of it went out, and when."""

    def __init__(self, item: object) -> None:
        self.item = item
        self.sent = 0
        self.put = 0
        self.complete = False
        self.offsets: list[float] = []
        self.clocks: list[float] = []

    def note(self, at_ms: float) -> None:
        """Notes that the next packet begins at `at_ms`; jumps of the clock are kept."""
        offset = self.sent * PACKET_MS
        if not self.offsets or abs(self.clock_ms(offset) - at_ms) > 1.0:
            self.offsets.append(offset)
            self.clocks.append(at_ms)
        self.sent += 1

    def clock_ms(self, offset_ms: float) -> float:
        if not self.offsets:
            return 0.0
        run = max(0, bisect_right(self.offsets, offset_ms) - 1)
        return self.clocks[run] + offset_ms - self.offsets[run]


class Playout:
    """One call's queue of 20 ms Opus packets, in items. On one event loop; nothing blocks.

    Whoever carries the audio asks for `next_packet` every 20 ms; what it takes counts as
    heard, and goes to `lane`. `clock` gives the call clock in ms. `on_first` and `on_finished`
    are told of each item, from within `next_packet`; `on_ready` whenever there is a packet to
    send and was none, as `ready` tells those who wait.
    """

    def __init__(self, clock: Callable[[], float], lane: PacketLane | None = None) -> None:
        self._clock = clock
        self.lane = lane
        self.on_first: Callable[[object], None] = lambda _: None
        self.on_finished: Callable[[object], None] = lambda _: None
        self.on_ready: Callable[[], None] = nobody
        self.expected_loss = 0
        """Percent of packets that are lost on their way, where the codec is to repair that."""
        self._packets: deque[tuple[_Item, bytes]] = deque()
        self._open: _Item | None = None
        self._known: dict[int, _Item] = {}
        self._held = False
        self._suspended = False
        self._fresh = True
        self._end_ms = 0.0
        self._roomy = asyncio.Event()
        self._roomy.set()
        self._ready = asyncio.Event()

    # -- from the reply -------------------------------------------------------------------

    def begin(self, item: object) -> None:
        """Starts an item; the one before must have been finished."""
        entry = _Item(item)
        self._open = entry
        self._known[id(item)] = entry

    def put(self, packet: bytes) -> None:
        """Queues the next 20 ms of the item begun last; ignored after `clear`."""
        if self._open is None:
            return
        self._open.put += 1
        self._packets.append((self._open, packet))
        self._look()

    def finish_item(self) -> None:
        """Says that no packet of the item follows."""
        entry, self._open = self._open, None
        if entry is not None:
            entry.complete = True
            if entry.sent == entry.put:
                self.on_finished(entry.item)

    async def room(self) -> None:
        """Returns when more may be put, up to AHEAD_MS of what waits to be sent."""
        await self._roomy.wait()

    # -- from the turn machine ------------------------------------------------------------

    def hold(self) -> None:
        """Stops sending at once; the place is kept."""
        self._held = True
        self._look()

    def resume(self) -> None:
        """Goes on where `hold` stopped."""
        self._held = False
        self._look()

    def clear(self) -> float:
        """Drops what was not sent, and the item being put; returns its length in ms."""
        unheard = self.held_ms
        self._packets.clear()
        self._open = None
        self._held = False
        self._look()
        return unheard

    def drop(self) -> None:
        """Drops what was not sent, as `clear` does; where it holds still it goes on doing so."""
        held = self._held
        self.clear()
        if held:
            self.hold()

    def suspend(self, on: bool) -> None:
        """Sends nothing while the client is out of reach, whatever the turn machine does."""
        self._suspended = on
        self._look()

    # -- what was heard -------------------------------------------------------------------

    @property
    def held_ms(self) -> float:
        """How much waits to be sent."""
        return len(self._packets) * PACKET_MS

    @property
    def held(self) -> bool:
        """Whether it holds still because it was asked to."""
        return self._held

    @property
    def suspended(self) -> bool:
        """Whether the client is out of reach."""
        return self._suspended

    @property
    def idle(self) -> bool:
        """Whether nothing waits and no item is open."""
        return not self._packets and self._open is None

    def position_ms(self, item: object) -> float:
        """Returns how much of an item was sent."""
        entry = self._known.get(id(item))
        return entry.sent * PACKET_MS if entry is not None else 0.0

    def start_ms(self, item: object) -> float:
        """Returns when an item's first packet was sent, on the call clock."""
        return self.clock_ms(item, 0.0)

    def clock_ms(self, item: object, offset_ms: float) -> float:
        """Returns when the audio at `offset_ms` of an item was heard, on the call clock."""
        entry = self._known.get(id(item))
        return entry.clock_ms(offset_ms) if entry is not None else 0.0

    def forget(self) -> None:
        """Drops what is known of items that are over."""
        waiting = {id(entry.item) for entry, _ in self._packets}
        self._known = {
            key: entry
            for key, entry in self._known.items()
            if key in waiting or entry is self._open
        }

    # -- to whoever carries it ------------------------------------------------------------

    @property
    def has_packet(self) -> bool:
        """Whether `next_packet` would give one."""
        return self._ready.is_set()

    async def ready(self) -> None:
        """Returns when there is a packet to send."""
        await self._ready.wait()

    def next_packet(self) -> bytes | None:
        """Returns the next 20 ms, or None when there is nothing to say now."""
        if self._held or self._suspended or not self._packets:
            return None
        entry, packet = self._packets.popleft()
        at_ms = self._place()
        self._look()
        first = entry.sent == 0
        entry.note(at_ms)
        if self.lane is not None:
            self.lane.add_packet(packet, at_ms, PACKET_MS)
        if first:
            self.on_first(entry.item)
        if entry.complete and entry.sent == entry.put:
            self.on_finished(entry.item)
        return packet

    def _place(self) -> float:
        """Returns where the next packet lies: never before the end of the one before."""
        now = self._clock()
        follows = not self._fresh and now - self._end_ms <= CONTIGUOUS_MS
        at = self._end_ms if follows else max(now, self._end_ms)
        self._fresh = False
        self._end_ms = at + PACKET_MS
        return at

    def _look(self) -> None:
        held_ms = len(self._packets) * PACKET_MS
        if held_ms >= AHEAD_MS:
            self._roomy.clear()
        elif held_ms <= ROOMY_MS:
            self._roomy.set()
        self._fresh = self._fresh or self.idle
        ready = bool(self._packets) and not self._held and not self._suspended
        if ready and not self._ready.is_set():
            self._ready.set()
            self.on_ready()
        elif not ready:
            self._ready.clear()
