"""A VAD that reports given spans of speech; for tests of its listeners."""

from collections.abc import Sequence

from sessions_app.engine.audio.vad.base import BoundaryCallback, PauseCallback, Vad, VadStream
from sessions_app.engine.core.events import Speaker, SpeechEnded, SpeechPaused, SpeechStarted
from sessions_app.engine.core.frames import AudioFrame


class ScriptedVadStream(VadStream):
    """Reports each boundary as the audio passes it, and a pause right before each end."""

    def __init__(self, spans: Sequence[tuple[float, float]], on_boundary: BoundaryCallback) -> None:
        self._due = [
            event
            for start, end in spans
            for event in (
                SpeechStarted(Speaker.CALLER, start),
                SpeechEnded(Speaker.CALLER, end),
            )
        ]
        self._on_boundary = on_boundary
        self._on_pause: PauseCallback = lambda _: None
        self._seen_ms = 0.0

    @property
    def seen_ms(self) -> float:
        return self._seen_ms

    def feed(self, frame: AudioFrame) -> None:
        self._seen_ms = frame.end_ms
        while self._due and self._due[0].at_ms <= self._seen_ms:
            event = self._due.pop(0)
            if isinstance(event, SpeechEnded):
                self._on_pause(SpeechPaused(event.speaker, event.at_ms))
            self._on_boundary(event)

    def watch(self, on_pause: PauseCallback) -> None:
        self._on_pause = on_pause

    async def drain(self) -> None:
        """Returns at once: `feed` reports all boundaries."""

    def close(self) -> None:
        self._due.clear()


class ScriptedVad(Vad):
    """`spans` are (start, end) of speech in ms on the call clock, the same for every stream."""

    def __init__(self, spans: Sequence[tuple[float, float]] = ()) -> None:
        self._spans = spans

    def open(self, on_boundary: BoundaryCallback) -> ScriptedVadStream:
        return ScriptedVadStream(self._spans, on_boundary)
