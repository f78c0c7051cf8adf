"""Where the text of a note ends, though more is said: an aside, a question, a change of mind."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found import asked, polite, texts
from sessions_app.engine.agent.responders.scribe.vocabulary import COMMANDS, LONGEST, Intent
from sessions_app.engine.agent.responders.scribe.words import TALE, PlainWord
from sessions_app.engine.text.word_lists import listed

_ASIDES = (
    *("anyway", "anyhow", "moving on", "where was i", "where were we", "what was i saying"),
    *("as i was saying", "as i said", "but back to", "back to", "so yeah", "but i digress"),
)
"""What people say as they go back to what they were saying."""

_SURELY = ("anyway where was i", "anyway where were we", "anyway as i was saying")
"""These are asides without a mark, too."""

_DOUBTS = listed("no nope wait sorry actually oh hmm uh um well")
_DENIALS = listed("no nope wait sorry actually")

ASKED = frozenset(
    {
        Intent.READ,
        Intent.TIME,
        Intent.DATE,
        Intent.LENGTH,
        Intent.RECAP,
        Intent.HELP,
    }
)
"""What is asked for after a text: "call Anna, and what have I got so far?"."""

SHORTEST_QUESTION = 3
_QUESTIONS = listed("what how which where")
_TOLD = TALE | listed("ask tell say know wonder wonders wondered know knows find check see")
"""With these a question is told of: "ask Tom, what time is it"."""


def may_ask(words: Sequence[PlainWord], first: int, at: int) -> bool:
    """Returns whether a question to the scribe may begin at a word, in a text from `first` on.

    It wants a mark before it, or "and" and a word of questions.
    """
    if _TOLD & set(texts(words, first, at)):
        return False
    here = at + (words[at].text in {"and", "so", "then"})
    asks = here < len(words) and (words[here].text in _QUESTIONS or _reads_back(words, here))
    if not words[at - 1].marked:
        return asks and words[at].text == "and"
    return asks or _begins_asking(words, here)


def _reads_back(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether "read it back" is here; "and read it" may be what is to be noted."""
    return words[at].text == "read" and "back" in texts(words, at + 1, at + 4)


def _begins_asking(words: Sequence[PlainWord], at: int) -> bool:
    return texts(words, at, at + 1) == ["please"] or asked(words, at, at + 2)


def aside_at(words: Sequence[PlainWord]) -> bool:
    """Returns whether an aside begins after the first of these words."""
    rest = " ".join(texts(words, 1, len(words))) + " "
    if rest.startswith(tuple(f"{aside} " for aside in _SURELY)):
        return True
    return words[0].marked and rest.startswith(tuple(f"{aside} " for aside in _ASIDES))


def taken_back_at(words: Sequence[PlainWord]) -> bool:
    """Returns whether all after the first word takes back what was said: "no, scratch that"."""
    at = 1
    while at < len(words) and words[at].text in _DOUBTS:
        at += 1
    denied = any(word in _DENIALS for word in texts(words, 1, at))
    if not (words[0].marked or denied):
        return False
    for many in range(min(LONGEST, len(words) - at), 1, -1):
        phrase = texts(words, at, at + many)
        if COMMANDS.get(tuple(phrase)) is Intent.UNDO:
            return polite(texts(words, at + many, len(words)))
    return False
