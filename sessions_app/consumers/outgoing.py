"""Queues what is to be sent on a socket, and cuts off a client that reads too slowly."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from sessions_app.consumers.admitted import AdmittedSocket

BACKLOG = 500
"""Messages that wait for a slow reader before it is cut off. More cost memory."""

TOO_SLOW = 4408
"""Close code, from HTTP's 408: docs/protocol.md."""

LAST_WORDS_S = 2.0
"""How long a socket that closes waits until what is queued was sent."""

Outgoing = Mapping[str, Any] | bytes


class SendingSocket(AdmittedSocket):
    """A socket whose messages are queued, and sent by a task that runs `pump`."""

    cut_off = False

    def open_outbox(self) -> None:
        """Makes the queue. For the start of `connect`."""
        self.outbox: asyncio.Queue[Outgoing] = asyncio.Queue(BACKLOG)

    def push(self, message: Outgoing) -> None:
        """Queues a message; a reader that is far too slow is cut off, and may resume."""
        if not self.outbox.full():
            self.outbox.put_nowait(message)
        elif not self.cut_off:
            self.cut_off = True
            self.close_soon(TOO_SLOW, "Too slow. Resume.")

    async def pump(self) -> None:
        """Sends what was queued, as fast as the client reads."""
        while True:
            message = await self.outbox.get()
            if isinstance(message, bytes):
                await self.send(bytes_data=message)
            else:
                await self.send(text_data=json.dumps(message))
            self.outbox.task_done()

    async def outbox_sent(self) -> None:
        """Returns when all that was queued is sent, or the client reads too slowly."""
        try:
            async with asyncio.timeout(LAST_WORDS_S):
                await self.outbox.join()
        except TimeoutError:
            return
