"""Which notes somebody means: by number or place, by words in them, or all. English, as words."""

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
_HEARD_AS = {"to": 2, "too": 2, "for": 4, "won": 1, "ate": 8, "tree": 3, "free": 3}
"""What a recogniser writes for a number after "number" or "note"."""

ACTIONS = listed("todo todos task tasks reminder reminders action actions")
ONE = listed("note item entry one point thing memo part bit") | {"todo", "task", "reminder"}
MANY = listed("notes items entries ones points things memos list notebook todos tasks reminders")
NOUNS = ONE | MANY | {"action"}
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

_SAYS_LITTLE = (
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
"""Words that tell nothing of which note is meant."""

LONGEST_ALONE = 3
"""So many words name a note where no note is spoken of; more are plain talk."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which notes are meant: those counted so, those that have all `words`, or `every` one.

    `numbers` count from 1, and from the end with -1 for the last. With `actions` they count
    action items alone. `sure` unless the words may be about anything else.
    """

    numbers: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    every: bool = False
    but: "Which | None" = None
    many: int = 0
    """With `every`: how many there must be for all to be meant."""

    actions: bool = False
    sure: bool = True
    near: bool = False
    """Whether one with some of `words` is meant, and the newest where none has any."""


def which(words: Sequence[str], *, sure: bool = False) -> Which | None:
    """Returns which notes `words` name; None for none. `sure` where they can name nothing else."""
    return _every(words) or counted(words) or _named(words, sure=sure)


def counted(words: Sequence[str], *, bare: bool = False) -> Which | None:
    """Returns the notes that `words` count: "the first two", "number three", "notes 1 to 3".

    With `bare` numbers alone count, too, as in an answer to a question for them.
    """
    scan = _Scan(words, bare=bare)
    return scan.which() if scan.all_read() else None


def mentioned(words: Sequence[str]) -> Which | None:
    """Returns the notes that are counted somewhere in plain words, nearest to their end."""
    for start in range(len(words) - 1, -1, -1):
        if words[start] not in {"number", *ONE, *_PLACES} or _is_denied(words[:start]):
            continue
        if words[start] in _PLACES and words[start - 1 : start] not in (["the"], ["my"], ["that"]):
            continue
        for stop in range(min(len(words), start + 4), start + 1, -1):
            found = counted(words[start:stop])
            if found is not None and (words[start] not in ONE or stop - start > 1):
                return found
        if words[start] in _PLACES and start == len(words) - 1:
            return counted(words[start:])
    return None


def content(words: Sequence[str]) -> tuple[str, ...]:
    """Returns the words that may tell a note from others."""
    return tuple(word for word in words if word not in _SAYS_LITTLE)


def _is_denied(before: Sequence[str]) -> bool:
    return bool({"not", "except", "keep"} & set(before[-3:]))


def _every(words: Sequence[str]) -> Which | None:
    """Returns all notes, or all that are about something: "everything but the last"."""
    owned = words[:1] and words[0] in {"my", "the", "our", "these", "those", "your"}
    plural = owned and bool(MANY & set(words[1:3])) and not _PLACES.keys() & set(words)
    if not words or not (_ALL & set(words[:3]) or plural):
        return None
    for at, word in enumerate(words):
        if word in _EXCEPT or words[at : at + 2] in (["apart", "from"], ["other", "than"]):
            whole = _every(words[:at])
            kept = which(words[at + 1 + (word in {"apart", "other"}) :], sure=True)
            return Which(every=True, but=kept, words=whole.words) if whole and kept else None
    if _PLACES.keys() & set(words):
        return counted([word for word in words if word not in _ALL])
    about = content(words)
    many = 2 if "both" in words else 0
    if len(about) == 1 and (number := _number(about[0])):
        many, about = number, ()
    kinds = NOUNS & set(words)
    return Which(
        words=about,
        every=True,
        many=many,
        actions=bool(kinds) and kinds <= ACTIONS | {"items"} and bool(kinds & ACTIONS),
    )


def _named(words: Sequence[str], *, sure: bool) -> Which | None:
    """Returns the note that has the words of these that say something."""
    about = content(words)
    spoken_of = bool(NOUNS & set(words))
    if not about or (words[0] in {"that", "it", "this", "them"} and not spoken_of):
        return None
    if not spoken_of and len(about) > LONGEST_ALONE:
        return None
    return Which(words=about, sure=sure or spoken_of)


def _number(word: str) -> int:
    """Returns the number that a word is; 0 for none."""
    return _NUMBERS.get(word) or (int(word) if word.isdecimal() and len(word) <= 3 else 0)  # noqa: PLR2004


def _place(word: str) -> int:
    """Returns the place that a word is: 3 for "third" and "3rd", -1 for "last"; 0 for none."""
    figures = word[:-2]
    if word[-2:] in {"st", "nd", "rd", "th"} and figures.isdecimal() and len(figures) <= 3:  # noqa: PLR2004
        return int(figures)
    return _PLACES.get(word, 0)


class _Scan:
    """Reads words that count notes, one by one."""

    def __init__(self, words: Sequence[str], *, bare: bool) -> None:
        self._words = words
        self._at = 0
        self._found: list[int] = []
        self._spoken_of = bare
        self._placed = False
        self._kinds: set[str] = set()

    def which(self) -> Which:
        actions = self._placed and bool(self._kinds) and self._kinds <= ACTIONS | {"item", "items"}
        return Which(numbers=tuple(self._found), actions=actions and bool(self._kinds & ACTIONS))

    def all_read(self) -> bool:
        """Returns whether all words were understood, and some of them count."""
        while self._at < len(self._words):
            if not (self._read_place() or self._read_number() or self._skip()):
                break
        rest = self._words[self._at :]
        return bool(self._found) and all(word in _TAIL for word in rest)

    def _ahead(self, many: int = 1) -> list[str]:
        return list(self._words[self._at : self._at + many])

    def _read_place(self) -> bool:
        """Takes "third", "second to last", "first two"."""
        for words, number in _FROM_THE_END.items():
            if tuple(self._ahead(len(words))) == words:
                return self._took(len(words), number)
        place = _place(self._words[self._at])
        if not place:
            return False
        after = self._ahead(3)[1:]
        if place > 0 and after in (["to", "last"], ["from", "last"]):
            return self._took(3, -place)
        if place > 0 and after[:1] == ["last"]:
            return self._took(2, -place)
        many = _number(after[0]) if after else 0
        if many > 1 and place in {1, -1}:
            counts = range(1, many + 1) if place == 1 else range(-many, 0)
            return self._took(2, *counts)
        return self._took(1, place)

    def _took(self, words: int, *numbers: int) -> bool:
        self._found += [number for number in numbers if number not in self._found]
        self._at += words
        self._placed = self._spoken_of = True
        if self._ahead() in (["one"], ["ones"]):  # "the second one"
            self._at += 1
        return True

    def _read_number(self) -> bool:
        word = self._words[self._at]
        number = _number(word)
        before = self._words[self._at - 1] if self._at else ""
        if not number and before in {"number", "note", "item"} and not self._found:
            number = _HEARD_AS.get(word, 0)
        if not number or not (self._spoken_of or self._found):
            return False
        if before in _RANGES and self._found and number > self._found[-1] > 0:
            self._found += range(self._found[-1] + 1, number + 1)
        elif number not in self._found:
            self._found.append(number)
        self._at += 1
        return True

    def _skip(self) -> bool:
        """Takes a word that only leads to a number, or stands between two."""
        word = self._words[self._at]
        after = self._words[self._at + 1] if self._at + 1 < len(self._words) else ""
        if word in {"number", "numbers", "no"} or (word in NOUNS and word != "one"):
            self._spoken_of = True
            self._kinds |= {word} & (NOUNS - {"one", "ones"})
        elif (word not in _LEADS or (self._found and word in {"that", "of"})) and not (
            word in _RANGES and self._found and _number(after)
        ):
            return False
        self._at += 1
        return True
