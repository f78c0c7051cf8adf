"""A sound file as a microphone, in real time."""

import asyncio
import fractions
import time
from pathlib import Path

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from sessions_app.engine.core.frames import Samples

RATE = 48_000
"""Hz."""

FRAME_SAMPLES = 960
"""Samples in a frame: 20 ms, the length of a packet in WebRTC."""

LEAD_S = 0.3
"""Silence before the file: the far side needs a moment to start playing."""


class FileError(Exception):
    """The sound file cannot be read; the message says which and why."""


def read_sound(path: Path) -> Samples:
    """Returns the file's audio as int16 mono 48 kHz of shape (n,); raises FileError."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    pieces = []
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(audio=0):
                pieces += [part.to_ndarray()[0] for part in resampler.resample(frame)]
            pieces += [part.to_ndarray()[0] for part in resampler.resample(None)]
    except (OSError, IndexError, av.FFmpegError) as error:
        raise FileError(f"{path} cannot be read as a sound file: {error}") from error
    if not pieces:
        raise FileError(f"{path} holds no sound.")
    return np.concatenate(pieces).astype(np.int16)


class FileMicrophone(MediaStreamTrack):
    """Plays `sound` once, paced by the clock, then silence until it is stopped.

    Without a sound all is silence.
    """

    kind = "audio"

    def __init__(self, sound: Samples | None = None) -> None:
        super().__init__()
        lead = np.zeros(round(LEAD_S * RATE), np.int16)
        self._sound = lead if sound is None else np.concatenate([lead, sound])
        self._sent = 0
        self._started_s: float | None = None
        self.spoken = asyncio.Event()

    async def recv(self) -> av.AudioFrame:
        """Returns the next 20 ms, when they are due."""
        if self.readyState != "live":
            raise MediaStreamError
        now = time.monotonic()
        if self._started_s is None:
            self._started_s = now
        wait = self._started_s + self._sent / RATE - now
        if wait > 0:
            await asyncio.sleep(wait)
        piece = self._sound[self._sent : self._sent + FRAME_SAMPLES]
        if len(piece) < FRAME_SAMPLES:
            piece = np.pad(piece, (0, FRAME_SAMPLES - len(piece)))
            self.spoken.set()
        frame = av.AudioFrame.from_ndarray(piece.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts = RATE, self._sent
        frame.time_base = fractions.Fraction(1, RATE)
        self._sent += FRAME_SAMPLES
        return frame
