"""vosk (Kaldi): https://alphacephei.com/vosk/. Run with its small Korean model."""

import json
from collections.abc import Sequence
from typing import Any

from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.stt.worker.blocking.base import (
    BlockingEngine,
    Session,
    TimedWord,
    UtteranceResult,
)
from sessions_app.engine.text.writing import join_words

PARTS = ("conf/model.conf", "**/final.mdl")


class VoskEngine(BlockingEngine):
    """`model` is the folder that a model's archive unpacks to."""

    def __init__(self, model: str) -> None:
        import vosk  # noqa: PLC0415 - an optional package, and for worker processes alone

        vosk.SetLogLevel(-1)
        self._vosk = vosk
        self._model = vosk.Model(model)

    def open(self, language: str, phrases: Sequence[str]) -> "VoskSession":
        return VoskSession(lambda: self._vosk.KaldiRecognizer(self._model, SPEECH_RATE))


class VoskSession(Session):
    """A recogniser of its own for each utterance: vosk counts its times from its first sample."""

    def __init__(self, new: Any) -> None:
        self._new = new
        self._start()

    def _start(self) -> None:
        self._recogniser = self._new()
        self._recogniser.SetWords(True)
        self._words: list[TimedWord] = []

    def accept(self, samples: Samples) -> None:
        if self._recogniser.AcceptWaveform(samples.tobytes()):
            self._take(self._recogniser.Result())

    def interim(self) -> str:
        partial = json.loads(self._recogniser.PartialResult())["partial"]
        return join_words([*(word[0] for word in self._words), *partial.split()])

    def finish(self) -> UtteranceResult:
        self._take(self._recogniser.FinalResult())
        words = self._words
        self._start()
        return UtteranceResult(join_words(word[0] for word in words), words)

    def _take(self, result: str) -> None:
        self._words += [
            (word["word"], word["start"], word["end"], word.get("conf"))
            for word in json.loads(result).get("result", [])
        ]
