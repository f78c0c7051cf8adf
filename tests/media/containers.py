"""Containers as a browser's MediaRecorder makes them, from a tone or from speech."""

import io
from typing import Any

import av
import numpy as np

from sessions_app.core.audio import Samples

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


def recorded(kind: str, samples: Samples) -> bytes:
    """Returns 48 kHz mono `samples` in one of KINDS."""
    form, codec, options = KINDS[kind]
    file = io.BytesIO()
    with av.open(file, "w", format=form, options=options) as container:
        stream: Any = container.add_stream(codec, rate=RATE, layout="mono")
        for start in range(0, len(samples) - FRAME + 1, FRAME):
            part = samples[start : start + FRAME].reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(part, "s16", "mono")
            frame.sample_rate, frame.pts = RATE, start
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return file.getvalue()
