"""Joins the segments of a call into sentences. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions_app.engine.core.transcript import TranscriptLine
from sessions_app.engine.summaries.breaths import goes_on_after_breath, join_breaths
from sessions_app.engine.text.stops import whole_sentences
from sessions_app.engine.text.writing import ends_clause, ends_sentence, goes_on, join_sentences

MAX_PAUSE_MS = 10_000
"""After a longer silence the same speaker's next words begin a new sentence."""


@dataclass(frozen=True, slots=True)
class CallSentence:
    """One sentence, or an unpunctuated final; `seq` is the number of the segment it begins in."""

    text: str
    seq: int
    speaker: str


def call_sentences(lines: Sequence[TranscriptLine], language: str) -> list[CallSentence]:
    """Returns the call as sentences instead of segments, in order.

    A line that ends within a sentence continues in the same speaker's next line; a full stop is
    ignored where the words cannot end a sentence.
    """
    result: list[CallSentence] = []
    open_sentences: dict[str, tuple[int, int]] = {}
    for line in lines:
        pieces = whole_sentences(" ".join(line.text.split()), language)
        unfinished = open_sentences.pop(line.speaker, None)
        if unfinished and pieces and line.start_ms - unfinished[1] <= MAX_PAUSE_MS:
            first_part = result[unfinished[0]]
            pause_ms = line.start_ms - unfinished[1]
            text = ""
            if goes_on_after_breath(first_part.text, pieces[0], pause_ms, language):
                text = join_breaths(first_part.text, pieces.pop(0), language)
            elif _goes_on(first_part.text, pieces[0]):
                text = join_sentences([first_part.text, pieces.pop(0)])
            if text:
                result[unfinished[0]] = CallSentence(text, first_part.seq, first_part.speaker)
                if not pieces:
                    open_sentences[line.speaker] = (unfinished[0], line.end_ms)
        result += [CallSentence(piece, line.seq, line.speaker) for piece in pieces]
        if pieces:
            open_sentences[line.speaker] = (len(result) - 1, line.end_ms)
    return result


def _goes_on(before: str, after: str) -> bool:
    """Returns whether `after` belongs to the sentence that `before` begins."""
    small = next(filter(str.isalpha, after), "").islower()
    if ends_sentence(before):
        return goes_on(before) and small
    if ends_clause(before) or goes_on(before):
        return True
    # a text without punctuation and capitals does not show where sentences end
    capital = next(filter(str.isalpha, before), "").isupper() and not before.isupper()
    return capital and small
