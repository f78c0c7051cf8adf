"""RTP and RTCP packets, as far as the audio path needs them (RFC 3550). Pure."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

VERSION = 2
"""The version of RTP, in the first two bits."""

MARKER = 0x80
"""The marker bit in the second byte: audio begins after silence, or a key press begins."""

_FIXED = struct.Struct("!BBHII")
_EXTENSION_WORDS = struct.Struct("!H")

SENDER_REPORT, RECEIVER_REPORT, SOURCE_DESCRIPTION, BYE = 200, 201, 202, 203
TRANSPORT_FEEDBACK, NACK = 205, 1
_CNAME = 1
"""Packet types of RTCP, a NACK's format (RFC 4585, 6.2.1), and the item CNAME (RFC 3550, 6.5.1)."""

_SSRC, _SENDER_INFO, _BLOCK = 4, 24, 24
"""Bytes: an SSRC; an SSRC with sender info; a report block (RFC 3550, section 6.4.1)."""

_NACK_SSRCS, _NACK_FIELD, _NACK_MASK_BITS = 8, 4, 16
"""Bytes of a NACK's two SSRCs, and of one field; packets in a field's bit mask (BLP)."""

_NTP_UNIX_S = 2_208_988_800
"""Seconds from 1900, where NTP counts from, to 1970."""


class RtpPacket(NamedTuple):
    """One RTP packet, without SRTP; `timestamp` is in units of the codec's clock rate."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse(data: bytes) -> RtpPacket:
    """Returns the packet; raises ValueError for data that is not RTP, or is truncated."""
    if len(data) < _FIXED.size or data[0] >> 6 != VERSION:
        raise ValueError("this is no RTP packet")
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
    start = _FIXED.size + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + 4:
            raise ValueError("an RTP header extension is cut off")
        start += 4 + 4 * _EXTENSION_WORDS.unpack_from(data, start + 2)[0]
    end = len(data)
    if first & 0x20:
        end -= data[-1]
    if start > end:
        raise ValueError("an RTP packet is cut off")
    return RtpPacket(second & 0x7F, sequence, timestamp, ssrc, data[start:end])


def pack(packet: RtpPacket, *, marker: bool = False) -> bytes:
    """Returns the packet's bytes before SRTP; `marker` says that audio begins after silence."""
    kind = packet.payload_type | marker << 7
    first = VERSION << 6
    head = _FIXED.pack(first, kind, packet.sequence, packet.timestamp, packet.ssrc)
    return head + packet.payload


def is_rtcp(data: bytes) -> bool:
    """Returns whether a datagram that is RTP or RTCP is RTCP (RFC 5761)."""
    return len(data) > 1 and 192 <= data[1] <= 223  # noqa: PLR2004 - RFC 5761, section 4


def is_media(data: bytes) -> bool:
    """Returns whether a datagram is RTP or RTCP, not STUN or DTLS (RFC 7983)."""
    return bool(data) and 128 <= data[0] <= 191  # noqa: PLR2004 - RFC 7983, section 7


def second_bytes(payload_types: Iterable[int]) -> frozenset[int]:
    """Returns the second bytes (marker and payload type) of RTP packets of these types.

    Values that mean RTCP are left out (RFC 5761).
    """
    values = (kind | marker << 7 for kind in payload_types for marker in (0, 1))
    return frozenset(second for second in values if not is_rtcp(bytes([0, second])))


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """A report block: reception statistics of one stream (RFC 3550, section 6.4.1)."""

    ssrc: int
    fraction_lost: int
    """In 1/256, since the last report."""

    lost: int
    """The cumulative number of packets lost; negative if duplicates arrived."""

    highest: int
    """The highest sequence number received, with its cycles in the upper 16 bits."""

    jitter: int
    """Interarrival jitter in timestamp units."""

    last_report: int
    """The middle 32 bits of the NTP time in the sender's last report; 0 for none."""

    since_report: int
    """The time since that arrived, in 1/65536 s."""


@dataclass(frozen=True, slots=True)
class SenderInfo:
    """The sender info of a sender report (RFC 3550, section 6.4.1)."""

    unix_s: float
    timestamp: int
    """The stream's RTP timestamp at that time."""

    packets: int
    octets: int
    """Of payloads only."""


def report(sender: int, cname: str, info: SenderInfo | None, block: ReportBlock | None) -> bytes:
    """Returns a compound packet: a report of the SSRC `sender`, and its CNAME.

    It is a sender report with `info`, else a receiver report.
    """
    blocks = b"" if block is None else _block_bytes(block)
    sender_info = b"" if info is None else _sender_info_bytes(info)
    kind = RECEIVER_REPORT if info is None else SENDER_REPORT
    body = sender.to_bytes(4, "big") + sender_info + blocks
    return _rtcp(kind, int(block is not None), body) + _description(sender, cname)


def bye_packet(sender: int) -> bytes:
    """Returns the BYE packet that ends the stream of the SSRC `sender`."""
    return _rtcp(BYE, 1, sender.to_bytes(4, "big"))


def nack(sender: int, ssrc: int, sequences: Iterable[int]) -> bytes:
    """Returns a NACK for these packets of a stream, in order (RFC 4585, section 6.2.1).

    To be sent after a report in the same datagram (section 3.1).
    """
    fields: list[tuple[int, int]] = []
    for sequence in sequences:
        ahead = sequence - fields[-1][0] if fields else 0  # aiortc's reader does not wrap
        if 0 < ahead <= _NACK_MASK_BITS:
            fields[-1] = fields[-1][0], fields[-1][1] | 1 << ahead - 1
        else:
            fields.append((sequence, 0))
    packed = b"".join(struct.pack("!HH", first, mask) for first, mask in fields)
    return _rtcp(TRANSPORT_FEEDBACK, NACK, struct.pack("!II", sender, ssrc) + packed)


def _rtcp(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", VERSION << 6 | count, kind, len(body) // 4) + body


def _sender_info_bytes(info: SenderInfo) -> bytes:
    whole = int(info.unix_s)
    return struct.pack(
        "!IIIII",
        (whole + _NTP_UNIX_S) & 0xFFFFFFFF,
        int((info.unix_s - whole) * (1 << 32)),
        info.timestamp & 0xFFFFFFFF,
        info.packets & 0xFFFFFFFF,
        info.octets & 0xFFFFFFFF,
    )


def _description(sender: int, cname: str) -> bytes:
    name = cname.encode()
    body = sender.to_bytes(4, "big") + bytes([_CNAME, len(name)]) + name
    return _rtcp(SOURCE_DESCRIPTION, 1, body + bytes(4 - len(body) % 4))


def _block_bytes(block: ReportBlock) -> bytes:
    lost = max(-(1 << 23), min((1 << 23) - 1, block.lost)) & 0xFFFFFF
    return struct.pack(
        "!IIIIII",
        block.ssrc,
        (block.fraction_lost & 0xFF) << 24 | lost,
        block.highest & 0xFFFFFFFF,
        block.jitter & 0xFFFFFFFF,
        block.last_report,
        block.since_report & 0xFFFFFFFF,
    )


@dataclass(frozen=True, slots=True)
class CompoundPacket:
    """The contents of a compound RTCP packet, by SSRC."""

    reports: dict[int, int]
    """The middle 32 bits of the NTP time of each sender report."""

    ended: frozenset[int]
    """The streams that ended with a BYE."""

    losses: dict[int, float]
    """The share of each stream that the sender of the packet lost since its last report, 0..1."""

    nacked: dict[int, list[int]] = field(default_factory=dict)
    """The sequence numbers of each stream that a NACK requests again."""


def read_rtcp(data: bytes) -> CompoundPacket:
    """Returns the contents of a compound packet; ignores the rest after a malformed part."""
    reports: dict[int, int] = {}
    ended: set[int] = set()
    losses: dict[int, float] = {}
    nacked: dict[int, list[int]] = {}
    at = 0
    while len(data) >= at + 4 and data[at] >> 6 == VERSION:
        count, kind = data[at] & 0x1F, data[at + 1]
        size = 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + size]
        if len(body) < size - 4:
            break
        if kind == SENDER_REPORT and len(body) >= 12:  # noqa: PLR2004 - SSRC and NTP time
            reports[int.from_bytes(body[:4], "big")] = int.from_bytes(body[6:10], "big")
            losses |= _losses(body[_SENDER_INFO:], count)
        elif kind == RECEIVER_REPORT:
            losses |= _losses(body[_SSRC:], count)
        elif kind == BYE and len(body) >= 4 * count:
            ended |= {int.from_bytes(body[4 * n : 4 * n + 4], "big") for n in range(count)}
        elif kind == TRANSPORT_FEEDBACK and count == NACK and len(body) >= _NACK_SSRCS:
            nacked.setdefault(int.from_bytes(body[4:8], "big"), []).extend(
                _nacked(body[_NACK_SSRCS:])
            )
        at += size
    return CompoundPacket(reports, frozenset(ended), losses, nacked)


def _nacked(fields: bytes) -> list[int]:
    """Returns the sequence numbers in a NACK's fields (RFC 4585, section 6.2.1)."""
    out: list[int] = []
    for at in range(0, len(fields) - _NACK_FIELD + 1, _NACK_FIELD):
        first, mask = struct.unpack_from("!HH", fields, at)
        out.append(first)
        out += [first + n + 1 & 0xFFFF for n in range(_NACK_MASK_BITS) if mask >> n & 1]
    return out


def _losses(blocks: bytes, count: int) -> dict[int, float]:
    """Returns the share lost since the last report, by SSRC (RFC 3550, section 6.4.1)."""
    whole = (
        blocks[n * _BLOCK : (n + 1) * _BLOCK] for n in range(min(count, len(blocks) // _BLOCK))
    )
    return {int.from_bytes(block[:4], "big"): block[4] / 256 for block in whole}
