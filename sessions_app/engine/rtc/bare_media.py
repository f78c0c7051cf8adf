"""Sound and pictures in and out of a `Connection`, as an operator's own code wants them."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.core.video import Picture

CHUNK_S = 0.02
VIDEO_CLOCK = 90_000


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


async def pictures(
    track: MediaStreamTrack,
    *,
    size: tuple[int, int] | None = None,
    per_second: float = 5.0,
    form: str = "rgb24",
) -> AsyncGenerator[Picture, None]:
    """Yields the track's newest picture, `per_second` at most: others are dropped, not queued.

    `size` is (width, height), or the camera's own; `form` is a pixel format of FFmpeg's.
    """
    newest: list[Any] = []
    fresh = asyncio.Event()

    async def read() -> None:
        try:
            while True:
                newest[:] = [await track.recv()]
                fresh.set()
        except MediaStreamError:
            newest.clear()
            fresh.set()

    reading = asyncio.create_task(read())
    try:
        while True:
            await fresh.wait()
            fresh.clear()
            if not newest:
                return
            width, height = size or (newest[0].width, newest[0].height)
            yield newest[0].reformat(width, height, format=form).to_ndarray()
            await asyncio.sleep(1 / per_second)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


class PicturesOut(MediaStreamTrack):
    """Sends a picture, or a run of them over and over, `per_second`; nothing before the first."""

    kind = "video"

    def __init__(self, first: Picture | None = None, per_second: float = 15.0) -> None:
        super().__init__()
        self._run: Sequence[Picture] = () if first is None else (first,)
        self._any = asyncio.Event()
        if self._run:
            self._any.set()
        self._shown = 0
        self._step_s = 1 / per_second
        self._began_s: float | None = None
        self._due_s = 0.0

    def show(self, picture: Picture) -> None:
        """Shows this picture from now on."""
        self.animate((picture,))

    def animate(self, sprites: Sequence[Picture], per_second: float | None = None) -> None:
        """Shows these pictures in turn, over and over; all of one size."""
        self._run, self._shown = tuple(sprites), 0
        self._step_s = 1 / per_second if per_second else self._step_s
        if self._run:
            self._any.set()

    def stop(self) -> None:
        super().stop()
        self._any.set()

    async def recv(self) -> av.VideoFrame:
        await self._any.wait()
        if self.readyState != "live":
            raise MediaStreamError
        now = time.monotonic()
        if self._began_s is None:
            self._began_s = self._due_s = now
        await asyncio.sleep(max(0.0, self._due_s - now))
        frame = av.VideoFrame.from_ndarray(self._run[self._shown % len(self._run)], "rgb24")
        frame.pts = round((self._due_s - self._began_s) * VIDEO_CLOCK)
        frame.time_base = Fraction(1, VIDEO_CLOCK)
        self._shown += 1
        self._due_s += self._step_s
        return frame
