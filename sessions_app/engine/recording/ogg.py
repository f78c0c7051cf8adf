"""Ogg pages (RFC 3533) holding one Opus stream (RFC 7845)."""

import secrets
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sessions_app.engine.core.errors import MediaError

CAPTURE = b"OggS"
MAX_SEGMENTS = 255
"""The most lacing values of a page (RFC 3533, section 6)."""

VENDOR = b"voicesite"

_HEADER = struct.Struct("<4sBBqIIIB")
_HEAD = struct.Struct("<8sBBHIhB")
_CRC_AT = slice(22, 26)

_CONTINUED, _FIRST, _LAST = 1, 2, 4
"""A page header's flags: it continues a packet; it is the first; it is the last (RFC 3533, 6)."""

_CHUNK_BYTES = 65_536
"""Bytes that are read from a file at once."""

_NO_GRANULE = -1
"""The granule position of a page on which no packet ends (RFC 3533, 6)."""

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def checksum(page: bytes) -> int:
    """Returns the CRC-32 of RFC 3533 (generator 04c11db7, high bit first, no inversions).

    zlib's CRC has the same generator with reflected bits, so it can be used, at some 400 MB/s, on
    bytes whose bits are reversed first.
    """
    reflected = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_REVERSED), "big")


@dataclass(frozen=True, slots=True)
class OpusHead:
    """A stream's identification header (RFC 7845, section 5.1).

    `pre_skip` counts samples at 48 kHz; `sample_rate` is that of the source, in Hz.
    """

    channels: int
    pre_skip: int
    sample_rate: int

    def packed(self) -> bytes:
        """Returns the identification header's packet."""
        return _HEAD.pack(b"OpusHead", 1, self.channels, self.pre_skip, self.sample_rate, 0, 0)

    @classmethod
    def parsed(cls, packet: bytes) -> "OpusHead | None":
        """Returns the header in `packet`; None when it is something else."""
        if len(packet) < _HEAD.size or not packet.startswith(b"OpusHead"):
            return None
        _, _, channels, pre_skip, sample_rate, _, _ = _HEAD.unpack_from(packet)
        return cls(channels, pre_skip, sample_rate)


LOST_HEAD = OpusHead(channels=1, pre_skip=312, sample_rate=16_000)
"""Replaces a damaged header, with libopus's usual delay of 6.5 ms."""


def lacing_values(packet: bytes) -> int:
    """Returns how many of a page's segments `packet` needs."""
    return len(packet) // 255 + 1


class OpusWriter:
    """Writes one Opus stream page by page; the constructor writes both headers.

    `write` gets the bytes of one whole page per call. Raises what `write` raises.
    """

    def __init__(self, write: Callable[[bytes], object], head: OpusHead) -> None:
        self._write = write
        self._serial = secrets.randbits(32)
        self._sequence = 0
        tags = b"OpusTags" + struct.pack("<I", len(VENDOR)) + VENDOR + struct.pack("<I", 0)
        self._put([head.packed()], 0, _FIRST)
        self._put([tags], 0, 0)

    def page(self, packets: Sequence[bytes], granule: int, *, last: bool = False) -> None:
        """Writes `packets` as one page that ends at `granule` (48 kHz, pre-skip included).

        Raises MediaError (not retryable) if they do not fit: see `lacing_values`, MAX_SEGMENTS.
        """
        self._put(packets, granule, _LAST if last else 0)

    def _put(self, packets: Sequence[bytes], granule: int, flags: int) -> None:
        lacing = b"".join(
            b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets
        )
        if len(lacing) > MAX_SEGMENTS:
            raise MediaError(f"{len(packets)} packets do not fit one Ogg page: write fewer")
        header = _HEADER.pack(
            CAPTURE, 0, flags, granule, self._serial, self._sequence, 0, len(lacing)
        )
        page = bytearray(header + lacing + b"".join(packets))
        page[_CRC_AT] = checksum(bytes(page)).to_bytes(4, "little")
        self._sequence += 1
        self._write(bytes(page))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a file, with a correct checksum."""

    flags: int
    granule: int
    serial: int
    sequence: int
    pieces: tuple[bytes, ...]
    open_ended: bool
    """Whether the last piece continues on the next page."""


def read_pages(file: BinaryIO) -> Iterator[Page]:
    """Yields the complete, undamaged pages of `file` and skips everything between them.

    Keeps little more than a page in memory. A truncated or damaged file yields the pages that are
    left; only reading itself raises (OSError).
    """
    held = bytearray()
    while True:
        at = held.find(CAPTURE)
        if at >= 0:
            del held[:at]
            needed = _needed(held)
            if len(held) >= needed:
                page = _parsed(bytes(held[:needed]))
                del held[: 1 if page is None else needed]
                if page is not None:
                    yield page
                continue
        chunk = file.read(_CHUNK_BYTES)
        if chunk:
            held += chunk
        elif at < 0:
            return
        else:
            # a damaged length may reach beyond the end and hide good pages: search inside
            del held[:1]


def _needed(held: bytearray) -> int:
    """Returns the length of the page at the start of `held`, or how much is needed to know it."""
    if len(held) < _HEADER.size:
        return _HEADER.size
    body = _HEADER.size + held[_HEADER.size - 1]
    return body + (sum(held[_HEADER.size : body]) if len(held) >= body else 0)


def _parsed(page: bytes) -> Page | None:
    _, version, flags, granule, serial, sequence, crc, count = _HEADER.unpack_from(page)
    blank = bytearray(page)
    blank[_CRC_AT] = bytes(4)
    if version != 0 or checksum(bytes(blank)) != crc:
        return None
    at = _HEADER.size + count
    pieces: list[bytes] = []
    length = 0
    lacing = page[_HEADER.size : at]
    for value in lacing:
        length += value
        if value < MAX_SEGMENTS:
            pieces.append(page[at : at + length])
            at += length
            length = 0
    open_ended = lacing.endswith(b"\xff")
    if open_ended:
        pieces.append(page[at : at + length])
    return Page(flags, granule, serial, sequence, tuple(pieces), open_ended)


@dataclass(frozen=True, slots=True)
class OpusPage:
    """The packets that end on one page; `granule` is where the last of them ends.

    It counts samples at 48 kHz, pre-skip included. `last` marks the end of the stream, where
    `granule` may lie before the packets' end (RFC 7845, section 4.4).
    """

    head: OpusHead
    packets: tuple[bytes, ...]
    granule: int
    last: bool


def opus_pages(file: BinaryIO) -> Iterator[OpusPage]:
    """Yields the pages of Opus audio in `file`, as tolerantly as `read_pages`.

    Streams that follow one another are all read; each has a head object of its own.
    """
    assembler = _Assembler()
    for page in read_pages(file):
        found = assembler.taken(page)
        if found is not None:
            yield found


class _Assembler:
    """Assembles packets from pages: joins those that span pages, drops incomplete ones."""

    def __init__(self) -> None:
        self._head = LOST_HEAD
        self._serial: int | None = None
        self._next = 0
        self._begun: bytes | None = None

    def taken(self, page: Page) -> OpusPage | None:
        if page.flags & _FIRST:
            self._start(page)
            return None
        if self._serial is None:
            self._serial = page.serial
        if page.serial != self._serial:
            return None
        packets = [p for p in self._joined(page) if not p.startswith(b"OpusTags")]
        if not packets or page.granule == _NO_GRANULE:
            return None
        return OpusPage(self._head, tuple(packets), page.granule, bool(page.flags & _LAST))

    def _start(self, page: Page) -> None:
        head = OpusHead.parsed(page.pieces[0]) if page.pieces else None
        if head is not None:
            self._head = head
            self._serial = page.serial
            self._begun = None
            self._next = page.sequence + 1

    def _joined(self, page: Page) -> list[bytes]:
        pieces = list(page.pieces)
        begun = self._begun if page.sequence == self._next else None
        self._next = page.sequence + 1
        self._begun = None
        if page.flags & _CONTINUED and pieces:
            if begun is not None:
                pieces[0] = begun + pieces[0]
            elif len(pieces) > 1 or not page.open_ended:
                pieces.pop(0)
        if page.open_ended and pieces:
            self._begun = pieces.pop()
        return pieces
