"""Where an utterance that had to be cut ends, and how the next one begins. Pure.

An engine takes each utterance for sentences of its own: it closes the last word before a cut and
begins the next one with a capital. So what comes last before a cut is left for the next
utterance, from the end of a sentence on where there is one, and is heard there in its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.stt.wrappers.replay_buffer import UNSURE_MS
from sessions_app.engine.text.joints import uncapitalised, without_end_mark
from sessions_app.engine.text.slicing import word_slices
from sessions_app.engine.text.writing import ends_clause, ends_sentence, goes_on

HELD_MS = 8_000.0
"""So much before a cut may be left for the next utterance, at the most.

More finds an end of a sentence more often; all of it is decoded twice, and told later.
"""

LONGEST_PAUSE_MS = 600.0
"""A pause counts for no more than this: beyond, the end of a sentence matters more."""

SENTENCE_MS, CLAUSE_MS = 1_000.0, 200.0
"""How much longer a pause counts where the engine ended a sentence, or a part of one."""


@dataclass(frozen=True, slots=True)
class Parted:
    """What of a cut utterance is final; from `rest_ms` (call clock) on it is left for the next.

    `before` is how the next word was written here, after what came before it, or empty where a
    sentence begins with it or none was heard.
    """

    final: Hypothesis
    rest_ms: float
    before: str = ""


def parted(final: Hypothesis, cut_ms: float) -> Parted:
    """Returns an utterance that was cut at `cut_ms` parted where that does the least harm.

    One word without an end is kept whole: nothing is gained by waiting.
    """
    words = final.words
    own = word_slices(final.text, [word.text for word in words])
    many = _place(words, own, cut_ms)
    if not many:
        return Parted(replace(final, cut=True), cut_ms)
    rest_ms = words[many - 1].end_ms
    kept, text = words[:many], "".join(own[:many]).strip()
    sentence = many < len(words) and _is_end(own[many - 1])
    if not sentence:
        text = without_end_mark(text)
        kept = (*kept[:-1], replace(kept[-1], text=without_end_mark(kept[-1].text)))
    before = own[many] if many < len(words) and not sentence else ""
    said = replace(final, text=text, words=kept, start_ms=kept[0].start_ms, end_ms=rest_ms)
    return Parted(replace(said, cut=not sentence), rest_ms, before)


def begun(text: str, before: str, language: str = "") -> str:
    """Returns the text of an utterance that goes on after `Parted.before`, or a sentence's.

    What was no name there is none here, although the engine began with a capital.
    """
    return uncapitalised(text, language) if before[:1].islower() else text


def _place(words: Sequence[Word], own: Sequence[str], cut_ms: float) -> int:
    """Returns how many words are kept; 0 where all of them may be halves."""
    sure = [n for n, word in enumerate(words, 1) if word.end_ms <= cut_ms - UNSURE_MS]
    late = [n for n in sure if words[n - 1].end_ms >= cut_ms - HELD_MS]
    if not late:
        return sure[-1] if sure else 0
    return max(late, key=lambda many: (_worth(words, own, many, cut_ms), many))


def _worth(words: Sequence[Word], own: Sequence[str], many: int, cut_ms: float) -> float:
    """Returns how good it is to cut after so many words, as ms of a pause."""
    last = many == len(words)
    follows_ms = cut_ms if last else words[many].start_ms
    pause_ms = round(max(0.0, follows_ms - words[many - 1].end_ms), -1)
    worth = min(LONGEST_PAUSE_MS, pause_ms)
    if last:  # its mark is what the engine puts at the end of whatever it hears
        return worth
    if _is_end(own[many - 1]):
        return worth + SENTENCE_MS
    return worth + (CLAUSE_MS if _is_clause(own[many - 1]) else 0.0)


def _is_end(own: str) -> bool:
    return ends_sentence(own) and not goes_on(own)


def _is_clause(own: str) -> bool:
    return ends_clause(own) or goes_on(own)
