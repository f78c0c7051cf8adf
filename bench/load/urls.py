"""The product's addresses, and what is measured inside it."""

import asyncio
import gc
import threading
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import path

from bench.load import parts, watching
from bench.load.peers import common
from sessions_app.engine.agent.voice import AgentVoice
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.rtc.transport import WebRTCTransport
from sessions_app.runtime import engine
from voicesite.urls import urlpatterns as product

watching.watch_frames()
_counted: Any = WebRTCTransport._on_frame


def heard(self: WebRTCTransport, frame: AudioFrame) -> None:
    """Gives the counted frame to the voices that say it back."""
    _counted(self, frame)
    for echo in parts.echoes:
        echo.put_nowait(frame)


async def never_prepared(_self: AgentVoice, _text: str) -> None:
    """The voices of the bench never end: made ahead, they would be made twice."""


WebRTCTransport._on_frame = heard  # type: ignore[method-assign]
AgentVoice.prepare = never_prepared  # type: ignore[method-assign, assignment]


async def stats(request: HttpRequest) -> JsonResponse:
    """Returns the counts, as the peers do."""
    watching.watch_loop()
    held: dict[str, int] = {}
    if "held" in request.GET:
        gc.collect()
        held = {
            "objects": len(gc.get_objects()),
            "tasks": len(asyncio.all_tasks()),
            "threads": threading.active_count(),
        }
    return JsonResponse({**common.stats(), **held, "calls": engine.current().load()["calls"]})


urlpatterns = [path("bench/stats", stats), *product]
