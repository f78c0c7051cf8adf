"""Rate limits on messages of clients: an error first, then backpressure, then a closed socket."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from sessions_app.engine.core.rates import (
    Allowance,
    MessageKind,
    MessageLimits,
    TooManyError,
    weight,
)

logger = logging.getLogger(__name__)

TELL_AGAIN_S = 10.0
"""Between two errors to a client above its limit. Lower floods a slow client with errors."""

STEP_S = 1.0
"""The longest wait at a time. Higher notices the end of a call later."""

MOST_PACED_S, PACED_WITHIN_S = 15.0, 90.0
"""A socket that was kept waiting for more than MOST_PACED_S within PACED_WITHIN_S is closed.

Lower closes clients that send bursts; higher serves floods for longer.
"""

MOST_IGNORED = 120
"""A data channel is closed after more dropped messages than this within a minute.

Lower closes clients that send bursts; higher parses floods for longer.
"""

CHUNK_MARK, LONGEST_CHUNK = '"audio_chunk"', 1024
"""`audio_chunk` comes with each audio message, and has the same limit."""

TOO_MANY_MESSAGES = 4430
"""The close code of such a socket (RFC 6455, 7.4.2: for private use)."""

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]
Tell = Callable[[TooManyError], None]


class FloodError(Exception):
    """The client went on in spite of error and backpressure: close with TOO_MANY_MESSAGES."""


class SocketGate:
    """Limits the rate of one socket's messages, by its own limits and its call's.

    A message above a limit waits, and the socket is not read meanwhile (backpressure). Messages are
    lost only if the client keeps sending too fast until the socket is closed. `tell` sends the
    client the error.
    """

    def __init__(
        self,
        limits: MessageLimits,
        tell: Tell,
        *,
        now: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._meter = limits.of_socket()
        self._patience = Allowance(MOST_PACED_S, PACED_WITHIN_S)
        self._tell = tell
        self._now = now
        self._sleep = sleep
        self._flooded = False
        self._told_s: float | None = None

    async def passes(
        self, message: str | bytes, take: Callable[[str | bytes], Awaitable[None]]
    ) -> None:
        """Passes `message` to `take` as soon as the limits allow it; once, or not at all.

        `take` raises TooManyError before it does anything, and is called again later; its other
        errors are raised here. Raises FloodError once; messages after that are dropped.
        """
        if self._flooded:
            return
        await self._counted(*_kind(message))
        while True:
            try:
                await take(message)
            except TooManyError as many:
                await self._wait(many)
            except Exception:
                await self._counted(MessageKind.MISTAKES)
                raise
            else:
                return

    async def _counted(self, kind: MessageKind, amount: float = 1.0) -> None:
        while True:
            try:
                self._meter.count(kind, self._now(), amount)
            except TooManyError as many:
                await self._wait(many)
            else:
                return

    async def _wait(self, many: TooManyError) -> None:
        now_s = self._now()
        if self._told_s is None or now_s - self._told_s >= TELL_AGAIN_S:
            self._told_s = now_s
            self._tell(many)
        wait_s = min(STEP_S, many.wait_s)
        if self._patience.take(now_s, wait_s):
            self._flooded = True
            logger.warning("a socket is closed: too many %s", many.kind)
            raise FloodError("Too many messages.")
        await self._sleep(wait_s)


class ChannelGate:
    """Limits the rate of one data channel's messages. A data channel has no backpressure.

    Messages above a limit are dropped, and `tell` sends the client the error; then the channel
    is closed, for the rest of its call. `take` raises TooManyError before it does anything.
    """

    def __init__(
        self,
        limits: MessageLimits,
        take: Callable[[str | bytes], None],
        tell: Tell,
        close: Callable[[], None],
        *,
        now: Clock = time.monotonic,
    ) -> None:
        self._meter = limits.of_socket()
        self._ignored = Allowance(MOST_IGNORED)
        self._take = take
        self._tell = tell
        self._close = close
        self._now = now
        self._told_s: float | None = None
        self._shut = False

    def receive(self, message: str | bytes) -> None:
        """Handles one message of the channel. Never raises."""
        if self._shut:
            self._close()
            return
        try:
            self._meter.count(MessageKind.MESSAGES, self._now(), weight(message))
            self._take(message)
        except TooManyError as many:
            self._ignore(many)

    def _ignore(self, many: TooManyError) -> None:
        now_s = self._now()
        if self._ignored.take(now_s):
            logger.warning("a data channel is closed: too many %s", many.kind)
            self._shut = True
            self._close()
        elif self._told_s is None or now_s - self._told_s >= STEP_S:
            self._told_s = now_s
            self._tell(many)


def _kind(message: str | bytes) -> tuple[MessageKind, float]:
    """Returns the kind that a message counts as, without parsing it, and as how many."""
    if isinstance(message, bytes):
        return MessageKind.AUDIO, 1.0
    if len(message) <= LONGEST_CHUNK and CHUNK_MARK in message:
        return MessageKind.CHUNKS, 1.0
    return MessageKind.MESSAGES, weight(message)
