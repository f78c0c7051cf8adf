"""Containers as a browser's MediaRecorder makes them, from a tone or from speech."""

import io
from collections.abc import Callable
from typing import Any

import av
import numpy as np

from sessions_app.engine.core.frames import Samples

RATE = 48_000
FRAME = 960
FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "100000"}
KINDS = {
    "webm": ("webm", "libopus", {"live": "1", "cluster_time_limit": "100"}),
    "mp4 of Chromium": ("mp4", "libopus", FRAGMENTED),
    "mp4 of Safari": ("mp4", "aac", FRAGMENTED),
    "ogg": ("ogg", "libopus", {"page_duration": "100000"}),
}


def tone(length_s: float, hz: float = 440.0) -> Samples:
    """Returns a tone at 48 kHz."""
    at = np.arange(round(length_s * RATE)) / RATE
    return (8_000 * np.sin(2 * np.pi * hz * at)).astype(np.int16)


def recorded(
    kind: str, samples: Samples, time_of: Callable[[int], int] = lambda start: start
) -> bytes:
    """Returns 48 kHz mono `samples` in one of KINDS.

    `time_of` gives the timestamp, in samples, of the packet that begins at a sample.
    """
    form, codec, options = KINDS[kind]
    file = io.BytesIO()
    with av.open(file, "w", format=form, options=options) as container:
        stream: Any = container.add_stream(codec, rate=RATE, layout="mono")
        for start in range(0, len(samples) - FRAME + 1, FRAME):
            part = samples[start : start + FRAME].reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(part, "s16", "mono")
            frame.sample_rate, frame.pts = RATE, time_of(start)
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return file.getvalue()


def packets(data: bytes) -> Samples:
    """Returns all packets of a whole file, decoded and at 16 kHz."""
    resampler = av.AudioResampler("s16", "mono", 16_000)
    parts: list[Samples] = []
    with av.open(io.BytesIO(data), "r") as container:
        for frame in container.decode(container.streams.audio[0]):
            frame.pts = None
            parts += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
        parts += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    return np.concatenate(parts)


def tracks(form: str, codecs: list[str], *, rate: int = RATE, layout: str = "mono") -> bytes:
    """Returns a file with a track of each codec and four frames of silence in each."""
    file = io.BytesIO()
    options = FRAGMENTED if form == "mp4" else {}
    with av.open(file, "w", format=form, options=options) as container:
        made: list[Any] = [container.add_stream(c, rate=rate, layout=layout) for c in codecs]
        container.start_encoding()
        channels = made[0].layout.nb_channels
        for stream in made:
            count = stream.codec_context.frame_size or rate // 10
            shape = (1, count * channels)
            for start in range(0, 4 * count, count):
                silent = av.AudioFrame.from_ndarray(np.zeros(shape, np.int16), "s16", layout)
                silent.sample_rate, silent.pts = rate, start
                for packet in stream.encode(silent):
                    container.mux(packet)
            for packet in stream.encode(None):
                container.mux(packet)
    return file.getvalue()
