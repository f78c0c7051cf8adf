"""A recogniser that says what it is told; for tests and for load without decoding."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from sessions_app.engine.core.errors import LanguageNotSupportedError
from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.base import Capabilities, Recogniser, RecogniserStream


class ScriptedRecogniser(Recogniser):
    """Gives `texts` in turn, one an utterance: half of it as an interim, then the final."""

    name = "scripted"
    capabilities = Capabilities(
        interims=True, words=True, confidence=False, languages=frozenset({"en-US", "en"})
    )

    def __init__(self, texts: Sequence[str] = ("this is what was said",)) -> None:
        self._texts = tuple(texts)

    def open(self, language: str, phrases: Sequence[str] = ()) -> "ScriptedStream":
        if language not in (self.capabilities.languages or ()):
            raise LanguageNotSupportedError(f"The script is in en-US, not {language!r}.")
        return ScriptedStream(self._texts)


class ScriptedStream(RecogniserStream):
    """One caller's turn through the script; the last text repeats."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)
        self._results: asyncio.Queue[Hypothesis | None] = asyncio.Queue()
        self._start_ms: float | None = None
        self._end_ms = 0.0

    async def send(self, frame: AudioFrame) -> None:
        self._end_ms = frame.end_ms
        if self._start_ms is None:
            self._start_ms = frame.start_ms
            words = self._texts[0].split()
            half = " ".join(words[: (len(words) + 1) // 2])
            self._results.put_nowait(
                Hypothesis(half, is_final=False, start_ms=frame.start_ms, end_ms=frame.end_ms)
            )

    async def pause(self) -> None:
        if self._start_ms is not None:
            text = self._texts[0]
            self._results.put_nowait(
                Hypothesis(text, False, self._start_ms, self._end_ms, whole=True)
            )

    async def flush(self, *, cut: bool = False) -> None:
        if self._start_ms is None:
            return
        start_ms, self._start_ms = self._start_ms, None
        text = self._texts[0] if len(self._texts) == 1 else self._texts.pop(0)
        words = text.split()
        step = (self._end_ms - start_ms) / max(1, len(words))
        placed = tuple(
            Word(word, start_ms + step * n, start_ms + step * (n + 1))
            for n, word in enumerate(words)
        )
        self._results.put_nowait(
            Hypothesis(text, True, start_ms, self._end_ms, placed, None, "en-US")
        )

    async def finish(self) -> None:
        await self.flush()
        self._results.put_nowait(None)

    async def results(self) -> AsyncIterator[Hypothesis]:
        while (hypothesis := await self._results.get()) is not None:
            yield hypothesis

    async def aclose(self) -> None:
        self._results.put_nowait(None)
