"""Joins the segments of a call into sentences. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sessions_app.engine.core.transcript import TranscriptLine
from sessions_app.engine.summaries.breaths import goes_on_after_breath, join_breaths
from sessions_app.engine.text.stops import whole_sentences
from sessions_app.engine.text.writing import (
    ends_clause,
    ends_sentence,
    goes_on,
    join_sentences,
    plain_words,
)

MAX_PAUSE_MS = 10_000
"""After a longer silence the same speaker's next words begin a new sentence."""


@dataclass(frozen=True, slots=True)
class CallSentence:
    """One sentence, or an unpunctuated final; `seq` is the number of the segment it begins in."""

    text: str
    seq: int
    speaker: str
    parts: tuple[tuple[str, int], ...] = ()
    """The text and number of each segment that a joined sentence has words of."""

    promised: bool = False
    """Whether its speaker is to do it, since somebody accepted the offer."""

    def clause(self, text: str) -> "CallSentence":
        """Returns a clause of it, with the number of the segment that the clause begins in."""
        return replace(self, text=text, seq=_seq_of(self, text))

    def joined(self, text: str, other: "CallSentence") -> "CallSentence":
        """Returns both sentences as one with this text."""
        return replace(self, text=text, parts=self._own_parts() + other._own_parts())

    def _own_parts(self) -> tuple[tuple[str, int], ...]:
        return self.parts or ((self.text, self.seq),)


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
            text, rest = "", CallSentence(pieces[0], line.seq, line.speaker)
            if goes_on_after_breath(first_part.text, rest.text, pause_ms, language):
                text = join_breaths(first_part.text, rest.text, language)
            elif _goes_on(first_part.text, rest.text):
                text = join_sentences([first_part.text, rest.text])
            if text:
                result[unfinished[0]] = first_part.joined(text, rest)
                if not (pieces := pieces[1:]):
                    open_sentences[line.speaker] = (unfinished[0], line.end_ms)
        result += [CallSentence(piece, line.seq, line.speaker) for piece in pieces]
        if pieces:
            open_sentences[line.speaker] = (len(result) - 1, line.end_ms)
    return result


def _seq_of(sentence: CallSentence, clause: str) -> int:
    """Returns the segment that a clause of a sentence begins in.

    Where a correction changed the words, it is the one that has the most of the clause's words.
    """
    if not sentence.parts:
        return sentence.seq
    said = [(word, seq) for text, seq in sentence.parts for word in plain_words(text)]
    wanted = plain_words(clause)
    words = [word for word, _ in said]
    for at in range(len(words) - len(wanted) + 1):
        if wanted and words[at : at + len(wanted)] == wanted:
            return said[at][1]
    shared = {seq: 0 for _, seq in sentence.parts}
    for word, seq in said:
        shared[seq] += word in wanted
    return max(shared, key=lambda seq: shared[seq])


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
