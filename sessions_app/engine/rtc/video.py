"""The video of one call: the caller's newest picture, and the pictures sent to them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from aiortc import MediaStreamTrack

from sessions_app.engine.core.video import Picture, VideoFormat
from sessions_app.engine.rtc.video_tracks import PicturesOut, pictures

SHOWN_PER_SECOND = 15.0
"""The default rate of sent pictures. Higher costs CPU, as each is encoded."""


class VideoLine:
    """A call's video over all its connections. Implements `agent.responders.base.CallVideo`.

    Pictures that nobody takes are dropped, never queued. Received ones have `received_format`.
    Used on one event loop.
    """

    def __init__(self, received_format: VideoFormat) -> None:
        self._format = received_format
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
        """Sends the caller this picture from now on: uint8 RGB, of shape (height, width, 3)."""
        self.animate((picture,))

    def animate(self, sprites: Sequence[Picture], per_second: float = SHOWN_PER_SECOND) -> None:
        """Sends these pictures in a loop; all must have the same size."""
        self._shown = (tuple(sprites), per_second)
        if self._out is not None:
            self._out.animate(sprites, per_second)

    # -- for the connection ---------------------------------------------------------------------

    def out(self) -> PicturesOut:
        """Returns a new track of the sent pictures, for a new connection."""
        self._out = PicturesOut(per_second=SHOWN_PER_SECOND)
        if self._shown is not None:
            self._out.animate(*self._shown)
        return self._out

    def watch(self, track: MediaStreamTrack) -> None:
        """Receives the pictures of `track` until it ends."""
        reading = asyncio.create_task(self._read(track))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)

    async def aclose(self) -> None:
        """Ends every iteration of `pictures`; may be called twice."""
        self._closed = True
        async with self._fresh:
            self._fresh.notify_all()
        for reading in list(self._reading):
            reading.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)

    async def _read(self, track: MediaStreamTrack) -> None:
        form = self._format
        received = pictures(track, size=form.size, per_second=form.per_second, form=form.form)
        async with aclosing(received):
            async for picture in received:
                self._newest, self._count = picture, self._count + 1
                async with self._fresh:
                    self._fresh.notify_all()
