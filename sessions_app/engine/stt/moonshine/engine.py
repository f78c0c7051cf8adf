"""Moonshine in a worker process, which decodes the streams of many calls in turn.

Batching streams gains nothing on one core (measured), and makes one caller's text depend on
another's. So each round decodes one stream, the one whose audio has waited longest. Under load
interims become rarer, evenly for all calls.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from sessions_app.engine.core.frames import Samples
from sessions_app.engine.stt.moonshine.dictionary import unknown_words
from sessions_app.engine.stt.moonshine.files import checked
from sessions_app.engine.stt.moonshine.loading import AnyModel, corrector_for, load_model, utterance
from sessions_app.engine.stt.moonshine.phrase_correction import PhraseCorrector
from sessions_app.engine.stt.worker.blocking.base import BlockingEngine, Session, UtteranceResult

AGENTS = 32
"""Agents whose phrases a worker caches: 500 phrases take 30 ms to prepare."""

_WARMING = 16_000
"""Samples of noise (1 s) that every graph is run with before calls come."""


class MoonshineEngine(BlockingEngine):
    """`model` is a folder with the wheel's three files; empty for the installed wheel's own."""

    def __init__(self, model: str = "") -> None:
        self._model, self.note = load_model(checked(Path(model) if model else None))
        # a session lasts for an utterance, its call's phrases for the call
        self._names = lru_cache(AGENTS)(partial(corrector_for, self._model))
        _warm(self._model)

    def open(self, language: str, phrases: Sequence[str]) -> "MoonshineSession":
        return MoonshineSession(self._model, self._names(tuple(phrases)))

    def chosen(self, sessions: Sequence[Session]) -> Sequence[Session]:
        """Returns the sessions with no interim due, and of the others the longest waiting."""
        mine = [session for session in sessions if isinstance(session, MoonshineSession)]
        due = [session for session in mine if session.speech.due()]
        idle = [session for session in mine if session not in due]
        return [*idle, *sorted(due, key=lambda one: one.speech.waiting_s)[-1:]]

    def decode(self, sessions: Sequence[Session]) -> None:
        for session in sessions:
            if isinstance(session, MoonshineSession):
                session.decode_interim()


class MoonshineSession(Session):
    """One stream: one utterance after another."""

    def __init__(self, model: AnyModel, names: PhraseCorrector | None = None) -> None:
        self._model = model
        self._names = names
        self._shown = ""
        self.speech = utterance(model, self._names)

    def accept(self, samples: Samples) -> None:
        self.speech.add(np.asarray(samples / np.float32(32768), np.float32))

    def decode_interim(self) -> None:
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

    Workers are forked afterwards, and share the memory.
    """
    unknown_words("warm")
    speech = utterance(model)
    speech.add(np.random.default_rng(1).normal(0, 0.05, _WARMING).astype(np.float32))
    speech.interim()
    speech.final()
