"""Where a note's text ends although the caller goes on: an aside, a question, a change of mind."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found_command import (
    ends_in_could_you,
    polite,
    texts,
)
from sessions_app.engine.agent.responders.scribe.vocabulary import COMMANDS, LONGEST, Intent
from sessions_app.engine.agent.responders.scribe.words import REPORTING_VERBS, PlainWord
from sessions_app.engine.text.word_lists import listed

_ASIDES = (
    *("anyway", "anyhow", "moving on", "where was i", "where were we", "what was i saying"),
    *("as i was saying", "as i said", "but back to", "back to", "so yeah", "but i digress"),
)
"""How people return to what they were saying before the note."""

_UNMARKED_ASIDES = ("anyway where was i", "anyway where were we", "anyway as i was saying")
"""Asides that need no mark before them."""

_HESITATIONS = listed("no nope wait sorry actually oh hmm uh um well")
_DENIALS = listed("no nope wait sorry actually")

QUESTIONS = frozenset(
    {
        Intent.READ,
        Intent.TIME,
        Intent.DATE,
        Intent.LENGTH,
        Intent.RECAP,
        Intent.HELP,
    }
)
"""Commands that may follow a text as a question: "call Anna, and what have I got so far?"."""

SHORTEST_QUESTION = 3
"""Words. A shorter remainder of a sentence counts as part of the note, not as a question."""

_QUESTION_WORDS = listed("what how which where")
_READS = listed("read tell show")
_INDIRECT_QUESTION_VERBS = REPORTING_VERBS | listed(
    "ask tell say know wonder wonders wondered know knows find check see"
)
"""After these a question is part of the note: "ask Tom, what time is it"."""


def may_ask(words: Sequence[PlainWord], first: int, at: int) -> bool:
    """Returns whether a question to the scribe may begin at a word, in a text from `first` on.

    It needs a mark before it, or "and" with a question word after it.
    """
    if _INDIRECT_QUESTION_VERBS & set(texts(words, first, at)):
        return False
    first_word = at + (words[at].text in {"and", "so", "then"})
    first_word += first_word < len(words) and texts(words, at, at + 2) == ["and", "then"]
    asks = first_word < len(words) and (
        words[first_word].text in _QUESTION_WORDS or _reads_back(words, first_word)
    )
    if not words[at - 1].marked:
        return asks and words[at].text == "and"
    return asks or _begins_politely(words, first_word)


def _reads_back(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether this is "read it back" or "tell me", not "read it", which may be a task."""
    if words[at].text not in _READS:
        return False
    after = texts(words, at + 1, at + 4)
    then = at > 0 and words[at - 1].text == "then"
    return then or after[:1] in (["me"], ["us"]) or (words[at].text == "read" and "back" in after)


def _begins_politely(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether "please" or "could you" stands here."""
    return texts(words, at, at + 1) == ["please"] or ends_in_could_you(words, at, at + 2)


def aside_at(words: Sequence[PlainWord]) -> bool:
    """Returns whether an aside begins after the first of these words."""
    rest = " ".join(texts(words, 1, len(words))) + " "
    if rest.startswith(tuple(f"{aside} " for aside in _UNMARKED_ASIDES)):
        return True
    return words[0].marked and rest.startswith(tuple(f"{aside} " for aside in _ASIDES))


def taken_back_at(words: Sequence[PlainWord]) -> bool:
    """Returns whether the words after the first one take the text back: "no, scratch that"."""
    at = 1
    while at < len(words) and words[at].text in _HESITATIONS:
        at += 1
    denies = any(word in _DENIALS for word in texts(words, 1, at))
    if not (words[0].marked or denies):
        return False
    longest = LONGEST.get(words[at].text, 0) if at < len(words) else 0
    for many in range(min(longest, len(words) - at), 1, -1):
        phrase = texts(words, at, at + many)
        if COMMANDS.get(tuple(phrase)) is Intent.UNDO:
            return polite(texts(words, at + many, len(words)))
    return False
