"""What "that" refers to in "make a note of that": the last statement before it.

A statement is what was said outside commands, or the text of one. Back-channels, thanks and
hesitations are no statements, and neither is "right?".
"""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found_command import (
    INTRODUCERS,
    POLITE,
    FoundCommand,
    Span,
    ends_in_could_you,
    texts,
)
from sessions_app.engine.agent.responders.scribe.words import PlainWord, sentence_spans
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS

FEWEST_WORDS = 3
"""Fewer words before a comma are no statement: "Anna, make a note of that"."""

FEWEST_CONTENT_WORDS = 2
"""Except if this many of them have a meaning of their own: "Anna called"."""

_LONGEST_NOD = 2
"""A question of at most this many words only asks for a nod: "you see?"."""

_ABOUT_SCRIBE = frozenset(
    f"{asks} you" for asks in ("did", "do", "have", "are", "can", "could", "will", "would", "were")
)
"""A question that begins so is about the scribe: "did you get that?"."""

_JOINS = listed("and but also")
_FILLERS = (
    BACK_CHANNELS
    | POLITE
    | listed(
        "thank very much you know i see mean well so wait hold hang on sorry hey hi hello no nope "
        "perfect lovely excellent brilliant interesting let me think then also and but actually "
        "awesome super wonderful go come on cheers err er erm gosh goodness anyway anyhow excuse "
        "pardon"
    )
)


def tells_something(words: Sequence[str]) -> bool:
    """Returns whether words say something, beyond filling a pause."""
    return not _FILLERS.issuperset(words)


def tells_enough(words: Sequence[str]) -> bool:
    """Returns whether words before a comma are a statement, not just somebody's name."""
    many = len([word for word in words if word not in _FILLERS])
    return many >= FEWEST_CONTENT_WORDS or (many > 0 and len(words) >= FEWEST_WORDS)


def statements(
    text: str, words: Sequence[PlainWord], found: Sequence[FoundCommand], until: int | None = None
) -> list[Span]:
    """Returns the spans of the statements before `until` (or the end), in order."""
    until = len(words) if until is None else until
    spans: list[Span] = []
    for start, end in sentence_spans(words):
        at = start
        for command in [command for command in found if start <= command.at < end]:
            spans.append((at, command.lead_start))
            at = max(at, _end_of(command, end))
        note_texts = (command.text for command in found if start <= command.text[0] < end)
        spans += [(at, end), *note_texts]
    inside = sorted({(first, min(last, until)) for first, last in _without_texts(spans, found)})
    return [span for span in inside if span[0] < span[1] and _is_statement(text, words, span)]


def _without_texts(spans: Sequence[Span], found: Sequence[FoundCommand]) -> list[Span]:
    """Returns the spans that are not within a longer text of a command."""
    note_texts = [command.text for command in found if command.text[0] < command.text[1]]
    return [
        span
        for span in spans
        if not any(a <= span[0] and span[1] <= b and (a, b) != span for a, b in note_texts)
    ]


def _end_of(command: FoundCommand, sentence_end: int) -> int:
    """Returns the word after a command; one without a text takes the rest of its sentence."""
    has_text = command.text[0] < command.text[1]
    return command.end if command.refers_back or has_text else sentence_end


def _is_statement(text: str, words: Sequence[PlainWord], span: Span) -> bool:
    start, end = span
    until = words[end].start if end < len(words) else len(text)
    asks = "?" in text[words[end - 1].start : until]
    nod = asks and (
        end - start <= _LONGEST_NOD or " ".join(texts(words, start, start + 2)) in _ABOUT_SCRIBE
    )
    return not nod and tells_something(texts(words, start, end))


def referent(
    text: str, words: Sequence[PlainWord], found: Sequence[FoundCommand], command: FoundCommand
) -> Span | None:
    """Returns the statement that a command refers to, in its own sentence or an earlier one.

    `found` are the commands before it.
    """
    spans = statements(text, words, found, until=command.lead_start)
    first = next(start for start, end in sentence_spans(words) if start <= command.at < end)
    same_sentence = [_without_introduction(words, span) for span in spans if span[0] >= first]
    same_sentence = [span for span in same_sentence if span[0] < span[1]]
    earlier = [span for span in spans if span[0] < first]
    if same_sentence and (tells_enough(texts(words, *same_sentence[-1])) or not earlier):
        return same_sentence[-1]
    return next(reversed(earlier), None)


def _without_introduction(words: Sequence[PlainWord], span: Span) -> Span:
    """Returns a span without the words that belong to the next command: "and", "could you"."""
    start, end = span
    while end > start and (_introduces(words[end - 1]) or ends_in_could_you(words, start, end)):
        end -= 2 if ends_in_could_you(words, start, end) else 1
    while start < end and words[start].text in _JOINS:
        start += 1
    return start, end


def _introduces(word: PlainWord) -> bool:
    """Returns whether a word introduces a command; "now" in "he lives here now," does not."""
    return word.text in INTRODUCERS and not (word.marked and word.text in {"now", "well", "then"})
