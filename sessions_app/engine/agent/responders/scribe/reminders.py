"""Whether "remind me" asks for a reminder, or to hear again what the caller forgot."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found_command import texts
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_ASKS = listed("what who whom when where why how which whose again")
"""After "remind me" these ask for what the caller forgot: "remind me what I said"."""

_OF = listed("to about of that")
_NO_TASK_BEFORE_TO = listed(
    "when where how what have has had need needs needed want wants wanted got going used ought "
    "supposed able like go goes went get gets got come comes came moved drove drive flew fly"
)
"""After these "to" begins no task: "when we have to leave", "when he came to Leeds"."""


def is_question_word(word: PlainWord) -> bool:
    """Returns whether a word after "remind me" makes it a question."""
    return _is_question(word.text)


_REMINDING = (
    *(["remind", "me"], ["i", "need", "reminding"], ["i", "want", "you", "to", "remind"]),
    ["i", "need", "you", "to", "remind"],
)


def is_reminding(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether a request begins at a word that a time may stand before: "remind me"."""
    return any(texts(words, at, at + len(asked)) == asked for asked in _REMINDING)


def _is_question(text: str) -> bool:
    return text.removesuffix("'s") in _ASKS


def asks_what_was_forgotten(words: Sequence[PlainWord], stop: int, end: int) -> bool:
    """Returns whether the caller asks for what they forgot; `stop` is the word after "remind me".

    "Remind me when I get home to feed the cat" and "remind me again to lock up" are no questions.
    """
    if stop >= len(words) or not is_question_word(words[stop]):
        return False
    after = texts(words, stop + 1, end)
    if words[stop].text == "again":
        return not after or _is_question(after[0]) or words[stop].marked
    return words[stop].text != "when" or not _has_task(after)


def _has_task(after: Sequence[str]) -> bool:
    """Returns whether a task follows the time: "when I get home to feed the cat"."""
    for at, word in enumerate(after[:-1]):
        if at > 1 and word in _OF and not (word == "to" and after[at - 1] in _NO_TASK_BEFORE_TO):
            return True
    return False


def after_again(words: Sequence[PlainWord], stop: int, end: int) -> int:
    """Returns the word after "again" in "remind me again to lock up"; else `stop`."""
    again = texts(words, stop, stop + 2)
    return stop + (stop + 1 < end and again[:1] == ["again"] and again[-1] in _OF)
