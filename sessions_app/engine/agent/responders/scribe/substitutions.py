"""Requests to change words within a note: "change Bob to Robert", "it's ten, not nine".

The words that are there name the note, so that such a sentence is a request only if a note has
them. Also what is added to a note: "add before noon to number four".
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from rapidfuzz import fuzz

from sessions_app.engine.agent.responders.base import CallHost, NoteRefusedError
from sessions_app.engine.agent.responders.scribe.changes import CHANGED
from sessions_app.engine.agent.responders.scribe.note_choice import HOW_TO_NAME, choose_notes
from sessions_app.engine.agent.responders.scribe.note_references import (
    NoteReference,
    numbered_notes,
)
from sessions_app.engine.core.events import NoteTaken
from sessions_app.engine.summaries.day_words import DAYS, MONTHS, NUMBERS, ORDINALS
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import closed, plain_words

_CHANGES = listed("change correct amend alter edit update fix turn convert modify")
_MOVES = listed("move shift push postpone reschedule")
_REPLACES = listed("replace swap exchange substitute switch")
_MAKES = listed("make put write say have use")
VERBS = _CHANGES | _MOVES | _REPLACES | _MAKES | {"add", "append", "rename"}
"""Verbs that such a request begins with."""

_MEANT = (
    *(["i", "meant"], ["i", "mean"], ["i", "said"], ["it", "is"], ["it", "was"], ["that", "is"]),
    *(["it", "should", "be"], ["that", "should", "be"], ["make", "it"], ["make", "that"]),
    *(["should", "be"], ["it", "should", "say"], ["it", "should", "have", "been"]),
)
_NOT_IT = (
    *(["it", "is", "not"], ["it", "was", "not"], ["that", "is", "not"], ["not"]),
    *(["i", "did", "not", "mean"], ["i", "did", "not", "say"], ["it", "should", "not", "be"]),
)
_BUT = (["but"], ["it", "is"], ["it", "was"], ["i", "meant"], ["but", "it", "is"], ["i", "said"])
_SHOULD_BE = (["should", "be"], ["should", "say"], ["should", "read"], ["should", "have", "been"])
_INSTEAD = (["instead", "of"], ["rather", "than"], ["in", "place", "of"])
_WHERE = tuple(
    [*where, *says]
    for where in (["where"], ["when"])
    for says in (
        *(["it", "says"], ["it", "said"], ["you", "have"], ["you", "wrote"], ["i", "said"]),
        *(["you", "put"], ["it", "reads"], ["i", "say"]),
    )
)
_PUT = (
    *(["it", "should", "say"], ["it", "should", "be"], ["make", "it", "say"], ["make", "it"]),
    *(["change", "it", "to"], ["change", "that", "to"], ["i", "meant"], ["should", "be"]),
    *(["put"], ["write"], ["say"]),
)
_INTO = (["to"], ["into"])
_WITH = (["with"], ["by"], ["for"])
_AS = (["as"], ["into"])
LONGEST_OLD, LONGEST_NEW = 4, 8
ALIKE = 50.0
"""Of 100: names at least so alike may be one and the other: "Bob should be Rob"."""

_PRONOUNS = listed("it that this them him her me us you i we he she they")
_OTHERS = listed("one ones else")
_DETERMINERS = listed("the my our your a an")
_OWNERS = listed("that this the my our your")
_WRITTEN = listed("note notes item entry list memo")
_MARKS = "\"'\u201c\u201d\u2018\u2019 "


@dataclass(frozen=True, slots=True)
class Substitution:
    """Which words of a note to replace, and where the new ones stand; spans of the sentence.

    With an empty `old` the new words are added at the note's end. `notes` is the note, if it was
    named. `sure` is false for wordings that are also used in other talk.
    """

    new: tuple[int, int]
    old: tuple[str, ...] = ()
    notes: NoteReference | None = None
    sure: bool = True


def substitution(words: Sequence[str], *, first: bool) -> Substitution | None:
    """Returns the words to change in a note that a sentence names, or None.

    `first`: nothing but words such as "sorry" stands before it, so that it may have no verb.
    """
    place, start, end = _placed(words)
    body = list(words[start:end])
    found = next((one for one in _readings(body, first=first) if _is_possible(one, body)), None)
    if found is None:
        return None
    new = (found.new[0] + start, found.new[1] + start)
    return Substitution(new, found.old, place or found.notes, found.sure or place is not None)


def replace_words(host: CallHost, reference: NoteReference, text: str) -> str:
    """Replaces words of the notes that have them, or adds to one, and returns what to say."""
    old = reference.replaced
    chosen = choose_notes(reference, host.notes)
    if not chosen.notes:
        return chosen.problem.removesuffix(f" {HOW_TO_NAME}")
    changed: list[NoteTaken] = []
    for note in chosen.notes if reference.numbers else _having(chosen.notes, old):
        new_text = with_words(note.text, old, text) if old else f"{note.text.rstrip('.')} {text}"
        if new_text is None:
            continue
        try:
            one = host.change_note(note.number, new_text)
        except NoteRefusedError as refused:
            return str(refused)
        changed += [one] if one else []
    told = " ".join(closed(f"{CHANGED} note {note.number}: {note.text}") for note in changed)
    return told or f"That note has no {' '.join(old)} that could be meant."


def with_words(text: str, old: Sequence[str], new: str) -> str | None:
    """Returns a text with its words `old` replaced; None if it has none that can be meant.

    A day, month or number for something else replaces the only one in the text: "the meeting" by
    "Friday" in "the meeting is on Thursday".
    """
    places = [(m.start(), m.end()) for m in re.finditer(r"[\w'\u2019:]+", text)]
    plain = [" ".join(plain_words(text[a:b])) for a, b in places]
    found = [n for n in range(len(plain)) if plain[n : n + len(old)] == list(old)]
    if not found:
        return None
    at, many = found[-1], len(old)
    kind = _kind(plain_words(new)[-1:])
    if kind and not _kind(old[-1:]):
        same = [n for n, word in enumerate(plain) if _kind([word]) == kind]
        if len(same) != 1:
            return None if same else f"{text} {new}"
        at, many = same[0], 1
    return text[: places[at][0]] + new + text[places[at + many - 1][1] :]


def _having(notes: Sequence[NoteTaken], old: Sequence[str]) -> Sequence[NoteTaken]:
    """Returns the notes to change: all that have a name, the newest that has another word."""
    return [note for note in notes if _has_name(note.text, old)] or notes[-1:]


def _has_name(text: str, words: Sequence[str]) -> bool:
    """Returns whether the words have a capital in a text, and are no day or month."""
    if _kind(words):
        return False
    return re.search(rf"(?<=\S )[A-Z]{re.escape(words[0][1:])}\b", text) is not None


# -- wordings -------------------------------------------------------------------------------


def _placed(words: Sequence[str]) -> tuple[NoteReference | None, int, int]:
    """Returns the note that "in the first one" names at either end, and the words without it."""
    if _is_within_notes(words[-3:]) and len(words) > LONGEST_OLD:
        return None, 0, len(words) - 3
    if list(words[:1]) == ["in"]:
        for stop in range(min(len(words), LONGEST_OLD + 1), 1, -1):
            if (notes := numbered_notes(words[1:stop])) is not None:
                return notes, stop, len(words)
    if words[:1] and words[0] in _WRITTEN:
        stop = 2 + (words[1:2] == ["number"])
        if (notes := numbered_notes(words[:stop])) is not None and len(words) > stop + 1:
            return notes, stop, len(words)
    for start in range(len(words) - 2, max(0, len(words) - LONGEST_OLD - 2), -1):
        if words[start] == "in" and (notes := numbered_notes(words[start + 1 :])) is not None:
            return notes, 0, start
    return None, 0, len(words)


def _is_within_notes(words: Sequence[str]) -> bool:
    """Returns whether words are "in that note", "on my list" or the like."""
    if len(words) != len(("in", "that", "note")):
        return False
    where, owner, noun = words
    return where in {"in", "on", "from"} and owner in _OWNERS and noun in _WRITTEN


def _readings(words: list[str], *, first: bool) -> Iterator[Substitution]:
    """Yields what a sentence may ask to change."""
    verb = words[0] if words else ""
    if verb in {"add", "append"}:
        yield from _additions(words)
    if verb in _CHANGES | _MOVES:
        yield from _old_then_new(words, 1, _INTO)
    if verb == "rename":
        yield from _old_then_new(words, 1, _AS)
    if verb in _REPLACES:
        yield from _old_then_new(words, 1, _WITH)
    if verb in _MAKES:
        begin = 1 + (words[1:2] in (["that"], ["it"]))
        yield from _new_then_old(words, begin, _INSTEAD)
    if not first:
        return
    for where, put in product(_WHERE, _PUT):
        if words[: len(where)] == where:
            yield from _old_then_new(words, len(where), (put,))
    yield from _without_verb(words)


def _without_verb(words: list[str]) -> Iterator[Substitution]:
    """Yields what "it's not Bob, it's Robert" or "ten, not nine" may ask to change."""
    for opening in _opened(words, _NOT_IT):
        yield from map(_unsure, _old_then_new(words, opening, _BUT))
    for one in _new_then_old(words, 0, (["not"], *_INSTEAD), last=True):
        if _same_kind(one, words):
            yield _unsure(one)
    for opening in _opened(words, _MEANT):
        yield from map(_unsure, _new_then_old(words, opening, (["not"], *_INSTEAD)))
    for one in _old_then_new(words, 0, _SHOULD_BE):
        if _same_kind(one, words) or _alike(one, words):
            yield _unsure(one)


def _opened(words: list[str], openings: Sequence[list[str]]) -> Iterator[int]:
    """Yields the length of each opening that the words begin with."""
    return (len(opening) for opening in openings if words[: len(opening)] == opening)


def _additions(words: list[str]) -> Iterator[Substitution]:
    for stop in range(len(words) - 2, 1, -1):
        if words[stop] == "to" and (notes := numbered_notes(words[stop + 1 :])) is not None:
            yield Substitution((1, stop), notes=notes)


def _old_then_new(
    words: list[str], begin: int, joins: Sequence[list[str]]
) -> Iterator[Substitution]:
    for stop in range(begin + 1, min(len(words), begin + LONGEST_OLD + 2)):
        for join in joins:
            after = stop + len(join)
            if words[stop:after] == join:
                yield Substitution((after, len(words)), _old(words[begin:stop]))


def _new_then_old(
    words: list[str], begin: int, joins: Sequence[list[str]], *, last: bool = False
) -> Iterator[Substitution]:
    """With `last`, as many words before the join are new as old ones follow it."""
    for stop in range(begin + 1, len(words)):
        for join in joins:
            after = stop + len(join)
            if words[stop:after] == join and after < len(words):
                old = words[after:]
                start = stop - len(old) if last else begin
                if start >= begin:
                    yield Substitution((start, stop), _old(old))


def _old(words: list[str]) -> tuple[str, ...]:
    kept = words[len(words) > 1 and words[0] in _DETERMINERS :]
    return tuple(
        word.removesuffix("'s") if n == len(kept) - 1 else word for n, word in enumerate(kept)
    )


def _unsure(found: Substitution) -> Substitution:
    return Substitution(found.new, found.old, found.notes, sure=False)


def _is_possible(found: Substitution, words: Sequence[str]) -> bool:
    new = words[found.new[0] : found.new[1]]
    if not 0 < len(new) <= LONGEST_NEW or _PRONOUNS & set(new) or new[-1] in _OTHERS:
        return False
    if not found.old:
        return found.notes is not None
    if len(found.old) > LONGEST_OLD or (_PRONOUNS | _OTHERS) & set(found.old):
        return False
    return numbered_notes(found.old) is None


def _same_kind(found: Substitution, words: Sequence[str]) -> bool:
    """Returns whether both are days, months or numbers: "ten" and "nine"."""
    new = words[found.new[0] : found.new[1]]
    return bool(_kind(new)) and _kind(new) == _kind(found.old)


def _alike(found: Substitution, words: Sequence[str]) -> bool:
    """Returns whether both are single words of similar letters, as misheard names are."""
    new = words[found.new[0] : found.new[1]]
    return len(new) == len(found.old) == 1 and fuzz.ratio(new[0], found.old[0]) >= ALIKE


def _kind(words: Sequence[str]) -> str:
    """Returns what sort of value the last word is; empty for none."""
    word = words[-1] if words else ""
    sorts: dict[str, Callable[[str], bool]] = {
        "day": lambda one: one in DAYS or one in {"today", "tomorrow", "tonight"},
        "month": lambda one: one in MONTHS,
        "number": lambda one: (
            one.replace(":", "").isdecimal()
            or (one in NUMBERS and one not in {"a", "an"})
            or one in ORDINALS
        ),
    }
    return next((name for name, fits in sorts.items() if fits(word)), "")


def without_quotes(text: str) -> str:
    """Returns new words without the quotes that they were written in."""
    return text.strip(_MARKS)
