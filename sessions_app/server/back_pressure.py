"""Back-pressure for WebSockets, which Daphne lacks: neither side can fill our memory."""

import asyncio
import time
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

MOST_WAITING, FEW_WAITING = 64, 16
"""Reading pauses above the first number of waiting messages, and resumes below the second."""

MOST_BYTES = 2 << 20
"""How much of a client's input may wait for its consumer before its socket is no longer read.
Larger: more memory per slow consumer."""


@implementer(IPushProducer)
class Flow:
    """Flow control of one socket, both ways.

    It queues the client's messages for the consumer. Twisted calls `pauseProducing` and
    `resumeProducing` as the client reads slowly or catches up.
    """

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._check = protocol.check_timeouts
        protocol.check_timeouts = self.check_timeouts
        self._queue: asyncio.Queue[Any] = asyncio.Queue()
        self._waiting_bytes = 0
        self._holding = False
        self._writable = asyncio.Event()
        self._writable.set()

    # -- from the client ------------------------------------------------------------------

    def put_nowait(self, message: Any) -> None:
        """Queues a message of the client; the interface of Daphne's input queue."""
        self._queue.put_nowait(message)
        self._waiting_bytes += _size(message)
        full = self._queue.qsize() > MOST_WAITING or self._waiting_bytes > MOST_BYTES
        if full and not self._holding:
            self._hold()

    async def get(self) -> Any:
        """Returns the next message, for the application."""
        message = await self._queue.get()
        self._waiting_bytes -= _size(message)
        if self._holding and self._queue.qsize() < FEW_WAITING:
            self._resume()
        return message

    def check_timeouts(self) -> None:
        """Runs Daphne's check of timeouts and pings, unless reading is paused.

        While the socket is not read, neither are pongs; and a second ping would replace one that
        is still unanswered.
        """
        if not self._holding and self._protocol.autoPingTimeoutCall is None:
            self._check()

    def _hold(self) -> None:
        self._holding = True
        self._protocol.transport.pauseProducing()
        waiting = self._protocol.autoPingTimeoutCall
        if waiting is not None:
            waiting.cancel()
            self._protocol.autoPingTimeoutCall = None

    def _resume(self) -> None:
        self._holding = False
        self._protocol.last_ping = time.time()
        self._protocol.transport.resumeProducing()

    # -- to the client ----------------------------------------------------------------------

    def watch(self) -> None:
        """Registers for Twisted's `pauseProducing`; call it once the socket is open."""
        transport = self._protocol.transport
        transport.unregisterProducer()  # the HTTP channel that was upgraded to this socket
        transport.registerProducer(self, True)

    async def drained(self) -> None:
        """Waits until the client has read enough for more to be sent, or has disconnected."""
        await self._writable.wait()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._writable.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._writable.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._writable.set()


def _size(message: Any) -> int:
    return len(message.get("bytes") or message.get("text") or b"")
