"""What English words tell of whether a sentence is over, whatever mark stands at its end.

Recognisers end whatever they hear with a full stop or a comma: "I went to the." So the words are
asked first, and the mark decides where they tell nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import ends_question, ends_sentence, goes_on
from sessions_app.engine.turns.endpointing.requests import (
    in_relative_clause,
    lacks_object,
    noted,
    without_request,
)
from sessions_app.engine.turns.endpointing.shares import LIKELY, OPEN, OVER, PLAIN

LONGEST_CLAUSE = 9
"""Words of a clause such as "when I came home" that stands alone; a longer one has its rest."""

SHORTEST_QUESTION = 3

_OPEN = listed(
    "and or but because if when while which who than then as of to at for from with by into "
    "the thee a an my your his her our their its i'm it's we're they're um uh er erm hmm like plus "
    "not very really some any either whether although unless"
)
"""With these no sentence ends, whatever mark a recogniser put there."""

_LAST_TOO = listed(
    "not like very really some any either then when her his than um uh er erm hmm thee"
)
"""Of these those that a sentence ends with now and then: "I hope not.", "she went with her."."""

_HEARD_FOR_AND = "end"
_WITH_END = listed("the an this that its a no will to can would should must may west east weekend")
"""Before "end" they make it the word that it is; after a name it is mostly "and", misheard."""

_PREPOSITIONS = listed("to for with from at of about in on by into like")
_SELDOM_LAST = listed("that this these those in on about off over")
_BE = listed("is are was were am")
_MODALS = listed("will would can could should may might must")
_PRONOUNS = listed("i you he she it we they there that this")
_THINK = listed("think hope guess suppose believe say said told afraid not or do")
"""Before "so" they end with it: "I don't think so."."""

_ALONE = listed("well so maybe anyway actually")
"""Alone they begin a sentence more often than they are one."""

_SUBORDINATE = listed("because if although unless while when whenever since until before after")
_ENDS = listed(
    "yes no yeah yep nope okay ok sure right correct exactly please thanks goodbye bye hello hi "
    "stop help cancel done"
)
_CLOSINGS = ("thank you", "that is all", "that's all", "that's it", "that is it", "good bye")
_WHAT = listed("what what's when when's where where's who who's why how how's which whose")
_RELATIVE = listed("what which who that where whom")
_YES_NO = _BE | _MODALS | listed("do does did shall have has")


@dataclass(frozen=True, slots=True)
class LastSentence:
    """The last sentence of a turn, in lower case: as written, and its words without marks."""

    text: str
    words: Sequence[str]

    @property
    def first(self) -> str:
        return self.words[0]

    @property
    def last(self) -> str:
        return self.words[-1]

    @property
    def before(self) -> str:
        """The last word but one; empty for a single word."""
        return self.words[-2] if len(self.words) > 1 else ""


def share(sentence: LastSentence) -> float | None:
    """Returns where the delay lies after `sentence`; None where its words tell nothing."""
    found = (rule(sentence) for rule in _RULES)
    return next((share for share in found if share is not None), None)


def _task(said: LastSentence) -> float | None:
    """A task without its object: "remind me to call"."""
    return OPEN if lacks_object(said.words) else None


def _relative(said: LastSentence) -> float | None:
    """A subject of which no more was said than which one it is: "the meeting, which was on"."""
    if not in_relative_clause(said.text, noted(said.words) or said.words):
        return None
    return LIKELY if ends_sentence(said.text) else OPEN


def _request(said: LastSentence) -> float | None:
    """What is to be noted is a sentence of its own: the mark at its end is that of the request."""
    told = noted(said.words)
    if not told or len(told) == len(said.words):
        return None
    inner = LastSentence(" ".join(told) + (said.text[-1:] if goes_on(said.text) else ""), told)
    found = share(inner)
    return found if found in (OPEN, LIKELY) else None


def _stranded(said: LastSentence) -> float | None:
    """A question about what? may end with its preposition: "where are you from"."""
    if not _asks_what(said) or said.last not in _PREPOSITIONS | _SELDOM_LAST | _BE:
        return None
    return OVER if ends_question(said.text) else PLAIN


def is_open(said: LastSentence) -> bool:
    """Returns whether it ends with a word that no sentence ends with, whatever mark it has."""
    return said.last in _OPEN - _LAST_TOO and _stranded(said) is None and _open(said) == OPEN


def _open(said: LastSentence) -> float | None:
    if said.last not in _OPEN:
        return None
    marked = ends_sentence(said.text)
    asked = ends_question(said.text) and said.first in _YES_NO  # "is this what you asked for?"
    relative = marked and said.last in _PREPOSITIONS and bool(_RELATIVE & set(said.words[1:-1]))
    return LIKELY if asked or relative else OPEN  # "this is what I was looking for."


def _so(said: LastSentence) -> float | None:
    if said.last != "so" or len(said.words) == 1:
        return None
    return PLAIN if ends_sentence(said.text) and said.before in _THINK else OPEN


def _misheard(said: LastSentence) -> float | None:
    wrong = said.last == _HEARD_FOR_AND and said.before and said.before not in _WITH_END
    return LIKELY if wrong else None


def _verb(said: LastSentence) -> float | None:
    """After a verb its object is missing: "my card ends in", "the thing is"."""
    requested = without_request(said.words) != said.words and not _RELATIVE & set(said.words)
    if said.last not in _BE | _MODALS or (ends_question(said.text) and not requested):
        return None
    short = ends_sentence(said.text) and said.before in _PRONOUNS  # "Yes, I will."
    return PLAIN if short else OPEN


def _seldom_last(said: LastSentence) -> float | None:
    """A word that may end a sentence, and mostly does not."""
    if said.last not in _SELDOM_LAST:
        return None
    if not ends_sentence(said.text):
        return OPEN
    paid_for_that = said.before in _PREPOSITIONS and said.last not in _PREPOSITIONS
    return PLAIN if paid_for_that else LIKELY


def _begun(said: LastSentence) -> float | None:
    """A first word, or a clause that another one has to follow."""
    if len(said.words) == 1 and said.last in _ALONE:
        return LIKELY
    return LIKELY if _is_clause(said) else None


def _either(said: LastSentence) -> float | None:
    return OPEN if "either" in said.words and "or" not in said.words else None


def _closing(said: LastSentence) -> float | None:
    bare = " ".join(said.words)
    return OVER if bare.endswith(_CLOSINGS) or said.last in _ENDS else None


def is_question(said: LastSentence) -> bool:
    """Returns whether its words ask, whatever mark it has."""
    asked = said.first in _YES_NO and len(said.words) >= SHORTEST_QUESTION
    return asked or _asks_what(said)


def _question(said: LastSentence) -> float | None:
    if not is_question(said):
        return None
    return PLAIN if goes_on(said.text) else OVER


_RULES: tuple[Callable[[LastSentence], float | None], ...] = (
    _task,
    _relative,
    _request,
    _stranded,
    _open,
    _so,
    _misheard,
    _verb,
    _seldom_last,
    _begun,
    _either,
    _closing,
    _question,
)
"""The first one that has something to say decides."""


def _asks_what(said: LastSentence) -> bool:
    """Returns whether it asks for a thing, a place or a person."""
    if said.first not in _WHAT or len(said.words) < SHORTEST_QUESTION or _is_clause(said):
        return False
    tells = said.words[1] in _PRONOUNS and not ends_question(said.text)  # "what I want is"
    return not tells


def _is_clause(said: LastSentence) -> bool:
    """Returns whether it is no more than a clause such as "when I came home"."""
    if said.first not in _SUBORDINATE or len(said.words) > LONGEST_CLAUSE:
        return False
    question = said.first == "when" and said.words[1:2] and said.words[1] in _YES_NO
    return not question and "," not in said.text.rstrip(" ,")
