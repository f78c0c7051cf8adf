"""Runs the operator's code that watches the video of a call."""

import asyncio
import logging

from sessions_app.engine.core.errors import traced
from sessions_app.engine.session.agent_parts import AgentParts
from sessions_app.engine.session.tool_context import ToolContext

logger = logging.getLogger(__name__)


class VideoWatcher:
    """Runs the responder's `on_video` in a task. Its faults are logged and never end the call."""

    def __init__(self, parts: AgentParts) -> None:
        self._parts = parts
        self._task: asyncio.Task[None] | None = None

    def start(self, tools: ToolContext) -> None:
        """Starts it in a call that can have video; does nothing the second time."""
        if self._task is None and self._parts.video is not None:
            tools.confirm()
            self._task = asyncio.create_task(self._watch(tools))

    async def aclose(self) -> None:
        """Cancels it; may be called twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self, tools: ToolContext) -> None:
        try:
            await self._parts.responder.on_video(self._parts.config, tools)
        except Exception as error:  # noqa: BLE001 - the call goes on without pictures
            call_id = self._parts.call_id
            logger.error("call %s: its on_video failed: %s", call_id, traced(error))
