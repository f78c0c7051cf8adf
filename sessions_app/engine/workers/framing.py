"""The messages between this process and its workers.

A message is a header of nine bytes, little-endian, and a body:

    kind     1 byte    what the body holds; each worker's module lists its kinds
    number   4 bytes   the request or stream it belongs to; 0 where a worker serves one at a time
    length   4 bytes   of the body; LONGEST_BODY at most

Bodies are audio (int16, little-endian, mono) or JSON. The worker reads with `messages`, or with
a `MessageBuffer` where it must not block; this side, on an event loop, with `receive`.

Both sides take an end of the stream for the end of the process at the other end. A message of which
only a part came is dropped. A header that announces too much counts as damage: nothing after it can
be read, so `InvalidMessageError` is raised, and the connection must be closed.
"""

import json
import socket
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import asyncio  # workers have no event loop, and each would have it in its memory

HEADER = struct.Struct("<BII")
"""Kind, number, length."""

LONGEST_BODY = 16 << 20
"""Bytes. Eight minutes of audio at 16 kHz: the longest real message has half a minute.

Larger lets a damaged or hijacked worker make its reader take more memory.
"""

PING = b"P"[0]
"""A kind that every worker of a `WorkerPool` answers with itself: it has loaded, and it works."""

_RECEIVE_BYTES = 1 << 16
"""Read from the socket at once; less costs more system calls a message."""


class WorkerGoneError(ConnectionError):
    """The process at the other end has ended, or is of no use any more."""


class InvalidMessageError(WorkerGoneError):
    """The other end sent what is no message."""


class WorkerMessage(NamedTuple):
    """One message as it came."""

    kind: int
    number: int
    body: bytes

    def json(self) -> Any:
        """Returns a body of JSON as Python's values."""
        return json.loads(self.body)


def pack(kind: int, body: bytes = b"", number: int = 0) -> bytes:
    """Returns the bytes of a message."""
    return HEADER.pack(kind, number, len(body)) + body


def as_json(value: Any) -> bytes:
    """Returns a body of JSON."""
    return json.dumps(value).encode()


class MessageBuffer:
    """Takes bytes in pieces of any size and gives whole messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[WorkerMessage]:
        """Takes the next bytes and yields the messages that are whole now.

        Raises InvalidMessageError for a body longer than LONGEST_BODY.
        """
        self._bytes += data
        while len(self._bytes) >= HEADER.size:
            kind, number, length = _header(self._bytes)
            end = HEADER.size + length
            if len(self._bytes) < end:
                return
            with memoryview(self._bytes) as view:
                body = bytes(view[HEADER.size : end])
            del self._bytes[:end]
            yield WorkerMessage(kind, number, body)


def messages(channel: socket.socket) -> Iterator[WorkerMessage]:
    """Yields what comes from a blocking socket until the other end closes.

    Raises OSError where the connection breaks, InvalidMessageError for what is no message.
    """
    buffer = MessageBuffer()
    while piece := channel.recv(_RECEIVE_BYTES):
        yield from buffer.feed(piece)


def send(channel: socket.socket, kind: int, body: bytes = b"", number: int = 0) -> None:
    """Sends a message over a blocking socket; raises OSError where the other end is closed."""
    channel.sendall(pack(kind, body, number))


async def receive(reader: "asyncio.StreamReader") -> WorkerMessage:
    """Returns the next message; raises WorkerGoneError."""
    try:
        kind, number, length = _header(await reader.readexactly(HEADER.size))
        return WorkerMessage(kind, number, await reader.readexactly(length))
    except WorkerGoneError:
        raise
    except (OSError, EOFError) as error:  # half a message is an EOFError, too
        raise WorkerGoneError("A worker process died.") from error


def _header(data: bytes | bytearray) -> tuple[int, int, int]:
    kind, number, length = HEADER.unpack_from(data)
    if length > LONGEST_BODY:
        raise InvalidMessageError(f"a message of {length} bytes; {LONGEST_BODY} are the most")
    return kind, number, length
