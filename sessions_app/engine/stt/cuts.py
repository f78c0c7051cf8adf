"""Chooses where an utterance that exceeded the maximum length is split. Pure.

An engine treats each utterance as complete sentences: it puts a full stop before a cut and a
capital after it. So the last words before a cut, from the end of a sentence on where there is one,
are left to the next utterance, which decodes their audio again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.stt.wrappers.replay_buffer import UNSURE_MS
from sessions_app.engine.text.joints import uncapitalised, without_end_mark
from sessions_app.engine.text.slicing import word_slices
from sessions_app.engine.text.writing import ends_clause, ends_sentence, goes_on

HELD_MS = 8_000.0
"""Most audio before a cut that is left to the next utterance.

More finds an end of a sentence more often, and is decoded twice and final later.
"""

LONGEST_PAUSE_MS = 600.0
"""Pauses are scored up to this length: beyond, the end of a sentence matters more."""

SENTENCE_MS, CLAUSE_MS = 1_000.0, 200.0
"""Added to the score of a pause after the engine's end of a sentence, or of a clause."""


@dataclass(frozen=True, slots=True)
class SplitUtterance:
    """The final part of a cut utterance; audio from `rest_ms` (call clock) on is for the next one.

    `before` is the next word as it was written here, within its sentence; empty where it begins a
    sentence, or there is none.
    """

    final: Hypothesis
    rest_ms: float
    before: str = ""


def split_at_cut(final: Hypothesis, cut_ms: float) -> SplitUtterance:
    """Splits an utterance that was cut at `cut_ms` (call clock) at its best pause.

    Where no word surely ended before the cut, all of it is final.
    """
    words = final.words
    own = word_slices(final.text, [word.text for word in words])
    many = _final_count(words, own, cut_ms)
    if not many:
        return SplitUtterance(replace(final, cut=True), cut_ms)
    rest_ms = words[many - 1].end_ms
    kept, text = words[:many], "".join(own[:many]).strip()
    sentence = many < len(words) and _is_end(own[many - 1])
    if not sentence:
        text = without_end_mark(text)
        kept = (*kept[:-1], replace(kept[-1], text=without_end_mark(kept[-1].text)))
    before = own[many] if many < len(words) and not sentence else ""
    said = replace(final, text=text, words=kept, start_ms=kept[0].start_ms, end_ms=rest_ms)
    return SplitUtterance(replace(said, cut=not sentence), rest_ms, before)


def continued(text: str, before: str, language: str = "") -> str:
    """Returns an utterance's text without its capital, where `SplitUtterance.before` had none."""
    return uncapitalised(text, language) if before[:1].islower() else text


def _final_count(words: Sequence[Word], own: Sequence[str], cut_ms: float) -> int:
    """Returns how many of an utterance's words are final; 0 where each may be cut in half."""
    sure = [n for n, word in enumerate(words, 1) if word.end_ms <= cut_ms - UNSURE_MS]
    late = [n for n in sure if words[n - 1].end_ms >= cut_ms - HELD_MS]
    if not late:
        return sure[-1] if sure else 0
    return max(late, key=lambda many: (_split_score(words, own, many, cut_ms), many))


def _split_score(words: Sequence[Word], own: Sequence[str], many: int, cut_ms: float) -> float:
    """Returns the score of splitting after `many` words, in ms of a pause."""
    last = many == len(words)
    follows_ms = cut_ms if last else words[many].start_ms
    pause_ms = round(max(0.0, follows_ms - words[many - 1].end_ms), -1)
    score = min(LONGEST_PAUSE_MS, pause_ms)
    if last:  # engines put a full stop at the end of any audio
        return score
    if _is_end(own[many - 1]):
        return score + SENTENCE_MS
    return score + (CLAUSE_MS if _is_clause(own[many - 1]) else 0.0)


def _is_end(own: str) -> bool:
    return ends_sentence(own) and not goes_on(own)


def _is_clause(own: str) -> bool:
    return ends_clause(own) or goes_on(own)
