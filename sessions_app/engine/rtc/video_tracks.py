"""Converts aiortc's video tracks to and from arrays."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from fractions import Fraction
from typing import Any

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from sessions_app.engine.core.video import Picture

VIDEO_CLOCK = 90_000
"""Timestamp units per second of all video codecs (RFC 3551, section 5)."""


async def pictures(
    track: MediaStreamTrack,
    *,
    size: tuple[int, int] | None = None,
    per_second: float = 5.0,
    form: str = "rgb24",
) -> AsyncGenerator[Picture, None]:
    """Yields the track's newest picture, at most `per_second`; others are dropped, not queued.

    `size` is (width, height), by default the camera's; `form` is a pixel format of FFmpeg. With
    "rgb24" a picture is uint8 of shape (height, width, 3).
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
    """A track that sends one picture, or several in a loop; nothing before the first `show`."""

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
        """Sends this picture from now on."""
        self.animate((picture,))

    def animate(self, sprites: Sequence[Picture], per_second: float | None = None) -> None:
        """Sends these pictures in a loop; all must have the same size."""
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
