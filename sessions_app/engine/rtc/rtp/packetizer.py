"""Builds the RTP packets of one outgoing audio stream, with RED, and its sender info.

RFC 3550 (RTP), RFC 7587 (Opus), RFC 2198 (RED), RFC 3551 (G.711, G.722). Pure: times are
arguments, monotonic s.
"""

import secrets

from sessions_app.engine.rtc.rtp.packet import RtpPacket, SenderInfo, pack
from sessions_app.engine.rtc.rtp.red import build
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes

RATE = 48_000
"""The clock rate in which lengths and positions are counted, whatever the codec."""

_SEQ, _TS = 1 << 16, 1 << 32
"""How many sequence numbers and timestamps there are before they start over (RFC 3550)."""

HISTORY_PACKETS = 64
"""How many packets (of 20 ms) are kept for retransmission.

Lower answers fewer NACKs; higher costs memory in every call.
"""


class RtpOutput:
    """The packets of one SSRC. Each carries the previous one, too, if the client takes RED.

    Timestamps follow real time over silence, and have no gaps within speech.
    """

    def __init__(self, ssrc: int, types: PayloadTypes) -> None:
        self.ssrc = ssrc
        self.packets = 0
        self.octets = 0
        self.set_types(types)
        # in the lower half: SRTP fails if numbers wrap before the first packet has arrived
        self._sequence = secrets.randbelow(_SEQ // 2)
        self._origin = secrets.randbelow(_TS)
        self._began_s: float | None = None
        self._at = 0
        self._following = 0
        self._last: tuple[int, bytes] | None = None
        self._kept: dict[int, bytes] = {}
        self.retransmitted = 0

    @property
    def redundant(self) -> bool:
        """Whether each packet carries the previous one, too (RED)."""
        return self._types.red is not None

    def has_types(self, types: PayloadTypes) -> bool:
        """Returns whether packets are sent with these payload types."""
        return self._types == types

    def set_types(self, types: PayloadTypes) -> None:
        """Uses these payload types from now on, as a later answer may change them."""
        self._types = types
        self._units = RATE // types.clock

    def packet(self, payload: bytes, samples: int, now_s: float) -> bytes:
        """Returns the RTP packet to send now for a payload of `samples` (at 48 kHz)."""
        at, begins = self._position(samples, now_s)
        body, kind = self._body(payload, at)
        timestamp = (self._origin + at // self._units) % _TS
        out = pack(RtpPacket(kind, self._sequence, timestamp, self.ssrc, body), marker=begins)
        self._kept[self._sequence] = out
        self._kept.pop((self._sequence - HISTORY_PACKETS) % _SEQ, None)
        self._sequence = (self._sequence + 1) % _SEQ
        self._at, self._following = at, at + samples
        self._last = (at, payload)
        self.packets += 1
        self.octets += len(body)
        return out

    def retransmission(self, sequence: int) -> bytes | None:
        """Returns a packet that was sent recently, to answer a NACK; None if it is too old.

        No more packets are retransmitted than were sent at all, whatever is requested.
        """
        kept = self._kept.get(sequence)
        if kept is None or self.retransmitted >= self.packets:
            return None
        self.retransmitted += 1
        return kept

    def sender_info(self, now_s: float, unix_s: float) -> SenderInfo | None:
        """Returns the sender info for a report; None before the first packet.

        `unix_s` is the Unix time at `now_s`.
        """
        if self._began_s is None:
            return None
        timestamp = self._origin + round((now_s - self._began_s) * self._types.clock)
        return SenderInfo(unix_s, timestamp % _TS, self.packets, self.octets)

    def _position(self, samples: int, now_s: float) -> tuple[int, bool]:
        """Returns the next packet's position, and whether it begins speech after silence."""
        if self._began_s is None:
            self._began_s = now_s
            return 0, True
        elapsed = round((now_s - self._began_s) * RATE)
        if abs(elapsed - self._following) < samples:
            return self._following, False
        return max(elapsed, self._following), elapsed > self._following

    def _body(self, payload: bytes, at: int) -> tuple[bytes, int]:
        red = self._types.red
        if red is None:
            return payload, self._types.audio
        last = [] if self._last is None else [(at - self._last[0], self._last[1])]
        return build(payload, self._types.audio, last), red
