"""DTMF keys in RTP packets: telephone events (RFC 4733). Pure.

A key press is sent as many packets with the timestamp of its start; the last three have the end
bit. Any of them may be lost: a press is reported once, with the first packet that arrives.
"""

import struct
from collections import deque
from collections.abc import Callable

from sessions_app.engine.rtc.rtp.packet import RtpPacket

KEYS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", "A", "B", "C", "D", "flash")
"""The name of each event number (RFC 4733, table 7); flash is a short on-hook."""

_EVENT = struct.Struct("!BBH")

_ENDED = 0x80
"""The end bit, which says that the key was released."""

_MAX_DURATION = 0xFFFF
"""The longest duration of a segment: a key held for longer continues in a further segment.

RFC 4733, section 2.5.1.3.
"""

SEGMENT_TOLERANCE_S = 0.06
"""How far a further segment may start from the previous one's end, as senders round it.

Lower reports a held key twice; higher takes two presses for one.
"""

SAME_PRESS_S = 0.15
"""How soon a packet with another timestamp may continue the same press; they come every 50 ms.

Lower reports a key of some senders many times; higher takes quick presses of one key for one.
"""

REMEMBERED = 8
"""How many presses are remembered, to ignore their late and duplicate packets.

Lower reports a key again whose packet is late; higher has no use.
"""

_TS = 1 << 32
"""How many timestamps there are before they start over (RFC 3550)."""


class KeyReader:
    """One client's key presses. `press` is called once for each, with its name in KEYS.

    `clocks` are the payload types of events and their clock rates in Hz. Arrivals are monotonic ms.
    """

    def __init__(self, clocks: dict[int, int], press: Callable[[str], None]) -> None:
        self._clocks = clocks
        self._press = press
        self._presses: deque[tuple[int, int]] = deque(maxlen=REMEMBERED)
        self._event: int | None = None
        self._timestamp = 0
        self._duration = 0
        self._arrived_ms = 0.0
        self._open = False

    def take(self, packet: RtpPacket, now_ms: float, *, marked: bool = False) -> None:
        """Takes a packet of any payload type; ignores those that are no telephone event.

        `marked` says that it has the RTP marker bit, with which a press begins.
        """
        rate = self._clocks.get(packet.payload_type)
        if rate is None or len(packet.payload) < _EVENT.size:
            return
        event, flags, duration = _EVENT.unpack_from(packet.payload)
        if event >= len(KEYS):
            return
        begins = (packet.ssrc, packet.timestamp)
        if begins not in self._presses:
            same = not marked and self._continues(event, packet.timestamp, duration, rate, now_ms)
            self._presses.append(begins)
            self._event, self._timestamp = event, packet.timestamp
            if not same:
                self._press(KEYS[event])
        elif packet.timestamp != self._timestamp:
            return
        self._duration, self._arrived_ms = duration, now_ms
        self._open = not flags & _ENDED

    def _continues(
        self, event: int, timestamp: int, duration: int, rate: int, now_ms: float
    ) -> bool:
        """Returns whether a packet with another timestamp continues the current press.

        It does if it is a further segment of a long press, or if the sender gives each packet a
        timestamp of its own.
        """
        if not self._open or event != self._event:
            return False
        ahead = (timestamp - self._timestamp) % _TS
        if abs(ahead - _MAX_DURATION) <= SEGMENT_TOLERANCE_S * rate:
            return True
        return duration > self._duration and now_ms - self._arrived_ms <= 1000 * SAME_PRESS_S
