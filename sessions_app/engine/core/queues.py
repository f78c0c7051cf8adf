"""Queues inside one event loop: a bounded one for audio, and one that never drops an item."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Generic, Protocol, TypeVar

from sessions_app.engine.core.frames import AudioFrame

DEFAULT_LIMIT_MS = 10_000.0
"""How much audio is held without a reader. More costs memory; less may lose a call's start."""

T = TypeVar("T")


class Outbox(Generic[T]):
    """An unbounded queue with one reading task; writers never wait.

    Costs half as much as `asyncio.Queue`, as it is never bounded or joined; that matters for code
    that runs for every frame.
    """

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._waiting: asyncio.Future[None] | None = None

    def put(self, item: T) -> None:
        """Adds an item."""
        self._items.append(item)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def get(self) -> T:
        """Waits for an item and returns the oldest. Only one task may call it."""
        while not self._items:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._items.popleft()


class Frames(Protocol):
    """Audio that arrives, in order."""

    async def consume(self, take: Callable[[AudioFrame], None]) -> None:
        """Calls `take` with every frame as it arrives; returns after the last one.

        Raises what `take` raises, and calls it no more.
        """
        ...


class BoundedFrames:
    """A queue of frames that never holds more than `limit_ms` of audio.

    `put` never waits: while nobody reads, or too slowly, the oldest frames are dropped and
    counted in `dropped_ms`. One reader; not thread-safe.
    """

    def __init__(self, limit_ms: float = DEFAULT_LIMIT_MS) -> None:
        self._frames: deque[AudioFrame] = deque()
        self._limit_ms = limit_ms
        self._held_ms = 0.0
        self._closed = False
        self._ready = asyncio.Event()
        self._take: Callable[[AudioFrame], None] | None = None
        self._ended: asyncio.Future[None] | None = None
        self.dropped_ms = 0.0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def closed(self) -> bool:
        return self._closed

    def put(self, frame: AudioFrame) -> None:
        """Adds a frame, or passes it to a running `consume`; ignored after `close`."""
        if self._closed:
            return
        if self._take is not None:
            self._give(frame, self._take)
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
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    async def consume(self, take: Callable[[AudioFrame], None]) -> None:
        """Calls `take` with the held frames, then with every new one within `put`, without a task.

        Returns after `close`. Raises what `take` raises, and calls it no more.
        """
        while self._frames:
            frame = self._frames.popleft()
            self._held_ms -= frame.duration_ms
            take(frame)
        if self._closed:
            return
        self._ended = asyncio.get_running_loop().create_future()
        self._take = take
        try:
            await self._ended
        finally:
            self._take = None

    def _give(self, frame: AudioFrame, take: Callable[[AudioFrame], None]) -> None:
        """Calls `take`; what it raises ends `consume` and does not reach the caller of `put`."""
        try:
            take(frame)
        except Exception as error:  # noqa: BLE001 - as above
            self._take = None
            if self._ended is not None and not self._ended.done():
                self._ended.set_exception(error)

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
