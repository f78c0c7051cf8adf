"""The video of one call: the caller's newest picture, and the pictures shown to them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from aiortc import MediaStreamTrack

from sessions_app.engine.core.video import Picture, VideoFormat
from sessions_app.engine.rtc.video_tracks import PicturesOut, pictures

SHOWN_PER_SECOND = 15.0
"""Pictures sent per second, unless told otherwise. More costs an encoding each."""


class VideoLine:
    """A call's video, through all its connections. Fulfils `agent.responders.base.CallVideo`.

    Pictures that are not taken are dropped, never queued. Lives on one event loop.
    """

    def __init__(self, wanted: VideoFormat) -> None:
        self._wanted = wanted
        self._newest: Picture | None = None
        self._count = 0
        self._fresh = asyncio.Condition()
        self._reading: set[asyncio.Task[None]] = set()
        self._shown: tuple[Sequence[Picture], float] | None = None
        self._out: PicturesOut | None = None
        self._closed = False

    # -- for the operator's code --------------------------------------------------------------

    @property
    def latest(self) -> Picture | None:
        """The caller's newest picture; None before the first."""
        return self._newest

    async def pictures(self) -> AsyncIterator[Picture]:
        """Yields the newest picture whenever there is another one, until the call ends."""
        taken = 0
        while True:
            async with self._fresh:
                await self._fresh.wait_for(lambda: self._closed or self._count > taken)  # noqa: B023
            if self._closed or self._newest is None:
                return
            taken = self._count
            yield self._newest

    def show(self, picture: Picture) -> None:
        """Shows the caller this picture from now on: RGB, of shape (height, width, 3)."""
        self.animate((picture,))

    def animate(self, sprites: Sequence[Picture], per_second: float = SHOWN_PER_SECOND) -> None:
        """Shows these pictures in turn, over and over; all of one size."""
        self._shown = (tuple(sprites), per_second)
        if self._out is not None:
            self._out.animate(sprites, per_second)

    # -- for the connection ---------------------------------------------------------------------

    def out(self) -> PicturesOut:
        """Returns the track of the shown pictures, for a new connection."""
        self._out = PicturesOut(per_second=SHOWN_PER_SECOND)
        if self._shown is not None:
            self._out.animate(*self._shown)
        return self._out

    def watch(self, track: MediaStreamTrack) -> None:
        """Takes the pictures of `track` until it ends."""
        reading = asyncio.create_task(self._read(track))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)

    async def aclose(self) -> None:
        """Ends every `pictures`; may be called twice."""
        self._closed = True
        async with self._fresh:
            self._fresh.notify_all()
        for reading in list(self._reading):
            reading.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def _read(self, track: MediaStreamTrack) -> None:
        wanted = self._wanted
        coming = pictures(track, size=wanted.size, per_second=wanted.per_second, form=wanted.form)
        async with aclosing(coming):
            async for picture in coming:
                self._newest, self._count = picture, self._count + 1
                async with self._fresh:
                    self._fresh.notify_all()
