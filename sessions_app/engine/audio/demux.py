"""Decodes containers that are still being recorded: WebM, MP4 and Ogg.

    stream = await demuxers.open("webm")
    stream.feed(data)             # bytes as they arrive; never blocks
    await stream.wait_for_space() # before more is read from the client
    async for decoded in stream.audio():    # in another task
        ...
    stream.close()

Each stream is decoded in a process of its own, by `demux_worker`.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import numpy as np

from sessions_app.engine.audio.demux_worker import (
    AUDIO,
    END,
    GAP,
    GAP_MS,
    REFUSED,
    TAKEN,
    TAKEN_BYTES,
)
from sessions_app.engine.audio.sandbox import plain_environment
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import Samples
from sessions_app.engine.workers.fork_server import ForkServer
from sessions_app.engine.workers.framing import WorkerGoneError, WorkerMessage, receive

CONTAINERS = {"webm": b"W", "mp4": b"M", "ogg": b"O"}
"""Containers, and the byte that asks a worker for each."""

WORKER = "sessions_app.engine.audio.demux_worker"
BACKLOG_BYTES = 1 << 20
"""How many bytes may wait for the decoder before `wait_for_space` waits.

More costs memory per stream; less stops reading the client at each short delay of the decoder.
"""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedAudio:
    """The next audio, 16 kHz mono int16 of shape (n,).

    `gap_ms` is the gap before it by the container's timestamps, which a client can forge.
    """

    samples: Samples
    gap_ms: float = 0.0


class Demuxers:
    """Forks a decoder process for each stream. On one event loop."""

    def __init__(self) -> None:
        self._server = ForkServer(WORKER, plain_environment())

    @property
    def pid(self) -> int | None:
        """The fork server's process; None before the first stream."""
        return self._server.pid

    async def open(self, container: str) -> "DemuxStream":
        """Returns a decoder for one of CONTAINERS; raises MediaError for any other."""
        kind = CONTAINERS.get(container)
        if kind is None:
            known = ", ".join(CONTAINERS)
            raise MediaError(f"There is no container {container[:20]!r} here; there are: {known}.")
        channel = self._server.fork(kind)
        reader, writer = await asyncio.open_connection(sock=channel)
        writer.transport.set_write_buffer_limits(high=BACKLOG_BYTES)
        return DemuxStream(reader, writer)

    def close(self) -> None:
        """Ends the fork server; open streams go on until they are closed."""
        self._server.close()


class DemuxStream:
    """One client's container, fed as it arrives."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._fed_bytes = self._decoded_bytes = 0
        self._over = False

    @property
    def has_backlog(self) -> bool:
        """Whether bytes that were fed are not decoded yet."""
        return not self._over and self._decoded_bytes < self._fed_bytes

    def feed(self, data: bytes) -> None:
        """Sends the next bytes to the decoder; never blocks. With a dead decoder they are lost."""
        if not self._writer.is_closing():
            self._fed_bytes += len(data)
            self._writer.write(data)

    async def wait_for_space(self) -> None:
        """Returns when the decoder is less than BACKLOG_BYTES behind (backpressure)."""
        try:
            await self._writer.drain()
        except OSError:
            return  # `audio` raises

    def finish(self) -> None:
        """Ends the input; `audio` then ends with the last of it."""
        if self._writer.can_write_eof() and not self._writer.is_closing():
            self._writer.write_eof()

    async def audio(self) -> AsyncGenerator[DecodedAudio | None, None]:
        """Yields audio until the input ends, and None whenever all that was fed is decoded.

        Raises MediaError (not retryable) for what cannot be decoded.
        """
        gap_ms = 0.0
        try:
            while True:
                message = await self._next()
                kind, body = message.kind, message.body
                if kind == END:
                    return
                if kind == REFUSED:
                    why = message.json()["why"]
                    raise MediaError(f"The audio could not be decoded: {why}.")
                if kind == AUDIO:
                    yield DecodedAudio(np.frombuffer(body, np.int16), gap_ms)
                    gap_ms = 0.0
                elif kind == GAP:
                    gap_ms += GAP_MS.unpack(body)[0]
                elif kind == TAKEN:
                    self._decoded_bytes = TAKEN_BYTES.unpack(body)[0]
                    if not self.has_backlog:
                        yield None
        finally:
            self._over = True

    async def _next(self) -> WorkerMessage:
        try:
            return await receive(self._reader)
        except WorkerGoneError as error:
            raise MediaError("The audio could not be decoded: its decoder died.") from error

    def close(self) -> None:
        """Ends the decoder at once; may be called twice."""
        self._writer.transport.abort()
