"""What "remind me" asks for: to be reminded, or to hear again what was forgotten."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found import texts
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_ASKS = listed("what who whom when where why how which whose again")
"""After "remind me": a question for what the caller forgot."""

_OF = listed("to about of that")
_NO_DEED = listed(
    "when where how what have has had need needs needed want wants wanted got going used ought "
    "supposed able like go goes went get gets got come comes came moved drove drive flew fly"
)
"""After these "to" leads to no deed: "when we have to leave", "when he came to Leeds"."""


def asks(word: PlainWord) -> bool:
    """Returns whether a word asks for what was forgotten, after "remind me"."""
    return _is_question(word.text)


def _is_question(text: str) -> bool:
    return text.removesuffix("'s") in _ASKS


def asks_again(words: Sequence[PlainWord], stop: int, end: int) -> bool:
    """Returns whether what was forgotten is asked for; `stop` is the word after "remind me".

    "Remind me when I get home to feed the cat" and "remind me again to lock up" are no questions.
    """
    if stop >= len(words) or not asks(words[stop]):
        return False
    after = texts(words, stop + 1, end)
    if words[stop].text == "again":
        return not after or _is_question(after[0]) or words[stop].marked
    return words[stop].text != "when" or not _has_deed(after)


def _has_deed(after: Sequence[str]) -> bool:
    """Returns whether after "when" it is said, too, what is to be remembered."""
    for at, word in enumerate(after[:-1]):
        if at > 1 and word in _OF and not (word == "to" and after[at - 1] in _NO_DEED):
            return True
    return False


def after_again(words: Sequence[PlainWord], stop: int, end: int) -> int:
    """Returns the word after "again" where that only stands before what is to be remembered."""
    again = texts(words, stop, stop + 2)
    return stop + (stop + 1 < end and again[:1] == ["again"] and again[-1] in _OF)
