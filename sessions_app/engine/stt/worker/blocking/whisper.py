"""faster-whisper (CTranslate2): whole utterances in a hundred languages.

https://github.com/SYSTRAN/faster-whisper. Run with Whisper base in German, English, French, Italian
and Spanish.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.frames import Samples
from sessions_app.engine.stt.engines.whisper_languages import codes_of, whisper_code
from sessions_app.engine.stt.worker.blocking.base import (
    BlockingEngine,
    ModelError,
    Session,
    TimedWord,
    UtteranceResult,
    find_files,
)

PARTS = ("model.bin", "config.json", "tokenizer.json", "vocabulary.*")

LEAST_FRAMES = 1_000
"""Frames of 10 ms that the encoder is given at least.

Whisper was trained on windows of 30 s, and faster-whisper fills each up with silence: an
utterance of two seconds costs as much as one of thirty. In windows of 10 s no more words come
wrong, at a third of the work; below that some do.
"""

BEYOND_FRAMES = 200
"""Frames of silence after the speech, by which the model knows that it is over."""

MOST_REPEATED = 2.4
"""Text that zlib packs better than this is dropped: it says one thing over and over.

The value is OpenAI's own. Smaller drops people who repeat themselves.
"""

TEMPERATURES = (0.0, 0.4)
"""0 takes the likeliest words. Where those only repeat themselves, a second try is made at 0.4."""

NO_SPEECH, PERHAPS_NO_SPEECH = 0.6, 0.5
"""How sure the model is that nobody speaks, 0..1; for speech, also single letters, below 0.45.

Text is dropped above NO_SPEECH, and above PERHAPS_NO_SPEECH where it is UNSURE as well. Higher
keeps text that was made up for noise; lower drops quiet words.
"""

UNSURE, GUESSED = -1.0, -1.5
"""The mean log probability of the text's tokens, below which it is dropped.

Speech in noise has more than -1.5; text that is made up for noise, when phrases are given, has
less.
"""


class WhisperEngine(BlockingEngine):
    """`model` is a folder in CTranslate2's form; `compute_type` such as int8 or float16."""

    def __init__(self, model: str, threads: int = 0, compute_type: str = "int8") -> None:
        from faster_whisper import WhisperModel  # noqa: PLC0415 - optional, in workers alone

        try:
            self._model: Any = WhisperModel(
                model, compute_type=compute_type, cpu_threads=threads, local_files_only=True
            )
        except RuntimeError as error:  # CTranslate2's, also of a file that is cut off
            raise ModelError(
                f"The model in {model} cannot be loaded ({error}). Where it is damaged, "
                "manage.py fetch_model fetches it again."
            ) from error
        whole = self._model.encode
        self._model.encode = lambda features: whole(windowed(features))
        self._known = languages_of(Path(model))

    def open(self, language: str, phrases: Sequence[str]) -> "WhisperSession":
        code = whisper_code(language, self._known)
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

    def finish(self) -> UtteranceResult:
        pieces, self._pieces = self._pieces, []
        if not pieces:
            return UtteranceResult()
        audio = np.concatenate(pieces).astype(np.float32) / 32768
        segments, _ = self._model.transcribe(
            audio,
            language=self._language,
            word_timestamps=True,
            condition_on_previous_text=False,
            hotwords=self._hotwords,
            temperature=TEMPERATURES,
            compression_ratio_threshold=MOST_REPEATED,
            no_speech_threshold=NO_SPEECH,
            log_prob_threshold=None,  # else words that it is sure of stand, though nobody speaks
        )
        heard = [word for one in segments if _is_said(one) for word in one.words or ()]
        words: list[TimedWord] = [
            (word.word.strip(), float(word.start), float(word.end), float(word.probability))
            for word in heard
        ]
        # each comes with the blank before it, where its language has one
        return UtteranceResult("".join(word.word for word in heard).strip(), words)


def _is_said(segment: Any) -> bool:
    """Returns whether somebody said it: the model writes something of a noise, too."""
    unsure = segment.no_speech_prob > PERHAPS_NO_SPEECH and segment.avg_logprob < UNSURE
    guessed = segment.avg_logprob < GUESSED
    return not (unsure or guessed or segment.compression_ratio > MOST_REPEATED)


def windowed(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the log-mel `features` (mels by frames of 10 ms) without most of their filling.

    faster-whisper fills windows up with zeros. An even number of them is kept, as the encoder takes
    two frames per step.
    """
    filled = np.flatnonzero(features.any(axis=0))
    used = int(filled[-1]) + 1 if len(filled) else 0
    length = max(LEAST_FRAMES, used + BEYOND_FRAMES)
    return features[:, : length + length % 2]


def languages_of(model: Path) -> frozenset[str]:
    """Returns Whisper's codes of what a model hears; raises ModelError where that is not to be had.

    faster-whisper's own list has languages that the model has no word for.
    """
    (vocabulary,) = find_files(model, "vocabulary.*")
    try:
        text = vocabulary.read_text(encoding="utf-8").removesuffix("\n")
        entries = json.loads(text) if vocabulary.suffix == ".json" else text.split("\n")
    except ValueError as error:
        raise ModelError(f"{vocabulary} cannot be read: fetch the model again.") from error
    return codes_of(len(entries))
