"""Audio out of containers that are still being recorded: WebM, MP4 and Ogg."""

import asyncio
import json
from collections.abc import AsyncIterator

import numpy as np

from sessions_app.core.audio import Samples
from sessions_app.core.errors import MediaError
from sessions_app.core.forking import ForkServer
from sessions_app.media.demux_worker import AUDIO, END, HEADER

CONTAINERS = {"webm": b"W", "mp4": b"M", "ogg": b"O"}
"""Containers, and how a worker is asked for each."""

MOTHER = "sessions_app.media.demux_worker"
BACKLOG_BYTES = 1 << 20
"""A client may be ahead of its decoder by so much; then `room` waits."""


class Demuxers:
    """Makes a decoder, in a process of its own, for each stream. On one event loop."""

    def __init__(self) -> None:
        self._mothers = ForkServer(MOTHER)

    @property
    def pid(self) -> int | None:
        """The mother process; None before the first stream."""
        return self._mothers.pid

    async def open(self, container: str) -> "DemuxStream":
        """Returns a decoder for one of CONTAINERS; raises MediaError for any other."""
        kind = CONTAINERS.get(container)
        if kind is None:
            known = ", ".join(CONTAINERS)
            raise MediaError(f"There is no container {container[:20]!r} here; there are: {known}.")
        channel = self._mothers.fork(kind)
        reader, writer = await asyncio.open_connection(sock=channel)
        writer.transport.set_write_buffer_limits(high=BACKLOG_BYTES)
        return DemuxStream(reader, writer)

    def close(self) -> None:
        """Ends the mother process; streams that are open end with their owners."""
        self._mothers.close()


class DemuxStream:
    """One client's container, fed as it comes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def feed(self, data: bytes) -> None:
        """Hands on the next bytes; never blocks. What a dead decoder gets is lost."""
        if not self._writer.is_closing():
            self._writer.write(data)

    async def room(self) -> None:
        """Returns when the decoder has caught up."""
        try:
            await self._writer.drain()
        except OSError:
            return  # `audio` tells

    def finish(self) -> None:
        """Says that nothing follows; `audio` then ends with the last of it."""
        if self._writer.can_write_eof() and not self._writer.is_closing():
            self._writer.write_eof()

    async def audio(self) -> AsyncIterator[Samples]:
        """Yields 16 kHz mono int16 of shape (n,) until the input ends.

        Raises MediaError for what cannot be decoded.
        """
        while True:
            try:
                kind, size = HEADER.unpack(await self._reader.readexactly(HEADER.size))
                body = await self._reader.readexactly(size)
            except (OSError, asyncio.IncompleteReadError) as error:
                raise MediaError("The audio could not be decoded: its decoder died.") from error
            if kind == END:
                return
            if kind != AUDIO:
                why = json.loads(body)["why"]
                raise MediaError(f"The audio could not be decoded: {why}.")
            yield np.frombuffer(body, np.int16)

    def close(self) -> None:
        """Ends the decoder; may be called twice."""
        self._writer.close()
