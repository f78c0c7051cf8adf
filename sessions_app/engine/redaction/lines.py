"""Hides spans of a line in its text and in its words, and says when they were said. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import LCSseq

from sessions_app.engine.core.events import Word
from sessions_app.engine.redaction.finder import Finder
from sessions_app.engine.redaction.reading import TextToken, tokens_of
from sessions_app.engine.redaction.spans import FoundSpan, merged, replaced

_MARKS = " \t\n.,;:!?-/"


@dataclass(frozen=True, slots=True)
class Line:
    """What one side said: text and words; times in ms on the call clock."""

    text: str
    words: tuple[Word, ...] = ()
    start_ms: float = 0.0
    end_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """One hidden place: its characters in the original text, its words, and when it was said.

    `first_word` to `last_word` (exclusive) are indices of the original words, both 0 where the line
    has none: then its times are the line's.
    """

    span: FoundSpan
    first_word: int
    last_word: int
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class HiddenLine:
    """A line as it is shown, and what is hidden in it."""

    text: str
    words: tuple[Word, ...]
    hits: tuple[Hit, ...]


def find_in_lines(finder: Finder, lines: Sequence[Line], before: str = "") -> list[list[FoundSpan]]:
    """Returns what is to be hidden in each of a speaker's consecutive lines.

    A number may begin in one line and end in another. It is looked for in what is written, and in
    the words as they were recognised, which are mapped to what is written.
    """
    texts, spoken = [line.text for line in lines], [_spoken(line.words) for line in lines]
    by_text = _across(finder, texts, before)
    if spoken == texts or not any(spoken):
        return by_text
    by_words = _across(finder, spoken, before)
    return [
        merged([*written, *_in_text(line, heard)])
        for line, written, heard in zip(lines, by_text, by_words, strict=True)
    ]


def hide(line: Line, spans: Sequence[FoundSpan]) -> HiddenLine:
    """Returns the line without what is at `spans` of its text (in order, no overlaps)."""
    if not spans:
        return HiddenLine(line.text, line.words, ())
    hits = tuple(_hit(line, span) for span in spans)
    return HiddenLine(replaced(line.text, spans), _without(line.words, hits), hits)


def span_of_words(line: Line, first: int, last: int, kind: str, label: str) -> FoundSpan | None:
    """Returns the span of text that the words `first` to `last` (exclusive) correspond to.

    None where there are no such words, or nothing is written for them.
    """
    if not 0 <= first < last <= len(line.words):
        return None
    places = word_places(line.text, line.words)[first:last]
    start, end = min(place[0] for place in places), max(place[1] for place in places)
    return FoundSpan(start, end, kind, label) if end > start else None


def _across(finder: Finder, texts: Sequence[str], before: str) -> list[list[FoundSpan]]:
    """Returns each text's spans in the joined text."""
    whole = " ".join(texts)
    found = finder.spans(whole, before) if whole.strip() else []
    spans: list[list[FoundSpan]] = []
    at = 0
    for text in texts:
        end = at + len(text)
        own = [
            _trimmed(
                text, replace(span, start=max(span.start, at) - at, end=min(span.end, end) - at)
            )
            for span in found
            if span.start < end and span.end > at
        ]
        spans.append(own)
        at = end + 1
    return spans


def _spoken(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)


def _in_text(line: Line, spans: Sequence[FoundSpan]) -> Iterator[FoundSpan]:
    """Yields the places in the text of spans of the words, where text and words go together."""
    if not spans or line.text == _spoken(line.words):
        return
    places = word_places(line.text, line.words)
    for span in spans:
        first, last = _words_at(line.words, span)
        if last > first and places[last - 1][1] > places[first][0]:
            yield replace(span, start=places[first][0], end=places[last - 1][1])


def _words_at(words: Sequence[Word], span: FoundSpan) -> tuple[int, int]:
    """Returns which words a span of the spoken words covers."""
    at, covered = 0, []
    for index, word in enumerate(words):
        end = at + len(word.text)
        if at < span.end and end > span.start:
            covered.append(index)
        at = end + 1
    return (covered[0], covered[-1] + 1) if covered else (0, 0)


def word_places(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Returns the start and end of each word in the text.

    Words that are written differently, as when sixteen words are one number, all have the place of
    what is written between their neighbours; it may be empty.
    """
    written = tokens_of(text)
    spoken = [(at, t.folded) for at, word in enumerate(words) for t in tokens_of(word.text)]
    places: list[tuple[int, int] | None] = [None] * len(words)
    for (at, _), place in zip(spoken, _token_places(spoken, written), strict=True):
        known = places[at] or place
        places[at] = min(known[0], place[0]), max(known[1], place[1])
    return [place or (0, 0) for place in places]


def _token_places(
    spoken: Sequence[tuple[int, str]], written: Sequence[TextToken]
) -> list[tuple[int, int]]:
    """Returns each spoken token's place: its equal's, else what is between its neighbours'."""
    pairs = LCSseq.opcodes([token for _, token in spoken], [token.folded for token in written])
    same = {
        pair.src_start + n: pair.dest_start + n
        for pair in pairs
        if pair.tag == "equal"
        for n in range(pair.src_end - pair.src_start)
    }
    following = _following(len(spoken), same, len(written))
    places: list[tuple[int, int]] = []
    begins = 0
    for at in range(len(spoken)):
        if at in same:
            token, begins = written[same[at]], same[at] + 1
            places.append((token.start, token.end))
        elif begins < following[at]:
            places.append((written[begins].start, written[following[at] - 1].end))
        else:
            end = written[begins - 1].end if begins else 0
            places.append((end, end))
    return places


def _following(count: int, same: Mapping[int, int], last: int) -> list[int]:
    """Returns, for each spoken token, the index of the written one that the next equal one has."""
    found = [last] * count
    for at in reversed(range(count)):
        found[at] = last
        last = same.get(at, last)
    return found


def _trimmed(text: str, span: FoundSpan) -> FoundSpan:
    """Returns the span without blanks and marks at its ends."""
    inner = text[span.start : span.end]
    start = span.start + len(inner) - len(inner.lstrip(_MARKS))
    end = span.start + len(inner.rstrip(_MARKS))
    return replace(span, start=start, end=end) if end > start else span


def _hit(line: Line, span: FoundSpan) -> Hit:
    first, last = _words_of(line, span)
    if last == first:
        return Hit(span, 0, 0, line.start_ms, line.end_ms)
    said = line.words[first:last]
    return Hit(span, first, last, min(w.start_ms for w in said), max(w.end_ms for w in said))


def _words_of(line: Line, span: FoundSpan) -> tuple[int, int]:
    """Returns the words that are written at a span of the text; (0, 0) where there are none.

    Words that are written nowhere belong to what is before them.
    """
    covered = [
        index
        for index, (start, end) in enumerate(word_places(line.text, line.words))
        if (start < span.end and end > span.start)
        or (start == end and span.start < start <= span.end)
    ]
    return (covered[0], covered[-1] + 1) if covered else (0, 0)


def _without(words: Sequence[Word], hits: Sequence[Hit]) -> tuple[Word, ...]:
    """Returns the words, those of each hit as one that has their times."""
    shown: list[Word] = []
    at = 0
    for hit in (hit for hit in hits if hit.last_word > hit.first_word):
        first = max(at, hit.first_word)
        shown += words[at:first]
        if hit.last_word > first:
            speaker = words[first].speaker
            shown.append(Word(hit.span.shown, hit.start_ms, hit.end_ms, None, speaker))
        at = max(at, hit.last_word)
    return (*shown, *words[at:])
