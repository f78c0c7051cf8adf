"""What is to be taken off the notes: how it is asked for, and which notes that is."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from sessions_app.engine.agent.responders.scribe.which import NOUNS, Which, which
from sessions_app.engine.core.events import NoteKind, NoteTaken
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import closed, plain_words

HOW = "Say delete and its number, or words that are in it."
"""What is said where it is not clear which note is meant."""

WHICH = "Which one should I remove?"
MOST_LISTED = 5

_SURE = listed("delete erase scratch strike")
"""After these verbs a few words name a note, whatever else they are."""

_FREE = _SURE | listed("remove cross discard forget")
"""After these, words name a note where one has them."""

_NOTES = _FREE | listed("wipe clear cancel drop trash bin dump ditch")
"""After these, what is named is a note where notes are spoken of."""

_CLEANS = listed("wipe clear")
"""Of rooms and tables, with a word such as "down"."""

_PLACED = listed("off out away down up over")
_VAGUE = listed("thing things part bit")
"""What is not only said of notes."""

_TAKEN = listed("take throw")
"""Verbs that take notes "off", "out" or "away"."""

_ANY_ONE = listed("a one some single any that this")
_THAT_ACTION = [
    [that, *what.split()]
    for that in ("that", "this")
    for what in ("reminder", "task", "todo", "action item")
]
"""It is the last of them that is meant."""

_PARTICLES = listed("off out away down")
_TRAILS = _PARTICLES | listed("please again now too thanks scribe then")
_STATES = listed("is was are were has had means does did will would can should works")
"""After a verb at the beginning: it was a name, as of a key."""

_NAMING = listed("the my our your that those these number note notes item all everything both")
_OWNERS = listed("my the our your")
_PLACE = listed("notes note list notebook todos tasks reminders todo")
ALIKE = 80.0
"""Of 100: words so much alike are one, as a recogniser writes it."""

SHORTEST_ALIKE = 4
_ENDINGS = ("ing", "ed", "es", "s", "'s")


def removal(words: Sequence[str]) -> Which | None:
    """Returns which notes a sentence of these words asks to take out; None where it does not.

    "Delete that" is none: it takes back what was written down last.
    """
    verb, rest, taken = _verb(words)
    if not verb:
        return None
    rest, listed_there = _trimmed(rest)
    spoken_of = listed_there or bool(NOUNS & set(rest)) or "number" in rest
    if not rest or rest[0] in _STATES:
        return None
    if verb in _TAKEN and not (listed_there or (spoken_of and taken and rest[0] in _NAMING)):
        return None  # "take another note: she moved out"
    if _is_any_one(rest):
        return None if rest[0] in {"that", "this"} else Which()
    last = Which(numbers=(-1,), actions=True) if rest in _THAT_ACTION else None
    found = last or which(rest, sure=verb in _SURE or listed_there)
    if found is not None and found.every:
        notes = listed_there or bool((NOUNS - _VAGUE) & set(rest))
        return found if notes or _is_surely_all(verb, words) else None
    return found if verb in _FREE or spoken_of else None


def _is_surely_all(verb: str, words: Sequence[str]) -> bool:
    """Returns whether "everything" is the notes: not where one forgets it, or wipes it down."""
    if verb in _CLEANS:
        return not _PLACED & set(words)
    return verb in _FREE and verb != "forget"


def _is_any_one(rest: Sequence[str]) -> bool:
    """Returns whether no note is told from others: "a note"; "note one" is the first."""
    said = [word for word in rest if word not in _ANY_ONE]
    return said in (["note"], ["notes"]) and list(rest[-2:]) != ["note", "one"]


def begins(words: Sequence[str]) -> bool:
    """Returns whether these words begin as what asks to take something out does."""
    return bool(_verb(words)[0])


def takes_out(words: Sequence[str]) -> bool:
    """Returns whether these words ask to take out something that was named before: "remove it"."""
    verb, _rest, taken = _verb(words)
    taken |= list(words[2:3]) in (["off"], ["out"])  # "take that off the list"
    return verb in _NOTES - {"scratch", "strike"} or (verb in _TAKEN and taken)


def _verb(words: Sequence[str]) -> tuple[str, list[str], bool]:
    """Returns the verb at the beginning, what follows it, and whether it takes something off."""
    if list(words[:3]) == ["get", "rid", "of"]:
        return "remove", list(words[3:]), True
    verb, rest = (words[0], list(words[1:])) if words else ("", [])
    if verb not in _NOTES | _TAKEN:
        return "", [], False
    taken = bool({"off", "out", "away"} & {*rest[:1], *rest[-1:], *rest[-2:-1]})
    while rest and (rest[0] in _PARTICLES or (verb == "forget" and rest[0] == "about")):
        rest.pop(0)
    return verb, rest, taken


def _trimmed(rest: list[str]) -> tuple[list[str], bool]:
    """Returns what is named, without what ends a request; and whether a list of notes ends it."""
    named = False
    while rest:
        if rest[-1] in _TRAILS:
            rest = rest[:-1]
        elif rest[-2:] in (["for", "me"], ["as", "well"], ["right", "now"]):
            rest = rest[:-2]
        elif len(rest) > 3 and rest[-1] in _PLACE and rest[-2] in _OWNERS | {"todo", "shopping"}:  # noqa: PLR2004
            at = len(rest) - 2
            while at > 1 and rest[at] in _OWNERS | {"todo", "shopping"}:
                at -= 1
            if rest[at] not in {"from", "off", "in", "on", "of", "out"} or not rest[:at]:
                break
            rest, named = rest[: at - (rest[at - 1 : at] == ["out"])], True
        else:
            break
    return rest, named


# -- which notes that is --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoteChoice:
    """The notes that are meant; or, where that is not certain, what to say to it.

    Neither where nothing that was said names a note.
    """

    notes: tuple[NoteTaken, ...] = ()
    problem: str = ""


def choice(wanted: Which, notes: Sequence[NoteTaken]) -> NoteChoice:
    """Returns which of `notes` are meant."""
    if not notes:
        return NoteChoice(problem="You have no notes yet." if wanted.sure else "")
    if wanted.every:
        return _every(wanted, notes)
    if wanted.numbers:
        return _counted(wanted, notes)
    return _nearly(wanted, notes) if wanted.near else _worded(wanted, notes)


def _worded(wanted: Which, notes: Sequence[NoteTaken]) -> NoteChoice:
    """Returns the one note that has all the words."""
    if not wanted.words:
        return _asked(notes)
    fitting = having(wanted.words, notes)
    if len(fitting) == 1:
        return NoteChoice(tuple(fitting))
    if fitting:
        return NoteChoice(problem=f"{_told(fitting)} {WHICH}")
    return NoteChoice(
        problem=f"{_no_note_has(wanted)} {_near(wanted, notes)}" if wanted.sure else ""
    )


def having(words: Sequence[str], notes: Sequence[NoteTaken]) -> list[NoteTaken]:
    """Returns the notes that have all these words, said so or nearly so."""
    return [note for note in notes if _shared(words, note) == len(words)]


def best(words: Sequence[str], notes: Sequence[NoteTaken]) -> list[NoteTaken]:
    """Returns the notes that have most of the words; none where no note has any."""
    shared = [(_shared(words, note), note) for note in notes]
    most = max((many for many, _ in shared), default=0)
    return [note for many, note in shared if many == most > 0]


def line(note: NoteTaken) -> str:
    """Returns a note as it is counted and read aloud."""
    what = "Note" if note.kind is NoteKind.NOTE else "Action item"
    return f"{what} {note.number}: {note.text}"


def _every(wanted: Which, notes: Sequence[NoteTaken]) -> NoteChoice:
    kind = NoteKind.ACTION if wanted.actions else None
    pool = [note for note in notes if kind is None or note.kind is kind]
    if not pool:
        return NoteChoice(problem="You have no action items.")
    pool = having(wanted.words, pool)
    if not pool:
        return NoteChoice(problem=f"{_no_note_has(wanted)} {HOW}" if wanted.sure else "")
    if wanted.many and wanted.many != len(pool):
        return _asked(pool)
    if wanted.but is None:
        return NoteChoice(tuple(pool))
    kept = choice(wanted.but, notes)
    if not kept.notes:
        return kept
    return NoteChoice(tuple(note for note in pool if note not in kept.notes))


def _asked(notes: Sequence[NoteTaken]) -> NoteChoice:
    return NoteChoice(problem=f"You have {_count(len(notes))}. {_told(notes)} {WHICH}")


def _nearly(wanted: Which, notes: Sequence[NoteTaken]) -> NoteChoice:
    """Returns the note that has most of the words, or the newest where none has any."""
    fitting = best(wanted.words, notes)
    if len(fitting) > 1:
        return NoteChoice(problem=f"{_told(fitting)} {WHICH}")
    return NoteChoice(tuple(fitting) or (notes[-1],))


def _counted(wanted: Which, notes: Sequence[NoteTaken]) -> NoteChoice:
    pool = [n for n in notes if n.kind is NoteKind.ACTION or not wanted.actions]
    chosen = []
    for number in wanted.numbers:
        at = number - 1 if number > 0 else len(pool) + number
        if not 0 <= at < len(pool):
            what = "action item" if wanted.actions else "note"
            there = _count(len(pool), what)
            return NoteChoice(problem=f"There is no {what} {number or ''}: you have {there}. {HOW}")
        chosen.append(pool[at])
    return NoteChoice(tuple(note for note in notes if note in chosen))


def _no_note_has(wanted: Which) -> str:
    return f"No note has {' '.join(wanted.words)} in it."


def _near(wanted: Which, notes: Sequence[NoteTaken]) -> str:
    """Returns how to name the note that has some of the words, or any note."""
    near = best(wanted.words, notes)
    return f"{closed(line(near[0]))} {HOW}" if len(near) == 1 else HOW


def _told(notes: Sequence[NoteTaken]) -> str:
    return " ".join(closed(line(note)) for note in notes[:MOST_LISTED])


def _count(many: int, what: str = "note") -> str:
    return f"one {what}" if many == 1 else f"{many or 'no'} {what}s"


def _shared(words: Sequence[str], note: NoteTaken) -> int:
    there = plain_words(note.text)
    return sum(any(_same(word, other) for other in there) for word in words)


def _same(word: str, other: str) -> bool:
    word, other = _stem(word), _stem(other)
    if word == other:
        return True
    short = min(len(word), len(other)) < SHORTEST_ALIKE
    return not short and fuzz.ratio(word, other) >= ALIKE


def _stem(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_ALIKE - 1:
            return word.removesuffix(ending)
    return word
