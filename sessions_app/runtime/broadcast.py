"""Sends a live call's events to its watchers over the channel layer, which may drop some."""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from typing import Any

from channels.layers import get_channel_layer

from sessions_app.engine.core.events import CallEvent, FinalRedacted, SegmentFinal
from sessions_app.engine.protocols.control import DETAILS, INTERIMS, STATUS, SocketOutlet

logger = logging.getLogger(__name__)

BACKLOG = 100
"""The most messages that wait for the channel layer; beyond that, the oldest are dropped.

Lower drops messages while Redis is slow for a moment; higher shows old words later.
"""


def group_of(call_id: str) -> str:
    """Returns the channel-layer group of a call's watchers."""
    return f"call.{call_id}"


_sending: set["asyncio.Task[None]"] = set()  # the loop itself holds tasks only weakly


class BroadcastSink:
    """Sends one call's messages to its group. Implements `core.ports.EventSink`.

    A task of its own awaits the channel layer, and ends after `bye`, so that a slow Redis never
    delays the call. If it cannot keep up, messages are dropped, which watchers see by `seq`. Of a
    line that staff typed for the agent the group gets the key of that user beside the message: not
    every watcher may know who it was.
    """

    def __init__(self, call_id: str) -> None:
        self._group = group_of(call_id)
        self._outlet = SocketOutlet(
            call_id, frozenset({DETAILS, INTERIMS, STATUS}), self._queue_message
        )
        self._backlog: deque[tuple[Mapping[str, Any], int]] = deque(maxlen=BACKLOG)
        self._typist = 0
        self._filled = asyncio.Event()
        task = asyncio.create_task(self._send())
        _sending.add(task)
        task.add_done_callback(_sending.discard)

    def emit(self, event: CallEvent) -> None:
        final = event.final if isinstance(event, FinalRedacted) else event
        self._typist = final.said_by if isinstance(final, SegmentFinal) else 0
        self._outlet.emit(event)

    def _queue_message(self, message: Mapping[str, Any]) -> None:
        self._backlog.append((message, self._typist))
        self._filled.set()

    async def _send(self) -> None:
        layer = get_channel_layer()
        over = False
        while not over:
            await self._filled.wait()
            self._filled.clear()
            while self._backlog:
                message, typist = self._backlog.popleft()
                over = message["type"] == "bye"
                told = {"type": "call.message", "message": message, "typist": typist}
                try:
                    await layer.group_send(self._group, told)
                except Exception:
                    logger.exception("the channel layer took no message")


async def drain(timeout_s: float = 1.0) -> None:
    """Waits until the last messages of ended calls are sent; cancels them after `timeout_s`."""
    if _sending:
        _, late = await asyncio.wait(_sending, timeout=timeout_s)
        for task in late:
            task.cancel()
