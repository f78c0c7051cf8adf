"""How much an engine was used, and how it did."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from sessions_app.core.audio import AudioFrame
from sessions_app.core.errors import RecogniserError
from sessions_app.core.events import Hypothesis
from sessions_app.speech.gate import Item
from sessions_app.speech.recognisers.base import Recogniser, RecogniserStream
from sessions_app.speech.recognisers.wrappers.base import ItemStream, Wrapper
from sessions_app.speech.recognisers.wrappers.replay import tell


@dataclass(slots=True)
class Meter:
    """Counts of one engine in this process. `late_s` is of its newest finals: audio to text."""

    streams: int = 0
    open_streams: int = 0
    audio_s: float = 0.0
    finals: int = 0
    failures: int = 0
    late_s: float = field(default=0.0)


class Metered(Wrapper):
    """Counts in `meter`; changes nothing."""

    def __init__(self, inner: Recogniser) -> None:
        super().__init__(inner)
        self.meter = Meter()

    def open(self, language: str, phrases: Sequence[str] = ()) -> "MeteredStream":
        return MeteredStream(self.inner.open(language, phrases), self.meter)


class MeteredStream(ItemStream):
    """Counts one stream."""

    def __init__(self, inner: RecogniserStream, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter
        self._closed = False
        self._offset_s: float | None = None
        meter.streams += 1
        meter.open_streams += 1

    async def put(self, item: Item) -> None:
        if isinstance(item, AudioFrame):
            self._meter.audio_s += item.duration_ms / 1000
            self._offset_s = time.monotonic() - item.end_ms / 1000
        await tell(self._inner, item)

    async def finish(self) -> None:
        await self._inner.finish()

    async def results(self) -> AsyncIterator[Hypothesis]:
        try:
            async for hypothesis in self._inner.results():
                self._count(hypothesis)
                yield hypothesis
        except RecogniserError:
            self._meter.failures += 1
            raise

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            self._meter.open_streams -= 1
        await self._inner.aclose()

    def _count(self, hypothesis: Hypothesis) -> None:
        if hypothesis.is_final:
            self._meter.finals += 1
            if self._offset_s is not None:
                self._meter.late_s = time.monotonic() - self._offset_s - hypothesis.end_ms / 1000
