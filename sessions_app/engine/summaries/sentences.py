"""The sentences of a call, put together across segments. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions_app.engine.core.transcript import TranscriptLine
from sessions_app.engine.summaries.breaths import goes_on_after_breath, joined
from sessions_app.engine.text.stops import whole_sentences
from sessions_app.engine.text.writing import ends_clause, ends_sentence, goes_on, join_sentences

MAX_PAUSE_MS = 10_000
"""After a longer silence of the same speaker the next words begin a new sentence."""


@dataclass(frozen=True, slots=True)
class CallSentence:
    """One sentence, or an unpunctuated final; `seq` is the segment it begins in."""

    text: str
    seq: int
    speaker: str


def said(lines: Sequence[TranscriptLine], language: str) -> list[CallSentence]:
    """Returns what was said in order, split into sentences instead of segments.

    A line that ends within a sentence continues in the same speaker's next line; a full stop is
    ignored where the words cannot end a sentence.
    """
    found: list[CallSentence] = []
    opened: dict[str, tuple[int, int]] = {}
    for line in lines:
        pieces = whole_sentences(" ".join(line.text.split()), language)
        before = opened.pop(line.speaker, None)
        if before and pieces and line.start_ms - before[1] <= MAX_PAUSE_MS:
            begun = found[before[0]]
            pause_ms = line.start_ms - before[1]
            text = ""
            if goes_on_after_breath(begun.text, pieces[0], pause_ms, language):
                text = joined(begun.text, pieces.pop(0), language)
            elif _goes_on(begun.text, pieces[0]):
                text = join_sentences([begun.text, pieces.pop(0)])
            if text:
                found[before[0]] = CallSentence(text, begun.seq, begun.speaker)
                if not pieces:
                    opened[line.speaker] = (before[0], line.end_ms)
        found += [CallSentence(piece, line.seq, line.speaker) for piece in pieces]
        if pieces:
            opened[line.speaker] = (len(found) - 1, line.end_ms)
    return found


def _goes_on(before: str, after: str) -> bool:
    """Returns whether `after` belongs to the sentence that `before` begins."""
    small = next(filter(str.isalpha, after), "").islower()
    if ends_sentence(before):
        return goes_on(before) and small
    if ends_clause(before) or goes_on(before):
        return True
    # a text without marks and capitals does not tell where sentences end
    capital = next(filter(str.isalpha, before), "").isupper() and not before.isupper()
    return capital and small
