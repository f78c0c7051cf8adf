"""What an operator's code does with the pictures of a call, for as long as it lasts."""

import asyncio
import logging

from sessions_app.engine.core.errors import traced
from sessions_app.engine.session.agent_parts import Parts
from sessions_app.engine.session.tool_context import ToolContext

logger = logging.getLogger(__name__)


class Watching:
    """Runs the responder's `on_video`. Its faults are logged and end nothing."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._task: asyncio.Task[None] | None = None

    def start(self, tools: ToolContext) -> None:
        """Starts it, once, in a call that may have pictures."""
        if self._task is None and self._parts.video is not None:
            tools.confirm()
            self._task = asyncio.create_task(self._watch(tools))

    async def aclose(self) -> None:
        """Ends it; may be called twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self, tools: ToolContext) -> None:
        try:
            await self._parts.responder.on_video(self._parts.persona, tools)
        except Exception as error:  # noqa: BLE001 - the call goes on without pictures
            call_id = self._parts.call_id
            logger.error("call %s: its pictures broke: %s", call_id, traced(error))
