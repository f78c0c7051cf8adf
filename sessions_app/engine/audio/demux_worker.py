"""The process that decodes clients' containers while they are still being recorded.

A hostile file can only harm this process, not the calls: each stream has a process of its own,
confined by `audio.sandbox`.
"""

import io
import math
import select
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sessions_app.engine.audio.sandbox import CpuBudget, drop_privileges, leave_network
from sessions_app.engine.workers.fork_server import serve_forks
from sessions_app.engine.workers.framing import as_json, send

AUDIO, GAP, TAKEN, REFUSED, END = b"AGTXE"
"""Kinds of messages to the owner, which sends the container's bytes without framing."""

GAP_MS = struct.Struct("<d")
"""The body of GAP: the gap before the next audio, by the container's timestamps."""

TAKEN_BYTES = struct.Struct("<Q")
"""The body of TAKEN: how many bytes of input are decoded, and their audio sent."""

RATE = 16_000
"""Hz, of the audio that is sent."""

FORMATS = {b"W": "matroska", b"M": "mov", b"O": "ogg"}
"""Requests, and FFmpeg's demuxer for each. Probing could open a playlist that names our files."""

CODECS = (
    "opus", "libopus", "aac", "vorbis", "mp3float", "flac", "pcm_s16le", "pcm_f32le", "alac",
)  # fmt: skip
"""FFmpeg's names of the decoders that may be opened."""

MOST_TRACKS = 8
MOST_CHANNELS = 8
LOWEST_RATE, HIGHEST_RATE = 8_000, 192_000
"""Hz. Files beyond these limits are refused: recorders stay far within, attacks do not."""

SHORTEST_GAP_S = 0.1
"""Shorter gaps are ignored, as recorders' clocks drift. Higher loses short pauses."""

LONGEST_GAP_S = 3_600.0
"""Longer gaps are clamped to this: timestamps can be forged."""

RESTART_S = 5.0
"""A jump back of more than this is a restart of the timestamps, not a reordered frame."""

OPTIONS = {
    "analyzeduration": "0",
    "probesize": "1024",
    "protocol_whitelist": "none",
    "codec_whitelist": ",".join(CODECS),
    "max_streams": "64",
}
"""FFmpeg's: probe little before the first packet, open no URL, and no codec but CODECS."""

READ_BYTES = 256
"""FFmpeg's read buffer. Larger delays audio until the buffer is full."""


@dataclass(frozen=True, slots=True)
class Gap:
    """By the container's timestamps nothing was recorded for `ms` before the next audio."""

    ms: float


class SocketFile:
    """The socket as a file for PyAV: short reads, no seeking."""

    def __init__(self, channel: socket.socket, budget: CpuBudget) -> None:
        self._channel = channel
        self._budget = budget
        self._read_bytes = 0

    def read(self, size: int) -> bytes:
        """Returns the next bytes; before it waits for any it sends TAKEN, as all is decoded."""
        self._budget.refresh()
        if not select.select([self._channel], [], [], 0)[0]:
            send(self._channel, TAKEN, TAKEN_BYTES.pack(self._read_bytes))
        piece = self._channel.recv(size)
        self._read_bytes += len(piece)
        return piece


class Timestamps:
    """Finds gaps in a container's timestamps.

    Frames are taken as contiguous where timestamps stand still, overlap, are missing, or differ by
    less than SHORTEST_GAP_S.
    """

    def __init__(self) -> None:
        self._end_s: float | None = None

    def gap_s(self, start_s: float | None, length_s: float) -> float:
        """Takes the next frame's timestamp and length; returns the gap before it, in seconds."""
        if start_s is None or not math.isfinite(start_s):
            if self._end_s is not None:
                self._end_s += length_s
            return 0.0
        if self._end_s is None or start_s < self._end_s - RESTART_S:
            self._end_s = start_s + length_s
            return 0.0
        gap_s = start_s - self._end_s
        if gap_s <= SHORTEST_GAP_S:
            self._end_s = max(self._end_s, start_s) + length_s
            return 0.0
        self._end_s = start_s + length_s
        return min(gap_s, LONGEST_GAP_S)


class FrameResampler:
    """Resamples FFmpeg's frames, whose format may change, to 16 kHz mono int16."""

    def __init__(self, resampler: Callable[[], Any]) -> None:
        self._new = resampler
        self._shape: tuple[str, int, str] | None = None
        self._resampler = resampler()

    def pcm(self, frame: Any) -> Iterator[bytes]:
        """Yields the audio that is ready with this frame."""
        shape = (frame.format.name, frame.sample_rate, frame.layout.name)
        if self._shape not in (None, shape):
            yield from self.flush()
            self._resampler = self._new()
        self._shape = shape
        yield from _bytes_of(self._resampler.resample(frame))

    def flush(self) -> Iterator[bytes]:
        """Yields the audio that the resampler still holds."""
        yield from _bytes_of(self._resampler.resample(None))


def decode(file: Any, form: str) -> Iterator[bytes | Gap]:
    """Yields 16 kHz mono int16 as soon as it can be decoded, and the gaps between.

    `file` has `read`; `form` is FFmpeg's name of the container. FFmpeg's `fflags=nobuffer` is not
    used, as it loses the first packets. Raises ValueError for a file that is refused, and PyAV's
    errors for one that is no such container.
    """
    import av  # noqa: PLC0415 - the fork server has loaded it

    with av.open(file, "r", format=form, options=OPTIONS, buffer_size=READ_BYTES) as container:
        stream = _audio_track(container)
        stream.codec_context.thread_count = 1
        resampler = FrameResampler(lambda: av.AudioResampler("s16", "mono", RATE))
        times = Timestamps()
        for frame in container.decode(stream):
            _check_tracks(container)
            if not frame.samples:
                continue
            _check_format(frame.sample_rate, frame.layout.nb_channels)
            gap_s = times.gap_s(frame.time, frame.samples / frame.sample_rate)
            if gap_s > 0:
                yield Gap(1000 * gap_s)
            frame.pts = None
            yield from resampler.pcm(frame)
        yield from resampler.flush()


def _audio_track(container: Any) -> Any:
    """Returns the first audio track; raises ValueError where it cannot be accepted."""
    _check_tracks(container)
    stream = next(iter(container.streams.audio), None)
    if stream is None:
        raise ValueError("it holds no audio track")
    context = stream.codec_context
    if context is None or context.name not in CODECS:
        name = "unknown" if context is None else context.name
        raise ValueError(f"its audio is {name}: send Opus, AAC, Vorbis, MP3, FLAC, ALAC or PCM")
    if context.sample_rate:  # else only the frames have it
        _check_format(context.sample_rate, context.layout.nb_channels or 1)
    return stream


def _check_tracks(container: Any) -> None:
    if len(container.streams) > MOST_TRACKS:
        raise ValueError(f"it has more than {MOST_TRACKS} tracks: send one of audio")


def _check_format(rate: int, channels: int) -> None:
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ValueError(f"its sample rate is {rate} Hz: send {LOWEST_RATE} to {HIGHEST_RATE}")
    if not 1 <= channels <= MOST_CHANNELS:
        raise ValueError(f"it has {channels} channels: send 1 to {MOST_CHANNELS}")


def _bytes_of(frames: list[Any]) -> Iterator[bytes]:
    for frame in frames:
        yield frame.to_ndarray().tobytes()


def work(channel: socket.socket, kind: bytes) -> None:
    """Sends audio until the input ends, then END; REFUSED where it cannot be decoded."""
    drop_privileges()
    try:
        for piece in decode(SocketFile(channel, CpuBudget()), FORMATS[kind]):
            if isinstance(piece, Gap):
                send(channel, GAP, GAP_MS.pack(piece.ms))
            else:
                send(channel, AUDIO, piece)
        send(channel, END)
    except Exception as error:  # noqa: BLE001 - parsers fail in many ways, and all mean the same
        why = str(error) if type(error) is ValueError else type(error).__name__
        send(channel, REFUSED, as_json({"why": why}))


def warm_up() -> None:
    """Decodes once, so that all libraries are loaded: a confined worker can open no file."""
    import av  # noqa: PLC0415 - only this process and its workers need it
    import numpy as np  # noqa: PLC0415

    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, RATE), np.int16), "s16", "mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    file.seek(0)
    for _ in decode(file, "ogg"):
        pass


def main(descriptor: int) -> None:
    """Loads PyAV, then forks a worker for each stream."""
    leave_network()
    warm_up()
    serve_forks(descriptor, work)


if __name__ == "__main__":
    main(int(sys.argv[1]))
