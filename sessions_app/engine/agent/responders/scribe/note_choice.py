"""Finds the notes that a reference means, or says what to ask if that is not clear."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from sessions_app.engine.agent.responders.scribe.note_references import NoteReference
from sessions_app.engine.core.events import NoteKind, NoteTaken
from sessions_app.engine.text.writing import closed, plain_words

HOW_TO_NAME = "Say delete and its number, or words that are in it."
"""Said when it is not clear which note is meant."""

WHICH_NOTE = "Which one should I remove?"

MOST_LISTED = 5
"""Notes that are read out to choose from. More take longer to hear."""

MIN_SIMILARITY = 80.0
"""Of 100: words at least so alike count as the same, since recognisers misspell names."""

SHORTEST_ALIKE = 4
"""Letters. Shorter words must be equal: "cat" and "car" are alike by chance."""

_ENDINGS = ("ing", "ed", "es", "s", "'s")


@dataclass(frozen=True, slots=True)
class NoteChoice:
    """The notes that are meant, or what to say because that is not clear.

    Both are empty if the words name no note at all.
    """

    notes: tuple[NoteTaken, ...] = ()
    problem: str = ""


def choose_notes(wanted: NoteReference, notes: Sequence[NoteTaken]) -> NoteChoice:
    """Returns which of `notes` a reference means."""
    if not notes:
        return NoteChoice(problem="You have no notes yet." if wanted.sure else "")
    if wanted.replaced and not wanted.numbers:
        having = (note for note in notes if has_words(note.text, wanted.replaced))
        return NoteChoice(tuple(having))
    if wanted.every:
        return _all(wanted, notes)
    if wanted.numbers:
        return _by_number(wanted, notes)
    return _by_some_words(wanted, notes) if wanted.near else _by_words(wanted, notes)


def _by_words(wanted: NoteReference, notes: Sequence[NoteTaken]) -> NoteChoice:
    """Returns the one note that has all the words."""
    if not wanted.words:
        return _ask_which(notes)
    matches = notes_with(wanted.words, notes)
    if len(matches) == 1:
        return NoteChoice(tuple(matches))
    if matches:
        return NoteChoice(problem=f"{_lines(matches)} {WHICH_NOTE}")
    return NoteChoice(
        problem=f"{_no_note_has(wanted)} {_near(wanted, notes)}" if wanted.sure else ""
    )


def notes_with(words: Sequence[str], notes: Sequence[NoteTaken]) -> list[NoteTaken]:
    """Returns the notes that have all these words, or words nearly like them."""
    return [note for note in notes if _shared(words, note) == len(words)]


def has_words(text: str, words: Sequence[str]) -> bool:
    """Returns whether a text has these words in a row."""
    return f" {' '.join(words)} " in f" {' '.join(plain_words(text))} "


def closest(words: Sequence[str], notes: Sequence[NoteTaken]) -> list[NoteTaken]:
    """Returns the notes that have the most of these words; none if no note has any."""
    shared = [(_shared(words, note), note) for note in notes]
    most = max((many for many, _ in shared), default=0)
    return [note for many, note in shared if many == most > 0]


def note_line(note: NoteTaken) -> str:
    """Returns a note as it is read aloud: "Note 2: buy milk"."""
    what = "Note" if note.kind is NoteKind.NOTE else "Action item"
    return f"{what} {note.number}: {note.text}"


def _all(wanted: NoteReference, notes: Sequence[NoteTaken]) -> NoteChoice:
    kind = NoteKind.ACTION if wanted.actions else None
    pool = [note for note in notes if kind is None or note.kind is kind]
    if not pool:
        return NoteChoice(problem="You have no action items.")
    pool = notes_with(wanted.words, pool)
    if not pool:
        return NoteChoice(problem=f"{_no_note_has(wanted)} {HOW_TO_NAME}" if wanted.sure else "")
    if wanted.many and wanted.many != len(pool):
        return _ask_which(pool)
    if wanted.but is None:
        return NoteChoice(tuple(pool))
    kept = choose_notes(wanted.but, notes)
    if not kept.notes:
        return kept
    return NoteChoice(tuple(note for note in pool if note not in kept.notes))


def _ask_which(notes: Sequence[NoteTaken]) -> NoteChoice:
    return NoteChoice(problem=f"You have {_count(len(notes))}. {_lines(notes)} {WHICH_NOTE}")


def _by_some_words(wanted: NoteReference, notes: Sequence[NoteTaken]) -> NoteChoice:
    """Returns the note that has the most of the words, or the newest if none has any."""
    matches = closest(wanted.words, notes)
    if len(matches) > 1:
        return NoteChoice(problem=f"{_lines(matches)} {WHICH_NOTE}")
    return NoteChoice(tuple(matches) or (notes[-1],))


def _by_number(wanted: NoteReference, notes: Sequence[NoteTaken]) -> NoteChoice:
    pool = [n for n in notes if n.kind is NoteKind.ACTION or not wanted.actions]
    chosen = []
    for number in wanted.numbers:
        at = number - 1 if number > 0 else len(pool) + number
        if not 0 <= at < len(pool):
            what = "action item" if wanted.actions else "note"
            there = _count(len(pool), what)
            return NoteChoice(
                problem=f"There is no {what} {number or ''}: you have {there}. {HOW_TO_NAME}"
            )
        chosen.append(pool[at])
    return NoteChoice(tuple(note for note in notes if note in chosen))


def _no_note_has(wanted: NoteReference) -> str:
    return f"No note has {' '.join(wanted.words)} in it."


def _near(wanted: NoteReference, notes: Sequence[NoteTaken]) -> str:
    """Returns the note that has some of the words, if there is one, and how to name a note."""
    near = closest(wanted.words, notes)
    return f"{closed(note_line(near[0]))} {HOW_TO_NAME}" if len(near) == 1 else HOW_TO_NAME


def _lines(notes: Sequence[NoteTaken]) -> str:
    return " ".join(closed(note_line(note)) for note in notes[:MOST_LISTED])


def _count(many: int, what: str = "note") -> str:
    return f"one {what}" if many == 1 else f"{many or 'no'} {what}s"


def _shared(words: Sequence[str], note: NoteTaken) -> int:
    """Returns how many of the words a note has."""
    note_words = plain_words(note.text)
    return sum(any(same_word(word, other) for other in note_words) for word in words)


def same_word(word: str, other: str) -> bool:
    """Returns whether two words are the same but for an ending, or how a recogniser spells them."""
    word, other = _stem(word), _stem(other)
    if word == other:
        return True
    short = min(len(word), len(other)) < SHORTEST_ALIKE
    return not short and fuzz.ratio(word, other) >= MIN_SIMILARITY


def _stem(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_ALIKE - 1:
            return word.removesuffix(ending)
    return word
