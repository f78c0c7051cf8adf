"""Keys of a telephone among RTP packets: telephone events (RFC 4733). Pure.

A key comes as many packets with the time of its beginning, the last three of which say that it has
ended. Any of them may be lost; a key is told once, with the first that comes.
"""

import struct
from collections import deque
from collections.abc import Callable

from sessions_app.engine.rtc.rtp.packet import RtpPacket

KEYS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", "A", "B", "C", "D", "flash")
"""By the number of the event (RFC 4733, table 7); flash is a short hang-up."""

_EVENT = struct.Struct("!BBH")
_ENDED = 0x80
_LONGEST = 0xFFFF
"""What a duration can count: a key that is held longer goes on in another segment, which begins
there (RFC 4733, section 2.5.1.3)."""

NEAR_S = 0.06
"""So exact is the place of such a segment: senders round it to their packets."""

SOON_S = 0.15
"""Packets of a key come each 50 ms, or sooner; what comes so soon may belong to the one before."""

KNOWN = 8
"""Beginnings that are remembered: a packet of one of them is late, or came twice."""

_TS = 1 << 32


class KeyReader:
    """One client's keys. `press` is told each once, by its name in KEYS.

    `clocks` are the payload types of events, and how many units a second their times count.
    Arrivals are monotonic ms.
    """

    def __init__(self, clocks: dict[int, int], press: Callable[[str], None]) -> None:
        self._clocks = clocks
        self._press = press
        self._begun: deque[tuple[int, int]] = deque(maxlen=KNOWN)
        self._event: int | None = None
        self._timestamp = 0
        self._duration = 0
        self._came_ms = 0.0
        self._open = False

    def take(self, packet: RtpPacket, now_ms: float, *, marked: bool = False) -> None:
        """Takes a packet of any payload type; what is no event is left alone.

        `marked` where the packet says that a key begins.
        """
        rate = self._clocks.get(packet.payload_type)
        if rate is None or len(packet.payload) < _EVENT.size:
            return
        event, flags, duration = _EVENT.unpack_from(packet.payload)
        if event >= len(KEYS):
            return
        begins = (packet.ssrc, packet.timestamp)
        if begins not in self._begun:
            again = not marked and self._goes_on(event, packet.timestamp, duration, rate, now_ms)
            self._begun.append(begins)
            self._event, self._timestamp = event, packet.timestamp
            if not again:
                self._press(KEYS[event])
        elif packet.timestamp != self._timestamp:
            return
        self._duration, self._came_ms = duration, now_ms
        self._open = not flags & _ENDED

    def _goes_on(self, event: int, timestamp: int, duration: int, rate: int, now_ms: float) -> bool:
        """Returns whether it is the key that is held already, at another time.

        That is a further segment of a long one; or, of senders that give each packet a time of its
        own, the next packet.
        """
        if not self._open or event != self._event:
            return False
        ahead = (timestamp - self._timestamp) % _TS
        if abs(ahead - _LONGEST) <= NEAR_S * rate:
            return True
        return duration > self._duration and now_ms - self._came_ms <= 1000 * SOON_S
