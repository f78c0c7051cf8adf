"""RED: redundant audio data, packets that carry earlier payloads (RFC 2198). Pure."""

from collections.abc import Sequence
from typing import NamedTuple

MAX_OFFSET = (1 << 14) - 1
"""Timestamp units: how far before its packet a redundant block can lie."""

MAX_LENGTH = (1 << 10) - 1
"""Bytes: the longest redundant block."""

_HEADER = 4
"""Bytes of the header of a redundant block."""

_MORE = 0x80
"""The bit that says that another block's header follows."""


class Block(NamedTuple):
    """One payload; `offset` is how many timestamp units it is older than the packet's own."""

    payload_type: int
    offset: int
    payload: bytes


class RedError(ValueError):
    """The payload is not valid RED."""


def parse(payload: bytes) -> list[Block]:
    """Returns the blocks of a RED payload, the oldest first and the primary one last.

    Raises RedError (not retryable) for truncated headers or blocks. Empty blocks are kept.
    """
    headers: list[tuple[int, int, int]] = []
    at = 0
    while True:
        if at >= len(payload):
            raise RedError("a RED header is cut off")
        first = payload[at]
        if not first & _MORE:
            break
        if at + _HEADER > len(payload):
            raise RedError("a RED header is cut off")
        rest = int.from_bytes(payload[at + 1 : at + _HEADER], "big")
        headers.append((first & 0x7F, rest >> 10, rest & MAX_LENGTH))
        at += _HEADER
    primary, at = payload[at], at + 1
    blocks = []
    for payload_type, offset, length in headers:
        if at + length > len(payload):
            raise RedError("a RED block is cut off")
        blocks.append(Block(payload_type, offset, payload[at : at + length]))
        at += length
    return [*blocks, Block(primary, 0, payload[at:])]


def build(primary: bytes, payload_type: int, earlier: Sequence[tuple[int, bytes]]) -> bytes:
    """Returns a RED payload of `primary` and earlier payloads, the oldest first.

    `earlier` are (offset in timestamp units, payload); one that is too old or too long for a header
    is left out.
    """
    fits = [
        (offset, payload)
        for offset, payload in earlier
        if 0 < offset <= MAX_OFFSET and len(payload) <= MAX_LENGTH
    ]
    heads = b"".join(
        bytes([_MORE | payload_type]) + (offset << 10 | len(payload)).to_bytes(3, "big")
        for offset, payload in fits
    )
    return b"".join([heads, bytes([payload_type]), *(payload for _, payload in fits), primary])
