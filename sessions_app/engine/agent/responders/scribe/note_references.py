"""Which notes the caller means: by number or position, by words in them, or all. English."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions_app.engine.text.word_lists import listed

_CARDINALS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    "twenty",
)
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth", "twentieth"),
)
_FROM_THE_END = {
    ("next", "to", "last"): -2,
    ("last", "but", "one"): -2,
    ("one", "before", "last"): -2,
    ("one", "before", "the", "last"): -2,
}
_NUMBERS = {word: number for number, word in enumerate(_CARDINALS, start=1)}
_PLACES = {word: number for number, word in enumerate(ORDINALS, start=1)}
_PLACES |= dict.fromkeys(listed("last final latest newest previous recent"), -1)
_PLACES |= {"oldest": 1, "earliest": 1, "penultimate": -2}
_EDGES = {"top": 1, "bottom": -1}
"""Places only with a noun after them: "the top one"."""

_HEARD_AS = {"to": 2, "too": 2, "for": 4, "won": 1, "ate": 8, "tree": 3, "free": 3}
"""What recognisers write for a number after "number" or "note": "note to"."""

ACTIONS = listed("todo todos task tasks reminder reminders action actions")
SINGULAR_NOUNS = listed("note item entry one point thing memo part bit") | {
    "todo",
    "task",
    "reminder",
}
PLURAL_NOUNS = listed(
    "notes items entries ones points things memos list notebook todos tasks reminders"
)
NOUNS = SINGULAR_NOUNS | PLURAL_NOUNS | {"action"}
_ALL = listed("everything all every each both entire whole lot")
_EXCEPT = listed("but except without")
_LEADS = listed(
    "the my our your that this these those a of them and or just most very please also then"
)
_RANGES = listed("to through thru till until")
_TAIL = listed(
    "i you we me made wrote said took added noted gave told have just had in on from off out of "
    "my the our list notes again please there that it away down for"
)
"""What may follow the numbers: "the last one I gave you"."""

_STOP_WORDS = (
    NOUNS
    | _ALL
    | _LEADS
    | _TAIL
    | listed(
        "about with regarding concerning mentioning saying says say which where who to at by is "
        "are was were be been it its what an any some his her their he she they us so far now yet "
        "too as well thanks scribe wrong mistake not do does did has written saved recorded "
        "down up back no longer more anymore really actually completely something need want"
    )
)
"""Words that do not help to find a note."""

LONGEST_ALONE = 3
"""How many words may name a note without "note" among them; more are plain talk."""


@dataclass(frozen=True, slots=True)
class NoteReference:
    """Which notes are meant: those with these `numbers`, those with all `words`, or `every` one.

    `numbers` count from 1, or from the end with -1 for the last one; with `actions` they count
    action items only. `sure` is false if the words may be about something else: "remove the paint"
    is a command only if a note has "paint" in it.
    """

    numbers: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    every: bool = False
    but: "NoteReference | None" = None
    """With `every`: the notes to leave out, as in "all but the last"."""

    many: int = 0
    """With `every`: how many notes the caller thinks there are, as in "both"; 0 if not said."""

    actions: bool = False
    sure: bool = True
    replaced: tuple[str, ...] = ()
    """The words of the note that others are to replace; the note is named by them."""

    added: bool = False
    """Whether words are to be added to the note."""

    near: bool = False
    """Whether some of `words` are enough; the newest note is meant if none has any."""


def note_reference(words: Sequence[str], *, sure: bool = False) -> NoteReference | None:
    """Returns which notes `words` name, or None. `sure`: they can name nothing but notes."""
    return _every(words) or numbered_notes(words) or _named(words, sure=sure)


def numbered_notes(words: Sequence[str], *, bare: bool = False) -> NoteReference | None:
    """Returns the notes that `words` name by number: "the first two", "notes 1 to 3".

    With `bare`, "three" alone is enough, as the answer to "Which one?".
    """
    scan = _Scan(words, bare=bare)
    return scan.result() if scan.all_read() else None


def mentioned_number(words: Sequence[str]) -> NoteReference | None:
    """Returns the last notes named by number within a statement: "the second one is wrong"."""
    for start in range(len(words) - 1, -1, -1):
        if words[start] not in {"number", *SINGULAR_NOUNS, *_PLACES} or _is_denied(words[:start]):
            continue
        if words[start] in _PLACES and words[start - 1 : start] not in (["the"], ["my"], ["that"]):
            continue
        for stop in range(min(len(words), start + 4), start + 1, -1):
            notes = numbered_notes(words[start:stop])
            if notes is not None and (words[start] not in SINGULAR_NOUNS or stop - start > 1):
                return notes
        if words[start] in _PLACES and start == len(words) - 1:
            return numbered_notes(words[start:])
    return None


def distinctive_words(words: Sequence[str]) -> tuple[str, ...]:
    """Returns the words that may distinguish one note from others."""
    return tuple(word for word in words if word not in _STOP_WORDS)


def _is_denied(before: Sequence[str]) -> bool:
    """Returns whether a note is to stay: "not the second"."""
    return bool({"not", "except", "keep"} & set(before[-3:]))


def _every(words: Sequence[str]) -> NoteReference | None:
    """Reads "everything but the last", or "all notes about Anna"."""
    owned = words[:1] and words[0] in {"my", "the", "our", "these", "those", "your"}
    plural = owned and bool(PLURAL_NOUNS & set(words[1:3])) and not _PLACES.keys() & set(words)
    if not words or not (_ALL & set(words[:3]) or plural):
        return None
    for at, word in enumerate(words):
        if word in _EXCEPT or words[at : at + 2] in (["apart", "from"], ["other", "than"]):
            every = _every(words[:at])
            kept = note_reference(words[at + 1 + (word in {"apart", "other"}) :], sure=True)
            if not (every and kept):
                return None
            return NoteReference(every=True, but=kept, words=every.words)
    if _PLACES.keys() & set(words):
        return numbered_notes([word for word in words if word not in _ALL])
    about = distinctive_words(words)
    many = 2 if "both" in words else 0
    if len(about) == 1 and (number := _number(about[0])):
        many, about = number, ()
    kinds = NOUNS & set(words)
    return NoteReference(
        words=about,
        every=True,
        many=many,
        actions=bool(kinds) and kinds <= ACTIONS | {"items"} and bool(kinds & ACTIONS),
    )


def _named(words: Sequence[str], *, sure: bool) -> NoteReference | None:
    """Reads "the note about the roof", which names it by a word in it."""
    about = distinctive_words(words)
    has_noun = bool(NOUNS & set(words))
    if not about or (words[0] in {"that", "it", "this", "them"} and not has_noun):
        return None
    if not has_noun and len(about) > LONGEST_ALONE:
        return None
    return NoteReference(words=about, sure=sure or has_noun)


def _number(word: str) -> int:
    """Returns 3 for "three" or "3"; 0 if the word is no number."""
    return _NUMBERS.get(word) or (int(word) if word.isdecimal() and len(word) <= 3 else 0)  # noqa: PLR2004


def _place(word: str) -> int:
    """Returns 3 for "third" or "3rd", -1 for "last"; 0 if the word is no ordinal."""
    figures = word[:-2]
    if word[-2:] in {"st", "nd", "rd", "th"} and figures.isdecimal() and len(figures) <= 3:  # noqa: PLR2004
        return int(figures)
    return _PLACES.get(word, 0)


class _Scan:
    """Reads words such as "the first two" one by one, and collects the numbers."""

    def __init__(self, words: Sequence[str], *, bare: bool) -> None:
        self._words = words
        self._at = 0
        self._numbers: list[int] = []
        self._has_noun = bare
        self._placed = False
        self._kinds: set[str] = set()

    def result(self) -> NoteReference:
        actions = self._placed and bool(self._kinds) and self._kinds <= ACTIONS | {"item", "items"}
        return NoteReference(
            numbers=tuple(self._numbers), actions=actions and bool(self._kinds & ACTIONS)
        )

    def all_read(self) -> bool:
        """Returns whether all words were understood and there was a number among them."""
        while self._at < len(self._words):
            if not (self._read_place() or self._read_number() or self._skip()):
                break
        rest = self._words[self._at :]
        return bool(self._numbers) and all(word in _TAIL for word in rest)

    def _ahead(self, many: int = 1) -> list[str]:
        return list(self._words[self._at : self._at + many])

    def _read_place(self) -> bool:
        """Reads "third", "second to last", "first two"."""
        for words, number in _FROM_THE_END.items():
            if tuple(self._ahead(len(words))) == words:
                return self._take(len(words), number)
        after = self._ahead(3)[1:]
        place = _place(self._words[self._at])
        if not place and set(after[:1]) & NOUNS:
            place = _EDGES.get(self._words[self._at], 0)
        if not place:
            return False
        if place > 0 and after in (["to", "last"], ["from", "last"]):
            return self._take(3, -place)
        if place > 0 and after[:1] == ["last"]:
            return self._take(2, -place)
        many = _number(after[0]) if after else 0
        if many > 1 and place in {1, -1}:
            counts = range(1, many + 1) if place == 1 else range(-many, 0)
            return self._take(2, *counts)
        return self._take(1, place)

    def _take(self, words: int, *numbers: int) -> bool:
        self._numbers += [number for number in numbers if number not in self._numbers]
        self._at += words
        self._placed = self._has_noun = True
        if self._ahead() in (["one"], ["ones"]):  # "the second one"
            self._at += 1
        return True

    def _read_number(self) -> bool:
        """Reads "three", also as the end of a range: "one to three"."""
        word = self._words[self._at]
        number = _number(word)
        before = self._words[self._at - 1] if self._at else ""
        if not number and before in {"number", "note", "item"} and not self._numbers:
            number = _HEARD_AS.get(word, 0)
        if not number or not (self._has_noun or self._numbers):
            return False
        if before in _RANGES and self._numbers and number > self._numbers[-1] > 0:
            self._numbers += range(self._numbers[-1] + 1, number + 1)
        elif number not in self._numbers:
            self._numbers.append(number)
        self._at += 1
        return True

    def _skip(self) -> bool:
        """Skips a word before a number or between two: "number", "and"."""
        word = self._words[self._at]
        after = self._words[self._at + 1] if self._at + 1 < len(self._words) else ""
        if word in {"number", "numbers", "no"} or (word in NOUNS and word != "one"):
            self._has_noun = True
            self._kinds |= {word} & (NOUNS - {"one", "ones"})
        elif (word not in _LEADS or (self._numbers and word in {"that", "of"})) and not (
            word in _RANGES and self._numbers and _number(after)
        ):
            return False
        self._at += 1
        return True
