"""What PocketSphinx's streams share: its language, and words beyond its dictionary."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sessions_app.engine.core.errors import LanguageNotSupportedError
from sessions_app.engine.stt.engines.pocketsphinx_spelling import phones_of

MOST_WORDS = 500
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
