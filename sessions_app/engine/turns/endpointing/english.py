"""Rules on English words for whether a sentence is complete, whatever its punctuation.

Recognisers end any text with a full stop or a comma: "I went to the." So the words decide first,
and punctuation where they do not tell.
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
"""Most words of a subordinate clause without its main clause; a longer sentence has both."""

SHORTEST_QUESTION = 3
"""Words. Shorter ones may be the beginning of a question: "do you"."""

_OPEN = listed(
    "and or but because if when while which who than then as of to at for from with by into "
    "the thee a an my your his her our their its i'm it's we're they're um uh er erm hmm like plus "
    "not very really some any either whether although unless"
)
"""Words that do not end a sentence, whatever punctuation a recogniser puts after them."""

_LAST_TOO = listed(
    "not like very really some any either then when her his than um uh er erm hmm thee"
)
"""Those of _OPEN that sometimes do end one: "I hope not.", "she went with her."."""

_HEARD_FOR_AND = "end"
_WITH_END = listed("the an this that its a no will to can would should must may west east weekend")
"""Words after which "end" is really "end"; after others it is mostly a misrecognised "and"."""

_PREPOSITIONS = listed("to for with from at of about in on by into like")
_SELDOM_LAST = listed("that this these those in on about off over")
_BE = listed("is are was were am")
_MODALS = listed("will would can could should may might must")
_PRONOUNS = listed("i you he she it we they there that this")
_THINK = listed("think hope guess suppose believe say said told afraid not or do")
"""Words after which "so" may end a sentence: "I don't think so."."""

_ALONE = listed("well so maybe anyway actually")
"""Words that, said alone, mostly begin a sentence."""

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
    """Returns the delay's share (`shares`) after `sentence`; None where its words do not tell."""
    found = (rule(sentence) for rule in _RULES)
    return next((share for share in found if share is not None), None)


def _task_without_object(said: LastSentence) -> float | None:
    """A task without its object: "remind me to call"."""
    return OPEN if lacks_object(said.words) else None


def _relative_clause(said: LastSentence) -> float | None:
    """A subject with a relative clause and no verb yet: "the meeting, which was on"."""
    if not in_relative_clause(said.text, noted(said.words) or said.words):
        return None
    return LIKELY if ends_sentence(said.text) else OPEN


def _noted_sentence(said: LastSentence) -> float | None:
    """The sentence to note within a request, judged by itself: the punctuation is the request's."""
    inner_words = noted(said.words)
    if not inner_words or len(inner_words) == len(said.words):
        return None
    inner = LastSentence(
        " ".join(inner_words) + (said.text[-1:] if goes_on(said.text) else ""), inner_words
    )
    found = share(inner)
    return found if found in (OPEN, LIKELY) else None


def _stranded_preposition(said: LastSentence) -> float | None:
    """A wh-question that ends with its preposition: "where are you from"."""
    if not _asks_what(said) or said.last not in _PREPOSITIONS | _SELDOM_LAST | _BE:
        return None
    return OVER if ends_question(said.text) else PLAIN


def is_open(said: LastSentence) -> bool:
    """Returns whether the sentence ends with a word that no sentence ends with."""
    return (
        said.last in _OPEN - _LAST_TOO
        and _stranded_preposition(said) is None
        and _open_word(said) == OPEN
    )


def _open_word(said: LastSentence) -> float | None:
    if said.last not in _OPEN:
        return None
    marked = ends_sentence(said.text)
    asked = ends_question(said.text) and said.first in _YES_NO  # "is this what you asked for?"
    relative = marked and said.last in _PREPOSITIONS and bool(_RELATIVE & set(said.words[1:-1]))
    return LIKELY if asked or relative else OPEN  # "this is what I was looking for."


def _ends_with_so(said: LastSentence) -> float | None:
    if said.last != "so" or len(said.words) == 1:
        return None
    return PLAIN if ends_sentence(said.text) and said.before in _THINK else OPEN


def _misheard_and(said: LastSentence) -> float | None:
    wrong = said.last == _HEARD_FOR_AND and said.before and said.before not in _WITH_END
    return LIKELY if wrong else None


def _bare_auxiliary(said: LastSentence) -> float | None:
    """An auxiliary verb without what it goes with: "the thing is", "I would"."""
    requested = without_request(said.words) != said.words and not _RELATIVE & set(said.words)
    if said.last not in _BE | _MODALS or (ends_question(said.text) and not requested):
        return None
    short = ends_sentence(said.text) and said.before in _PRONOUNS  # "Yes, I will."
    return PLAIN if short else OPEN


def _rarely_last(said: LastSentence) -> float | None:
    """A word that may end a sentence, but mostly does not."""
    if said.last not in _SELDOM_LAST:
        return None
    if not ends_sentence(said.text):
        return OPEN
    paid_for_that = said.before in _PREPOSITIONS and said.last not in _PREPOSITIONS
    return PLAIN if paid_for_that else LIKELY


def _opening(said: LastSentence) -> float | None:
    """A discourse marker alone, or a subordinate clause without its main clause."""
    if len(said.words) == 1 and said.last in _ALONE:
        return LIKELY
    return LIKELY if _is_clause(said) else None


def _either_without_or(said: LastSentence) -> float | None:
    return OPEN if "either" in said.words and "or" not in said.words else None


def _closing(said: LastSentence) -> float | None:
    bare = " ".join(said.words)
    return OVER if bare.endswith(_CLOSINGS) or said.last in _ENDS else None


def is_question(said: LastSentence) -> bool:
    """Returns whether the words are a question, whatever the punctuation."""
    asked = said.first in _YES_NO and len(said.words) >= SHORTEST_QUESTION
    return asked or _asks_what(said)


def _question(said: LastSentence) -> float | None:
    if not is_question(said):
        return None
    return PLAIN if goes_on(said.text) else OVER


_RULES: tuple[Callable[[LastSentence], float | None], ...] = (
    _task_without_object,
    _relative_clause,
    _noted_sentence,
    _stranded_preposition,
    _open_word,
    _ends_with_so,
    _misheard_and,
    _bare_auxiliary,
    _rarely_last,
    _opening,
    _either_without_or,
    _closing,
    _question,
)
"""The first rule that returns a share decides."""


def _asks_what(said: LastSentence) -> bool:
    """Returns whether the sentence is a wh-question."""
    if said.first not in _WHAT or len(said.words) < SHORTEST_QUESTION or _is_clause(said):
        return False
    tells = said.words[1] in _PRONOUNS and not ends_question(said.text)  # "what I want is"
    return not tells


def _is_clause(said: LastSentence) -> bool:
    """Returns whether the sentence is only a subordinate clause, such as "when I came home"."""
    if said.first not in _SUBORDINATE or len(said.words) > LONGEST_CLAUSE:
        return False
    question = said.first == "when" and said.words[1:2] and said.words[1] in _YES_NO
    return not question and "," not in said.text.rstrip(" ,")
