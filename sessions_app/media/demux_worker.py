"""The process that takes clients' audio files apart while they are still being recorded.

What a stranger's container does to a parser happens here, and not where the calls are: each
stream has a process of its own that can open no file, write no file and take little memory.
"""

import io
import json
import resource
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Any

from sessions_app.core.forking import serve_forks

HEADER = struct.Struct("<BI")
"""Kind of the message, bytes in its body."""

AUDIO, REFUSED, END = b"AXE"
RATE = 16_000

FORMATS = {b"W": "matroska", b"M": "mov", b"O": "ogg"}
"""Requests, and the demuxers they stand for. A guess could open a playlist of our files."""

CODECS = ("opus", "aac", "vorbis", "mp3", "flac", "pcm_s16le", "pcm_f32le", "alac")

OPTIONS = {
    "fflags": "nobuffer",
    "analyzeduration": "0",
    "probesize": "1024",
    "protocol_whitelist": "none",
}
READ_BYTES = 256
MOST_MEMORY = 1 << 30
LONGEST_GAP_S = 60.0
SHORTEST_GAP_S = 0.1


class Feed:
    """What arrives on the socket, as the file that PyAV wants: short reads, no seeking."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def read(self, size: int) -> bytes:
        return self._channel.recv(size)


def confine() -> None:
    """Takes from this process what it does not need."""
    for limit, value in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def decoded(feed: Any, form: str) -> Iterator[bytes]:
    """Yields 16 kHz mono int16 as it can be decoded; jumps in the timestamps become silence.

    Raises ValueError for what holds no audio, and what PyAV raises for what is no container.
    """
    import av  # noqa: PLC0415 - loaded by the mother

    with av.open(feed, "r", format=form, options=OPTIONS, buffer_size=READ_BYTES) as container:
        stream = next(iter(container.streams.audio), None)
        if stream is None:
            raise ValueError("it holds no audio track")
        if stream.codec_context.name not in CODECS:
            raise ValueError(f"its audio is {stream.codec_context.name}")
        stream.codec_context.thread_count = 1
        resampler = av.AudioResampler("s16", "mono", RATE)
        end_s: float | None = None
        for frame in container.decode(stream):
            start_s = frame.time
            if end_s is not None and start_s is not None:
                gap_s = start_s - end_s
                if SHORTEST_GAP_S < gap_s < LONGEST_GAP_S:
                    yield bytes(2 * round(gap_s * RATE))
            if start_s is not None:
                end_s = start_s + frame.samples / frame.sample_rate
            frame.pts = None
            yield from _pcm(resampler.resample(frame))
        yield from _pcm(resampler.resample(None))


def _pcm(frames: list[Any]) -> Iterator[bytes]:
    for frame in frames:
        yield frame.to_ndarray().tobytes()


def work(channel: socket.socket, kind: bytes) -> None:
    """Answers with audio until the input ends, or with why there is none."""
    confine()
    try:
        for pcm in decoded(Feed(channel), FORMATS[kind]):
            _send(channel, AUDIO, pcm)
        _send(channel, END, b"")
    except Exception as error:  # noqa: BLE001 - parsers fail in many ways, and all mean the same
        told = str(error) if type(error) is ValueError else type(error).__name__
        _send(channel, REFUSED, json.dumps({"why": told}).encode())


def _send(channel: socket.socket, kind: int, body: bytes) -> None:
    channel.sendall(HEADER.pack(kind, len(body)) + body)


def warm_up() -> None:
    """Loads all that decoding loads at its first use: a worker can open no file."""
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
    for _ in decoded(file, "ogg"):
        pass


def main(descriptor: int) -> None:
    """Loads PyAV, then forks a worker for each stream."""
    warm_up()
    serve_forks(descriptor, work)


if __name__ == "__main__":
    main(int(sys.argv[1]))
