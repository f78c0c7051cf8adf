"""Audio in and out of a `Connection`: arrays of samples instead of tracks."""

import asyncio
import time
from collections.abc import AsyncIterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from sessions_app.engine.core.frames import SPEECH_RATE, Samples

CHUNK_S = 0.02
"""The length of a chunk; less costs more work for each second of audio, more delays it longer."""


async def speech(track: MediaStreamTrack) -> AsyncIterator[Samples]:
    """Yields the track's audio: int16 mono 16 kHz in chunks of 20 ms, until it ends."""
    resampler = av.AudioResampler(
        "s16", "mono", SPEECH_RATE, frame_size=round(SPEECH_RATE * CHUNK_S)
    )
    while True:
        try:
            frame: Any = await track.recv()
        except MediaStreamError:
            return
        frame.pts = None
        for ready in resampler.resample(frame):
            yield np.asarray(ready.to_ndarray(), np.int16).reshape(-1)


class SpeechOut(MediaStreamTrack):
    """Sends int16 mono audio at `rate` Hz as real time passes; silence where there is none."""

    kind = "audio"

    def __init__(self, rate: int = 24_000) -> None:
        super().__init__()
        self._rate = rate
        self._size = round(rate * CHUNK_S)
        self._unsent = np.zeros(0, np.int16)
        self._sent = 0
        self._started_s: float | None = None

    @property
    def waiting_s(self) -> float:
        """How much was pushed and not sent, in seconds."""
        return len(self._unsent) / self._rate

    def push(self, samples: Samples) -> None:
        """Sends `samples` after what waits."""
        self._unsent = np.concatenate([self._unsent, samples.astype(np.int16, copy=False)])

    def clear(self) -> None:
        """Drops what waits: somebody interrupted."""
        self._unsent = np.zeros(0, np.int16)

    async def recv(self) -> av.AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        now = time.monotonic()
        self._started_s = now if self._started_s is None else self._started_s
        await asyncio.sleep(max(0.0, self._started_s + self._sent / self._rate - now))
        piece, self._unsent = self._unsent[: self._size], self._unsent[self._size :]
        padded = np.pad(piece, (0, self._size - len(piece))).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(padded, "s16", "mono")
        frame.sample_rate, frame.pts = self._rate, self._sent
        frame.time_base = Fraction(1, self._rate)
        self._sent += self._size
        return frame
