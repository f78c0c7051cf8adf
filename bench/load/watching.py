"""What is measured inside the product: frames where the recogniser gets them, and the loop."""

import asyncio
from typing import Any

from bench.load.peers import common
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.rtc.transport import WebRTCTransport

_watching: list[asyncio.Task[None]] = []
_heard: Any = WebRTCTransport._on_frame


def heard(self: WebRTCTransport, frame: AudioFrame) -> None:
    """Counts the frame where every peer's recogniser gets it: decoded, at 16 kHz."""
    _heard(self, frame)
    measured: Any = self
    try:
        sink = measured.bench_sink
    except AttributeError:
        sink = measured.bench_sink = common.Sink()
    sink.feed(len(frame.samples))


def watch_frames() -> None:
    """Counts frames from now on, in this process."""
    WebRTCTransport._on_frame = heard  # type: ignore[method-assign]


def watch_loop() -> None:
    """Notes from now on how late the running loop is; may be called again."""
    if not _watching:
        _watching.append(asyncio.create_task(common.watch_loop()))
