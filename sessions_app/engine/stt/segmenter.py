"""Turns hypotheses into what is displayed: throttled interims, and finals split into segments.

Pure: time is an argument.
"""

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.stt.number_formatting import with_figures
from sessions_app.engine.text.joints import as_continuation, without_end_mark
from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.slicing import word_slices
from sessions_app.engine.text.stops import whole_sentences
from sessions_app.engine.text.writing import (
    capitalised,
    closed,
    ends_clause,
    ends_sentence,
    goes_on,
    has_marks,
)

INTERIM_EVERY_S = 0.2
"""The least time between interims. Each costs half a millisecond; five a second look live."""

LONGEST_MS = 15_000.0
"""The longest segment. Longer is hard to read as a caption; shorter splits more sentences."""

FEWEST_WORDS = 4
"""A sentence of fewer words shares a segment with its neighbour: "Yes. I think so."."""

LEAST_WORDS = 2
"""Fewest words on either side where a sentence that is too long is split.

The pause after a single word is a hesitation: "but … we".
"""

BREATH_MS = 10_000.0
"""After a longer silence a final does not continue an open sentence."""

SENTENCE_MS, CLAUSE_MS = 400.0, 200.0
"""Added to the length of a pause after the recogniser's end of a sentence, or of a clause."""

_LONE_I = re.compile(r"\bi\b(?='|\b)")


def readable(text: str, figures: str = "", language: str = "") -> str:
    """Returns text with a capital and a full stop; existing punctuation is kept.

    `figures` is the language whose number words become figures; empty for none.
    """
    clean = _clean(text, figures, language)
    return closed(capitalised(clean, language), language) if clean else ""


def _clean(text: str, figures: str, language: str) -> str:
    clean = " ".join((with_figures(text, figures) if figures else text).split())
    return _LONE_I.sub("I", clean) if base_of(language) in ("", "en") else clean


Ask = Callable[[str, str], bool]
"""A question about a text in a language."""


class Segmenter:
    """One side of one call: which interims are displayed, and the segments of a final.

    `figures` is the language whose number words become figures; empty for none. A recogniser that
    punctuates (`marks`, or seen to) is trusted: no punctuation is added, except a full stop where
    `is_whole(text, language)`, and its full stop is removed where `is_open(text, language)`.
    """

    def __init__(
        self,
        figures: str = "",
        is_whole: Ask = lambda *_: False,
        is_open: Ask = lambda *_: False,
        *,
        marks: bool = False,
    ) -> None:
        self._figures = figures
        self._is_whole, self._is_open = is_whole, is_open
        self._marks = marks
        self._open_until_ms: float | None = None
        """The end of the last final, where that ended within a sentence."""

        self._shown_text = ""
        self._shown_s = float("-inf")

    def interim(self, hypothesis: Hypothesis, now_s: float) -> str | None:
        """Returns the text to display; None where it is unchanged, or too soon after the last.

        A whole interim is always returned: turn-taking needs it.
        """
        text = " ".join(hypothesis.text.split())
        skipped = text == self._shown_text or now_s - self._shown_s < INTERIM_EVERY_S
        if skipped and not hypothesis.whole:
            return None
        self._shown_text, self._shown_s = text, now_s
        return text

    def final(self, hypothesis: Hypothesis) -> list[Hypothesis]:
        """Returns the final split into segments; empty for no words.

        A segment ends with a sentence, or before LONGEST_MS. Where the engine punctuates, no full
        stop or capital is added at splits within a sentence.
        """
        self._shown_text = ""
        text = hypothesis.text.strip()
        if not text:
            return []
        self._marks = self._marks or has_marks(text)
        if self._marks and not hypothesis.cut and self._is_whole(text, hypothesis.language):
            hypothesis = _closed(hypothesis, text)
        elif self._is_open(text, hypothesis.language):
            hypothesis = _opened(hypothesis, text)
        text = hypothesis.text.strip()
        begins = not self._goes_on(hypothesis)
        ended = ends_sentence(text) and not goes_on(text)
        self._open_until_ms = hypothesis.end_ms if self._marks and not ended else None
        if len(hypothesis.words) < 2:  # noqa: PLR2004
            shown = self._shown(text, hypothesis.language, begins=begins)
            return [dataclasses.replace(hypothesis, text=shown)]
        return list(self._pieces(hypothesis, begins=begins))

    def _goes_on(self, final: Hypothesis) -> bool:
        """Returns whether a final continues the sentence that the last one left open."""
        until_ms = self._open_until_ms
        return until_ms is not None and final.start_ms - until_ms <= BREATH_MS

    def _shown(self, text: str, language: str, *, begins: bool) -> str:
        if self._marks:
            return as_marked(text, self._figures, language, begins=begins)
        return readable(text, self._figures, language)

    def _pieces(self, whole: Hypothesis, *, begins: bool) -> Iterator[Hypothesis]:
        """Yields the segments of a final, each with its part of the recogniser's own text."""
        own = word_slices(whole.text, [word.text for word in whole.words])
        at, before, speaker = 0, "", whole.words[0].speaker
        for words in in_pieces(whole.words, own, whole.language):
            text = "".join(own[at : at + len(words)]).strip()
            at += len(words)
            if before or words[0].speaker != speaker:
                begins = ends_sentence(before) or words[0].speaker != speaker
            before, speaker = text or before, words[-1].speaker
            yield dataclasses.replace(
                whole,
                text=self._shown(text, whole.language, begins=begins),
                words=tuple(words),
                start_ms=words[0].start_ms,
                end_ms=words[-1].end_ms,
            )


def _closed(final: Hypothesis, text: str) -> Hypothesis:
    """Returns a final with a full stop at the end of its text and of its last word."""
    stopped, words = closed(text, final.language), final.words
    mark = stopped[len(text) :]
    if words and text.endswith(words[-1].text):
        words = (*words[:-1], dataclasses.replace(words[-1], text=words[-1].text + mark))
    return dataclasses.replace(final, text=stopped, words=words)


def _opened(final: Hypothesis, text: str) -> Hypothesis:
    """Returns a final without the full stop at its end."""
    words = final.words
    if words:
        words = (*words[:-1], dataclasses.replace(words[-1], text=without_end_mark(words[-1].text)))
    return dataclasses.replace(final, text=without_end_mark(text), words=words)


def as_marked(text: str, figures: str = "", language: str = "", *, begins: bool) -> str:
    """Returns part of a punctuated text; no punctuation is added where it was split.

    With `begins` it begins a sentence, and gets a capital; otherwise it loses one.
    """
    clean = _clean(text, figures, language)
    return capitalised(clean, language) if begins else as_continuation(clean, language)


def in_pieces(
    words: Sequence[Word], own: Sequence[str] = (), language: str = ""
) -> list[Sequence[Word]]:
    """Returns the words split into segments; [] for no words.

    They are split where the speaker changes, at the ends of sentences, and at the longest pauses
    until none is over LONGEST_MS. `own` is each word as the recogniser wrote it, with punctuation:
    it shows the ends of sentences, and a pause after punctuation counts for more.
    """
    own = own or [""] * len(words)
    punctuation_ms = [_punctuation_ms(text) for text in own]
    pieces: list[Sequence[Word]] = []
    at = 0
    for _, run in groupby(words, key=lambda word: word.speaker):
        for many in _sentences(own[at : at + len(list(run))], language):
            pieces += _split(words[at : at + many], punctuation_ms[at : at + many])
            at += many
    return pieces


def _sentences(own: Sequence[str], language: str) -> list[int]:
    """Returns the word count of each sentence; those under FEWEST_WORDS join a neighbour."""
    ends = set(itertools.accumulate(map(_letters, whole_sentences("".join(own), language))))
    counts, many, letters = list[int](), 0, 0
    for text in own:
        many, letters = many + 1, letters + _letters(text)
        if letters in ends and many >= FEWEST_WORDS:
            counts.append(many)
            many = 0
    if many and counts:
        counts[-1] += many if many < FEWEST_WORDS else 0
    if many and (not counts or many >= FEWEST_WORDS):
        counts.append(many)
    return counts


def _letters(text: str) -> int:
    return sum(not char.isspace() for char in text)


def _split(words: Sequence[Word], punctuation_ms: Sequence[float]) -> list[Sequence[Word]]:
    """Returns the words split at their longest pauses until no part is too long."""
    if _length_ms(words) <= LONGEST_MS or len(words) < 2:  # noqa: PLR2004 - one word is not cut
        return [words]
    pauses = [
        round(words[i].start_ms - words[i - 1].end_ms, -1) + punctuation_ms[i - 1]
        for i in range(1, len(words))
    ]
    few = LEAST_WORDS if len(words) >= 2 * LEAST_WORDS else 1
    places = range(few - 1, len(words) - few)
    cut = 1 + max(places, key=lambda i: (pauses[i], -abs(i - len(pauses) / 2)))
    return [*_split(words[:cut], punctuation_ms[:cut]), *_split(words[cut:], punctuation_ms[cut:])]


def _length_ms(words: Sequence[Word]) -> float:
    return words[-1].end_ms - words[0].start_ms


def _punctuation_ms(text: str) -> float:
    """Returns what the punctuation after a word adds to the length of its pause, in ms."""
    if ends_sentence(text):
        return SENTENCE_MS
    return CLAUSE_MS if ends_clause(text) else 0.0
