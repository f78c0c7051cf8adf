"""The bases of wrappers around recognisers and their streams."""

from abc import abstractmethod
from collections.abc import Sequence

from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.stt.base import (
    Capabilities,
    Recogniser,
    RecogniserStream,
    RecogniserWork,
)
from sessions_app.engine.stt.speech_gate import Begin, Flush, Item, Pause


class Wrapper(Recogniser):
    """Passes everything on to `inner`; a subclass says what its streams do."""

    def __init__(self, inner: Recogniser) -> None:
        self.inner = inner
        self.name = inner.name
        self.capabilities = inner.capabilities

    @property
    def serving(self) -> Capabilities:
        return self.inner.serving

    @property
    def serving_name(self) -> str:
        return self.inner.serving_name

    def unhurried(self) -> None:
        self.inner.unhurried()

    async def start(self) -> None:
        await self.inner.start()

    @abstractmethod
    def open(self, language: str, phrases: Sequence[str] = ()) -> RecogniserStream: ...

    def knows(self, language: str) -> bool:
        return self.inner.knows(language)

    def work(self) -> RecogniserWork | None:
        return self.inner.work()

    async def ready(self) -> bool:
        return await self.inner.ready()

    def reserve(self) -> Reservation:
        return self.inner.reserve()

    async def aclose(self) -> None:
        await self.inner.aclose()


class ItemStream(RecogniserStream):
    """A stream whose `send`, `begin`, `pause` and `flush` all become items for `put`."""

    @abstractmethod
    async def put(self, item: Item) -> None:
        """Adds the next item."""

    async def send(self, frame: AudioFrame) -> None:
        await self.put(frame)

    async def begin(self, at_ms: float) -> None:
        await self.put(Begin(at_ms))

    async def pause(self) -> None:
        await self.put(Pause())

    async def flush(self, *, cut: bool = False) -> None:
        await self.put(Flush(cut))
