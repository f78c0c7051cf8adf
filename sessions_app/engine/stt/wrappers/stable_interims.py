"""Stable interims: a word is shown once several hypotheses in a row have it."""

import dataclasses
from collections.abc import AsyncIterator, Sequence
from os.path import commonprefix

from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.stt.base import Recogniser, RecogniserStream
from sessions_app.engine.stt.speech_gate import Item
from sessions_app.engine.stt.wrappers.base import ItemStream, Wrapper
from sessions_app.engine.stt.wrappers.replay_buffer import send_item
from sessions_app.engine.text.writing import whole_words


class StableInterims(Wrapper):
    """Shows a word once `times` hypotheses in a row have it in its place; finals as they are.

    More `times` take fewer words back, and show each later.
    """

    def __init__(self, inner: Recogniser, *, times: int = 2) -> None:
        super().__init__(inner)
        self._times = times

    def open(self, language: str, phrases: Sequence[str] = ()) -> "StableInterimsStream":
        return StableInterimsStream(self.inner.open(language, phrases), self._times)


class StableInterimsStream(ItemStream):
    """Remembers the newest hypotheses of the utterance."""

    def __init__(self, inner: RecogniserStream, times: int) -> None:
        self._inner = inner
        self._times = times
        self._newest: list[str] = []

    async def put(self, item: Item) -> None:
        await send_item(self._inner, item)

    async def finish(self) -> None:
        await self._inner.finish()

    async def results(self) -> AsyncIterator[Hypothesis]:
        async for hypothesis in self._inner.results():
            is_sure = hypothesis.is_final or hypothesis.whole
            yield hypothesis if is_sure else self._steadied(hypothesis)
            if hypothesis.is_final:
                self._newest.clear()

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _steadied(self, hypothesis: Hypothesis) -> Hypothesis:
        text = " ".join(hypothesis.text.split())
        self._newest = [*self._newest, text][-self._times :]
        agreed = ""
        if len(self._newest) == self._times:
            # "car" is a prefix of "carpet": the shortest prefix of whole words is common to all
            alike = len(commonprefix(self._newest))  # noqa: RUF071 - characters are meant
            agreed = min((whole_words(said, alike) for said in self._newest), key=len)
        return dataclasses.replace(hypothesis, text=agreed, words=())
