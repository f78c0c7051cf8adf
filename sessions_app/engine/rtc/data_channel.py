"""A connection's data channel: queues messages until it is open, and limits what waits."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from aiortc import RTCDataChannel

FLUSH_S = 1.0
"""How long closing waits for the last messages. Lower may lose a `bye`; higher delays the end."""

FLUSH_STEP_S = 0.02
"""Between two checks whether they are sent."""

CHANNEL_BACKLOG = 200
"""The most messages kept for a data channel that is not open yet; beyond, the oldest are dropped.

Lower loses the first transcript of clients that open it late; higher costs memory.
"""

MAX_BUFFERED = 4 << 20
"""The most bytes waiting to be sent to a client; with more, its data channel is closed.

Lower closes slow clients; higher lets one that reads nothing fill memory.
"""


class DataChannel:
    """The client's data channel, with a backlog of messages from before it is open.

    Used on one event loop. `on_message` gets each message of the client.
    """

    def __init__(self, on_message: Callable[[str | bytes], None]) -> None:
        self._on_message = on_message
        self._backlog: deque[str | bytes] = deque(maxlen=CHANNEL_BACKLOG)
        self._closing = False
        self.channel: RTCDataChannel | None = None

    def attach(self, channel: RTCDataChannel) -> None:
        """Uses the channel that the client has opened, or is about to."""
        self.channel = channel
        channel.on("message", self._on_message)
        channel.on("open", self._send_backlog)
        self._send_backlog()

    def send(self, message: str | bytes) -> None:
        """Sends a message, or queues it until the channel is open."""
        if self.channel is None or self.channel.readyState != "open":
            self._backlog.append(message)
        elif self.channel.bufferedAmount > MAX_BUFFERED:
            self.channel.close()
        else:
            self.channel.send(message)

    def close(self) -> None:
        """Closes the channel after the messages that are queued."""
        self._closing = True
        if self.channel is not None and not self._backlog:
            self.channel.close()

    async def flush(self, is_connected: Callable[[], bool]) -> None:
        """Returns when all messages are sent; after FLUSH_S, or without a connection, at once."""
        deadline = time.monotonic() + FLUSH_S
        channel = self.channel
        while channel is not None and is_connected() and time.monotonic() < deadline:
            if not channel.bufferedAmount and channel.readyState != "closing":
                return
            await asyncio.sleep(FLUSH_STEP_S)

    def _send_backlog(self) -> None:
        channel = self.channel
        while channel is not None and self._backlog and channel.readyState == "open":
            channel.send(self._backlog.popleft())
        if channel is not None and self._closing:
            channel.close()
