"""What goes into the jitter buffer, and what comes out: packets, and runs of audio in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

RATE = 48_000
"""Timestamp units per second of Opus (RFC 7587); other codecs' are converted to it."""


class PacketKind(Enum):
    """Where a run of audio comes from."""

    RECEIVED = "received"
    RESTORED = "restored"
    """Bit for bit the same, from the redundancy (RED) of a later packet."""

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
    """Packet counts of one stream."""

    received: int = 0
    restored: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    reordered: int = 0
    restarts: int = 0
