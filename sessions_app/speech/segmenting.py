"""From what a recogniser says to what people read. Pure: time is an argument."""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from sessions_app.core.events import Hypothesis, Word
from sessions_app.core.languages import base_of
from sessions_app.core.slicing import written
from sessions_app.core.writing import capitalised, closed, ends_clause, ends_sentence, has_marks
from sessions_app.speech.figures import with_figures

INTERIM_EVERY_S = 0.2
"""A message costs half a millisecond; five a second read as live."""

LONGEST_MS = 15_000.0
SENTENCE_MS, CLAUSE_MS = 400.0, 200.0
"""How much longer a pause counts where the recogniser ended a sentence, or a part of one."""

_LONE_I = re.compile(r"\bi\b(?='|\b)")


def readable(text: str, figures: str = "", language: str = "") -> str:
    """Returns bare words as a sentence of `language`; text that has its own marks keeps them.

    `figures` is the language whose numbers become figures; empty for none.
    """
    clean = _clean(text, figures, language)
    return closed(capitalised(clean, language), language) if clean else ""


def _clean(text: str, figures: str, language: str) -> str:
    clean = " ".join((with_figures(text, figures) if figures else text).split())
    return _LONE_I.sub("I", clean) if base_of(language) in ("", "en") else clean


class Segmenter:
    """One side of one call: which interims are worth telling, and what a final becomes.

    `figures` is the language whose numbers are written as figures; empty for words as they come.
    """

    def __init__(self, figures: str = "") -> None:
        self._figures = figures
        self._told = ""
        self._told_s = float("-inf")

    def interim(self, hypothesis: Hypothesis, now_s: float) -> str | None:
        """Returns the text to tell, or None when it is the same, or too soon after the last.

        What is whole is told always: it says more than its text.
        """
        text = " ".join(hypothesis.text.split())
        known = text == self._told or now_s - self._told_s < INTERIM_EVERY_S
        if known and not hypothesis.whole:
            return None
        self._told, self._told_s = text, now_s
        return text

    def final(self, hypothesis: Hypothesis) -> list[Hypothesis]:
        """Returns the final as one readable piece or several of 15 s at most; [] for no words."""
        self._told = ""
        if not hypothesis.text.strip():
            return []
        if len(hypothesis.words) < 2 or _is_one(hypothesis.words):  # noqa: PLR2004
            text = readable(hypothesis.text, self._figures, hypothesis.language)
            return [dataclasses.replace(hypothesis, text=text)]
        return list(self._pieces(hypothesis))

    def _pieces(self, whole: Hypothesis) -> Iterator[Hypothesis]:
        """Yields the pieces of a final; each has its part of the recogniser's own text."""
        own = written(whole.text, [word.text for word in whole.words])
        marked = has_marks(whole.text)
        figures, language = self._figures, whole.language
        at, before, speaker = 0, "", whole.words[0].speaker
        for words in in_pieces(whole.words, own):
            text = "".join(own[at : at + len(words)]).strip()
            at += len(words)
            begins = not before or ends_sentence(before) or words[0].speaker != speaker
            shown = as_marked(text, figures, language, begins=begins)
            before, speaker = text or before, words[-1].speaker
            yield dataclasses.replace(
                whole,
                text=shown if marked else readable(text, figures, language),
                words=tuple(words),
                start_ms=words[0].start_ms,
                end_ms=words[-1].end_ms,
            )


def as_marked(text: str, figures: str = "", language: str = "", *, begins: bool) -> str:
    """Returns a part of a text that has marks of its own: none is added where it was cut.

    With `begins` a sentence begins with it: it has a capital then, and is left as it is otherwise.
    """
    clean = _clean(text, figures, language)
    return capitalised(clean, language) if begins else clean


def in_pieces(words: Sequence[Word], own: Sequence[str] = ()) -> list[Sequence[Word]]:
    """Returns the words as segments have them; [] for no words.

    They are cut where the speaker changes, and at pauses until none is over 15 s. `own` is each
    word as the recogniser wrote it: where a mark follows, a pause counts for more.
    """
    worth = [_worth(text) for text in own or [""] * len(words)]
    pieces: list[Sequence[Word]] = []
    at = 0
    for _, run in groupby(words, key=lambda word: word.speaker):
        end = at + len(list(run))
        pieces += _split(words[at:end], worth[at:end])
        at = end
    return pieces


def _split(words: Sequence[Word], worth: Sequence[float]) -> list[Sequence[Word]]:
    """Returns the words cut at their longest pauses until no part is too long."""
    if _length_ms(words) <= LONGEST_MS or len(words) < 2:  # noqa: PLR2004 - one word is not cut
        return [words]
    pauses = [
        round(words[i].start_ms - words[i - 1].end_ms, -1) + worth[i - 1]
        for i in range(1, len(words))
    ]
    cut = 1 + max(range(len(pauses)), key=lambda i: (pauses[i], -abs(i - len(pauses) / 2)))
    return [*_split(words[:cut], worth[:cut]), *_split(words[cut:], worth[cut:])]


def _is_one(words: Sequence[Word]) -> bool:
    """Returns whether words make one segment: of one speaker, and not too long."""
    return _length_ms(words) <= LONGEST_MS and len({word.speaker for word in words}) == 1


def _length_ms(words: Sequence[Word]) -> float:
    return words[-1].end_ms - words[0].start_ms


def _worth(text: str) -> float:
    """Returns how much of a pause, in ms, the mark after a word is worth."""
    if ends_sentence(text):
        return SENTENCE_MS
    return CLAUSE_MS if ends_clause(text) else 0.0
