"""What "that" means: the words said before it that tell something.

They are sought among what is no command, from the command backward, and in the texts of commands.
What only shows that somebody listens, thanks or hesitates tells nothing; nor does "right?".
"""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found import (
    CALLS,
    POLITE,
    Found,
    Span,
    asked,
    texts,
)
from sessions_app.engine.agent.responders.scribe.words import PlainWord, whole
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS

FEWEST_MEANT = 3
"""Fewer words before a comma are no text for a note where something else was told."""

FEWEST_TELLING = 2
"""Unless so many of them tell something: "it rains"."""

_SHORT = 2
"""A question of so many words asks for nothing but a nod."""

_TO_YOU = frozenset(
    f"{asks} you" for asks in ("did", "do", "have", "are", "can", "could", "will", "would", "were")
)
"""What begins so and ends as a question is about the scribe: "did you get that?"."""

_JOINS = listed("and but also")
_NOTHING = (
    BACK_CHANNELS
    | POLITE
    | listed(
        "thank very much you know i see mean well so wait hold hang on sorry hey hi hello no nope "
        "perfect lovely excellent brilliant interesting let me think then also and but actually "
        "awesome super wonderful cheers err er erm gosh goodness anyway anyhow excuse pardon"
    )
)


def tells(words: Sequence[str]) -> bool:
    """Returns whether words tell something, and do not only fill a pause."""
    return not _NOTHING.issuperset(words)


def tells_enough(words: Sequence[str]) -> bool:
    """Returns whether words before a comma tell something, and are not just somebody's name."""
    many = len([word for word in words if word not in _NOTHING])
    return many >= FEWEST_TELLING or (many > 0 and len(words) >= FEWEST_MEANT)


def told(
    text: str, words: Sequence[PlainWord], found: Sequence[Found], until: int | None = None
) -> list[Span]:
    """Returns the spans of words that tell something, before `until` or the end, in order."""
    until = len(words) if until is None else until
    spans: list[Span] = []
    for start, end in whole(words):
        at = start
        for one in [one for one in found if start <= one.at < end]:
            spans.append((at, one.begun))
            at = max(at, _last(one, end))
        spans += [(at, end), *(one.text for one in found if start <= one.text[0] < end)]
    inside = sorted({(first, min(last, until)) for first, last in _without_texts(spans, found)})
    return [span for span in inside if span[0] < span[1] and _is_telling(text, words, span)]


def _without_texts(spans: Sequence[Span], found: Sequence[Found]) -> list[Span]:
    """Returns the spans that are no part of a longer text of a command."""
    taken = [one.text for one in found if one.text[0] < one.text[1]]
    return [
        span
        for span in spans
        if not any(a <= span[0] and span[1] <= b and (a, b) != span for a, b in taken)
    ]


def _last(one: Found, end: int) -> int:
    """Returns the word after a command in its sentence; one without a text takes the rest."""
    return one.end if one.refers or one.text[0] < one.text[1] else end


def _is_telling(text: str, words: Sequence[PlainWord], span: Span) -> bool:
    start, end = span
    until = words[end].start if end < len(words) else len(text)
    asks = "?" in text[words[end - 1].start : until]
    nod = asks and (end - start <= _SHORT or " ".join(texts(words, start, start + 2)) in _TO_YOU)
    return not nod and tells(texts(words, start, end))


def meant(text: str, words: Sequence[PlainWord], found: Sequence[Found], one: Found) -> Span | None:
    """Returns the words that a command means: those before it in its sentence, or others.

    `found` are the commands before it.
    """
    spans = told(text, words, found, until=one.begun)
    start = next(start for start, end in whole(words) if start <= one.at < end)
    here = [_without_calls(words, span) for span in spans if span[0] >= start]
    here = [span for span in here if span[0] < span[1]]
    before = [span for span in spans if span[0] < start]
    if here and (tells_enough(texts(words, *here[-1])) or not before):
        return here[-1]
    return next(reversed(before), None)


def _without_calls(words: Sequence[PlainWord], span: Span) -> Span:
    """Returns a span without what joins it to the commands around it."""
    start, end = span
    while end > start and (_calls(words[end - 1]) or asked(words, start, end)):
        end -= 2 if asked(words, start, end) else 1
    while start < end and words[start].text in _JOINS:
        start += 1
    return start, end


def _calls(word: PlainWord) -> bool:
    """Returns whether a word leads to a command; that of "he lives here now," is no lead."""
    return word.text in CALLS and not (word.marked and word.text in {"now", "well", "then"})
