"""Finds what an agent's settings hide in a text."""

from functools import lru_cache

from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.redaction.detectors import emails, own_patterns
from sessions_app.engine.redaction.detectors.registry import KINDS, Detector
from sessions_app.engine.redaction.reading import NumberReading, read
from sessions_app.engine.redaction.spans import FoundSpan, merged
from sessions_app.engine.redaction.spoken_numbers import spoken_in

_WARMING = "4111 1111 1111 1111; GB29 NWBK 6016 1331 9268 19; call +1 415 555 2671, 0151 23456789"
"""Searched at start-up, as libraries load tables at first use, which would delay a call's line."""

BEGUN_DIGITS = 5
"""This many digits at the end of an unfinished line may be the beginning of a number to hide.

Fewer hide years and prices while they are spoken; more show more of a number before it is known.
"""


class Finder:
    """Finds spans in texts of one language (BCP 47). Pure; tens of microseconds for a line.

    Raises BadPatternError (not retryable) for settings with a bad pattern.
    """

    def __init__(self, settings: RedactionSettings, language: str) -> None:
        kinds = [KINDS[kind] for kind in KINDS if kind in settings.kinds]
        self._detectors: list[Detector] = [kind.make(language) for kind in kinds]
        self._seeks_numbers = bool({*settings.kinds} - {emails.KIND} or settings.patterns)
        self._patterns = own_patterns.compiled(settings.patterns)
        self._language = spoken_in(language)
        self.spans(_WARMING)

    def spans(self, text: str, before: str = "") -> list[FoundSpan]:
        """Returns what is to be hidden in `text`, in order, without overlaps.

        `before` was said before, by whomever: it may say what number follows.
        """
        return self._spans(read(text, self._language, before))

    def _spans(self, reading: NumberReading) -> list[FoundSpan]:
        found = (span for detector in self._detectors for span in detector(reading))
        own = own_patterns.find(reading, self._patterns)
        return merged([*found, *own])

    def begun(self, text: str) -> FoundSpan | None:
        """Returns the number that an unfinished text ends with, if it may be one to hide."""
        if not self._seeks_numbers:
            return None
        reading = read(text, self._language)
        run = reading.codes[-1] if reading.codes else ()
        if not run or run[-1].last != len(reading.tokens) - 1:
            return None
        if sum(len(atom.value) for atom in run if not atom.is_letters) < BEGUN_DIGITS:
            return None
        first = next(atom for atom in run if not atom.is_letters)
        return FoundSpan(first.start, run[-1].end, "begun", "\u2026")

    def is_only_number(self, text: str) -> bool:
        """Returns whether a text holds only figures, letters that are spelt, and fillers."""
        reading = read(text, self._language)
        atoms = (atom for run in reading.codes for atom in run)
        of_atoms = {place for atom in atoms for place in range(atom.first, atom.last + 1)}
        rest = (token for at, token in enumerate(reading.tokens) if at not in of_atoms)
        return all(token.folded in self._language.fillers for token in rest)


@lru_cache(64)
def finder_for(settings: RedactionSettings, language: str) -> Finder:
    """Returns a finder for these settings, which calls share."""
    return Finder(settings, language)
