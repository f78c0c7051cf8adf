"""Decoders of what a client may send over a socket: each makes 16 kHz mono of it."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import numpy as np

from sessions_app.engine.audio.demux import CONTAINERS, Demuxers, DemuxStream
from sessions_app.engine.audio.opus import OpusDecoder
from sessions_app.engine.audio.resample import Resampler
from sessions_app.engine.core.commands import AudioIn
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import Samples

PCM16, OPUS = "pcm16", "opus"

BYTES_A_SAMPLE = 2
"""Of PCM16."""

MOST_CHANNELS = 2
"""Mono or stereo, which is mixed down; more is refused."""


class AudioSource(Protocol):
    """One client's audio. `feed` raises MediaError for what cannot be decoded."""

    def feed(self, data: bytes) -> Samples | None:
        """Takes the next message; returns what it held, or None when that comes later."""
        ...

    async def wait_for_room(self) -> None:
        """Waits until more can be fed."""
        ...

    @property
    def has_backlog(self) -> bool:
        """Whether some of what was fed is not decoded yet."""
        ...

    def close(self) -> None:
        """Frees everything; may be called twice."""
        ...


class PcmSource:
    """Raw samples, any rate, one or two channels, whole samples in each message."""

    def __init__(self, given: AudioIn) -> None:
        if not 1 <= given.channels <= MOST_CHANNELS:
            raise MediaError(f"audio of {given.channels} channels cannot be mixed: send 1 or 2")
        self._channels = given.channels
        self._resampler = Resampler(given.sample_rate, given.channels)

    def feed(self, data: bytes) -> Samples:
        whole = BYTES_A_SAMPLE * self._channels
        if len(data) % whole:
            raise MediaError(
                f"A message of PCM must hold whole samples: a multiple of {whole} bytes, "
                f"not {len(data)}."
            )
        return self._resampler.process(np.frombuffer(data, "<i2").reshape(1, -1))

    async def wait_for_room(self) -> None:
        return

    @property
    def has_backlog(self) -> bool:
        return False

    def close(self) -> None:
        return


class OpusSource:
    """Bare Opus packets, one a message (RFC 6716)."""

    def __init__(self) -> None:
        self._decoder = OpusDecoder()

    def feed(self, data: bytes) -> Samples:
        return self._decoder.decode(data)

    async def wait_for_room(self) -> None:
        return

    @property
    def has_backlog(self) -> bool:
        return False

    def close(self) -> None:
        self._decoder.close()


class ContainerSource:
    """A container that is demuxed and decoded in a worker process; `take` gets its audio."""

    def __init__(self, stream: DemuxStream) -> None:
        self.stream = stream

    def feed(self, data: bytes) -> None:
        self.stream.feed(data)

    async def wait_for_room(self) -> None:
        await self.stream.wait_for_space()

    @property
    def has_backlog(self) -> bool:
        return self.stream.has_backlog

    def close(self) -> None:
        self.stream.close()


OpenSource = Callable[[AudioIn], Awaitable[AudioSource]]


def opener(demuxers: Demuxers) -> OpenSource:
    """Returns what opens sources; it raises MediaError for a codec that there is not."""

    async def open_source(given: AudioIn) -> AudioSource:
        if given.codec == PCM16:
            return PcmSource(given)
        if given.codec == OPUS:
            return OpusSource()
        if given.codec in CONTAINERS:
            return ContainerSource(await demuxers.open(given.codec))
        known = ", ".join((PCM16, OPUS, *CONTAINERS))
        raise MediaError(f"There is no codec {given.codec[:40]!r} here; there are: {known}.")

    return open_source
