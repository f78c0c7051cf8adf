"""faster-whisper (CTranslate2): whole utterances, for second passes.

https://github.com/SYSTRAN/faster-whisper. Contract-tested, not run with a model.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sessions_app.core.audio import Samples
from sessions_app.speech.engines.base import Engine, ModelError, Said, Session, TimedWord
from sessions_app.speech.whisper_codes import CODES, whisper_code

PARTS = ("model.bin", "config.json", "tokenizer.json")


class WhisperEngine(Engine):
    """`model` is a folder in CTranslate2's form; `compute_type` such as int8 or float16."""

    def __init__(self, model: str, threads: int = 0, compute_type: str = "int8") -> None:
        from faster_whisper import WhisperModel  # noqa: PLC0415 - optional, in workers alone

        self._model: Any = WhisperModel(
            model, compute_type=compute_type, cpu_threads=threads, local_files_only=True
        )

    def open(self, language: str, phrases: Sequence[str]) -> "WhisperSession":
        known = getattr(self._model, "supported_languages", None) or CODES
        code = whisper_code(language, known)
        if not code:
            raise ModelError(f"This Whisper model does not hear {language!r}.")
        return WhisperSession(self._model, code, ", ".join(phrases))


class WhisperSession(Session):
    """Keeps an utterance until it is over."""

    def __init__(self, model: Any, language: str, hotwords: str) -> None:
        self._model = model
        self._language = language
        self._hotwords = hotwords or None
        self._pieces: list[Samples] = []

    def accept(self, samples: Samples) -> None:
        self._pieces.append(samples)

    def finish(self) -> Said:
        pieces, self._pieces = self._pieces, []
        if not pieces:
            return Said()
        audio = np.concatenate(pieces).astype(np.float32) / 32768
        segments, _ = self._model.transcribe(
            audio,
            language=self._language,
            word_timestamps=True,
            condition_on_previous_text=False,
            hotwords=self._hotwords,
        )
        heard = [word for segment in segments for word in segment.words or ()]
        words: list[TimedWord] = [
            (word.word.strip(), float(word.start), float(word.end), float(word.probability))
            for word in heard
        ]
        # each comes with the blank before it, where its language has one
        return Said("".join(word.word for word in heard).strip(), words)
