"""Audio in messages: how much of it a client's own words can make."""

from sessions_app.core.audio import AudioFrame
from sessions_app.core.clock import CallClock
from sessions_app.core.commands import AudioIn
from sessions_app.transports.sources import PcmSource
from sessions_app.transports.websocket import END_SILENCE_MS, WebSocketTransport


async def test_to_say_again_and_again_that_no_more_comes_makes_no_more_silence() -> None:
    transport = WebSocketTransport(CallClock(), PcmSource(AudioIn("pcm16")))
    frames: list[AudioFrame] = []
    for _ in range(10):
        transport.pause()  # nothing came yet
    transport.feed(bytes(3_200))
    for _ in range(1_000):
        transport.pause()
    transport.close_input()
    await transport.frames().each(frames.append)
    assert sum(frame.duration_ms for frame in frames) == 100 + END_SILENCE_MS
    await transport.aclose()
