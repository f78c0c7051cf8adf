"""The words in which people read numbers aloud, digit by digit or in pairs. Pure tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.word_lists import listed


@dataclass(frozen=True, slots=True)
class SpokenNumbers:
    """One language's number words, `folded` as for search: without case and accents.

    `words` has each word of a number below 100 with its figures; `tens` those after which a unit
    may follow, `between` the word in between. `repeats` multiply the next digit. `fillers` may
    stand within a number. `plus` begins a number of another country. `letters` are names of
    letters.
    """

    words: Mapping[str, str]
    tens: Mapping[str, str]
    between: str
    repeats: Mapping[str, int]
    fillers: frozenset[str]
    plus: frozenset[str]
    letters: Mapping[str, str]


def _numbered(text: str, first: int = 0) -> dict[str, str]:
    """Returns each word with its number, counted from `first`; `/` separates those of one."""
    return {
        word: str(number)
        for number, words in enumerate(text.split(), first)
        for word in words.split("/")
    }


def _tens(text: str) -> dict[str, str]:
    return {word: digit for word, number in _numbered(text, 2).items() for digit in (number[-1],)}


_EN_TENS = _tens("twenty thirty forty/fourty fifty sixty seventy eighty ninety")
_DE_UNITS = _numbered("ein zwei/zwo drei vier funf sechs sieben acht neun", 1)
_DE_TENS = _tens("zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig")
_ES_TENS = _tens("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa")

ENGLISH = SpokenNumbers(
    words=_numbered("zero/oh/o/nought one two three four five six seven eight nine ten eleven")
    | _numbered("twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 12)
    | {word: f"{digit}0" for word, digit in _EN_TENS.items()},
    tens=_EN_TENS,
    between="",
    repeats=MappingProxyType({"double": 2, "triple": 3, "treble": 3}),
    fillers=listed("dash hyphen minus space slash uh um er erm then and"),
    plus=listed("plus"),
    letters=MappingProxyType({"zed": "z", "zee": "z", "aitch": "h", "jay": "j", "kay": "k"}),
)

GERMAN = SpokenNumbers(
    words=_numbered("null eins/ein zwei/zwo drei vier funf sechs sieben acht neun zehn elf zwolf")
    | _numbered("dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn", 13)
    | {word: f"{digit}0" for word, digit in _DE_TENS.items()}
    | {
        f"{unit}und{ten}": f"{tens}{digit}"
        for unit, digit in _DE_UNITS.items()
        for ten, tens in _DE_TENS.items()
    },
    tens=MappingProxyType({}),
    between="",
    repeats=MappingProxyType({"doppel": 2, "doppelte": 2, "zweimal": 2, "dreimal": 3}),
    fillers=listed("strich bindestrich minus schragstrich ah ahm dann und leerzeichen"),
    plus=listed("plus"),
    letters=MappingProxyType({"zett": "z", "ypsilon": "y", "ixs": "x", "vau": "v", "jot": "j"}),
)

SPANISH = SpokenNumbers(
    words=_numbered("cero uno/un/una dos tres cuatro cinco seis siete ocho nueve diez once doce")
    | _numbered("trece catorce quince dieciseis diecisiete dieciocho diecinueve", 13)
    | _numbered("veintiuno/veintiun veintidos veintitres veinticuatro veinticinco", 21)
    | _numbered("veintiseis veintisiete veintiocho veintinueve", 26)
    | {word: f"{digit}0" for word, digit in _ES_TENS.items()},
    tens=_ES_TENS,
    between="y",
    repeats=MappingProxyType({"doble": 2, "triple": 3}),
    fillers=listed("guion menos espacio barra eh em luego y"),
    plus=listed("mas plus"),
    letters=MappingProxyType(
        {
            **{"be": "b", "ce": "c", "de": "d", "efe": "f", "ge": "g", "hache": "h", "jota": "j"},
            **{"ka": "k", "ele": "l", "eme": "m", "ene": "n", "pe": "p", "cu": "q", "erre": "r"},
            **{"ese": "s", "te": "t", "uve": "v", "equis": "x", "ye": "y", "zeta": "z"},
        }
    ),
)

NONE = SpokenNumbers({}, {}, "", {}, frozenset(), frozenset(), {})
"""For a language whose number words are not known: figures alone count."""

_KNOWN = {"en": ENGLISH, "de": GERMAN, "es": SPANISH}


def spoken_in(language: str) -> SpokenNumbers:
    """Returns the number words of a language (BCP 47 tag); NONE for one that is not known."""
    return _KNOWN.get(base_of(language), NONE)
