"""Bounded hand-over of audio inside one event loop."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from sessions_app.core.audio import AudioFrame

DEFAULT_LIMIT_MS = 10_000.0


class BoundedFrames:
    """A queue of frames that never holds more than `limit_ms` of audio.

    `put` never waits: when the reader is too slow the oldest frames are dropped and
    counted in `dropped_ms`. One reader; not thread-safe.
    """

    def __init__(self, limit_ms: float = DEFAULT_LIMIT_MS) -> None:
        self._frames: deque[AudioFrame] = deque()
        self._limit_ms = limit_ms
        self._held_ms = 0.0
        self._closed = False
        self._ready = asyncio.Event()
        self.dropped_ms = 0.0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def closed(self) -> bool:
        return self._closed

    def put(self, frame: AudioFrame) -> None:
        """Adds a frame; ignored after `close`."""
        if self._closed:
            return
        self._frames.append(frame)
        self._held_ms += frame.duration_ms
        while self._held_ms > self._limit_ms and len(self._frames) > 1:
            lost = self._frames.popleft()
            self._held_ms -= lost.duration_ms
            self.dropped_ms += lost.duration_ms
        self._ready.set()

    def close(self) -> None:
        """Ends the stream: frames already held are still delivered."""
        self._closed = True
        self._ready.set()

    async def __aiter__(self) -> AsyncIterator[AudioFrame]:
        while True:
            while self._frames:
                frame = self._frames.popleft()
                self._held_ms -= frame.duration_ms
                yield frame
            if self._closed:
                return
            self._ready.clear()
            await self._ready.wait()
