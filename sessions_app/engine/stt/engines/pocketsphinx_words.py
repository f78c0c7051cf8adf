"""What PocketSphinx's streams share: its workers, its language, words beyond its dictionary."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sessions_app.engine.core.errors import LanguageNotSupportedError, RecogniserUnavailableError
from sessions_app.engine.stt.engines.pocketsphinx_spelling import phones_of
from sessions_app.engine.workers.framing import WorkerGoneError

WORKER = "sessions_app.engine.stt.worker.pocketsphinx"
"""The module of its fork server."""

MOST_WORDS = 500
"""Hint words of a stream; further ones are left out. Each costs a worker memory and time."""

_WORD = re.compile(r"[A-Za-z][A-Za-z']*")

LANGUAGE = "en-US"
LANGUAGES = frozenset({LANGUAGE, "en"})


def check_language(language: str) -> None:
    """Raises LanguageNotSupportedError for any but the one there is a model of."""
    if language not in LANGUAGES:
        raise LanguageNotSupportedError(
            f"PocketSphinx knows en-US only, not {language!r}. "
            "Choose another recogniser for this agent, or its language en-US."
        )


@contextmanager
def workers_needed() -> Iterator[None]:
    """Raises RecogniserUnavailableError (retryable) where a worker dies within the block."""
    try:
        yield
    except WorkerGoneError as error:
        raise RecogniserUnavailableError("A recogniser process died.") from error


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words beyond the dictionary: how each is said, and how it is written."""

    phones: Mapping[str, str]
    spelt: Mapping[str, str]

    @classmethod
    def of(cls, words: Mapping[str, str], phrases: Sequence[str]) -> "Vocabulary":
        """Returns the vocabulary of given words and of those in `phrases`."""
        every = {**{word: "" for phrase in phrases for word in _WORD.findall(phrase)}, **words}
        phones = {w.lower(): given or phones_of(w) for w, given in every.items()}
        known = dict(list(phones.items())[:MOST_WORDS])
        return cls(known, {w.lower(): w for w in every if w.lower() != w})

    @property
    def name(self) -> str:
        """What a worker that was taught it is known by; empty for no words."""
        return json.dumps(self.phones, sort_keys=True) if self.phones else ""
