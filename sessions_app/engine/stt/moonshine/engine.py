"""What a worker process runs: Moonshine, and the streams of many calls one after another.

Decoding several streams in one batch wins nothing on one core (measured), and makes one
caller's text depend on another's. So each round one stream goes on: the one whose audio has
waited longest. Under load interims thin out by themselves, alike for all.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from sessions_app.engine.core.frames import Samples
from sessions_app.engine.stt.moonshine.dictionary import odd_words
from sessions_app.engine.stt.moonshine.files import checked
from sessions_app.engine.stt.moonshine.loading import AnyModel, loaded, named, utterance
from sessions_app.engine.stt.moonshine.naming import Names
from sessions_app.engine.stt.worker.blocking.base import BlockingEngine, Session, UtteranceResult

AGENTS = 32
"""Of so many agents a worker keeps the phrases ready: 500 take 30 ms to prepare."""

_WARMING = 16_000


class MoonshineEngine(BlockingEngine):
    """`model` is a folder with the wheel's three files; the installed wheel's where it is empty."""

    def __init__(self, model: str = "") -> None:
        self._model, self.note = loaded(checked(Path(model) if model else None))
        # a session lasts for an utterance, its call's phrases for the call
        self._names = lru_cache(AGENTS)(partial(named, self._model))
        _warm(self._model)

    def open(self, language: str, phrases: Sequence[str]) -> "MoonshineSession":
        return MoonshineSession(self._model, self._names(tuple(phrases)))

    def chosen(self, sessions: Sequence[Session]) -> Sequence[Session]:
        """Returns those with nothing to tell yet, and of the others the longest waiting."""
        mine = [session for session in sessions if isinstance(session, MoonshineSession)]
        due = [session for session in mine if session.speech.due()]
        idle = [session for session in mine if session not in due]
        return [*idle, *sorted(due, key=lambda one: one.speech.waiting_s)[-1:]]

    def decode(self, sessions: Sequence[Session]) -> None:
        for session in sessions:
            if isinstance(session, MoonshineSession):
                session.go_on()


class MoonshineSession(Session):
    """One stream: one utterance after the other."""

    def __init__(self, model: AnyModel, names: Names | None = None) -> None:
        self._model = model
        self._names = names
        self._shown = ""
        self.speech = utterance(model, self._names)

    def accept(self, samples: Samples) -> None:
        self.speech.add(np.asarray(samples / np.float32(32768), np.float32))

    def go_on(self) -> None:
        """Decodes an interim where one is due."""
        if self.speech.due():
            self._shown = self.speech.interim() or self._shown

    def interim(self) -> str:
        return self._shown

    def pause(self) -> UtteranceResult:
        return self.speech.at_pause()

    def finish(self) -> UtteranceResult:
        speech, self.speech, self._shown = self.speech, utterance(self._model, self._names), ""
        return speech.final()


def _warm(model: AnyModel) -> None:
    """Runs every graph once and loads the dictionary, so that no caller waits for them.

    What is loaded before workers are forked they share.
    """
    odd_words("warm")
    speech = utterance(model)
    speech.add(np.random.default_rng(1).normal(0, 0.05, _WARMING).astype(np.float32))
    speech.interim()
    speech.final()
