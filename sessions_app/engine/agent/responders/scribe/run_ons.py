"""Turns that a recogniser wrote without any mark: "note buy milk note call Anna" is two notes.

A text ends before the next command only where that is certain: the words before must be complete,
and none of them may govern the next ones ("remind me to tell Tom to take a note").
"""

import re
from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found_command import texts
from sessions_app.engine.agent.responders.scribe.nouns import SHORTEST_STATEMENT, is_statement
from sessions_app.engine.agent.responders.scribe.vocabulary import COMMANDS, Intent, written_out
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.summaries.actions import RULES
from sessions_app.engine.summaries.day_words import DAYS
from sessions_app.engine.text.word_lists import listed

_REQUESTS = frozenset(
    phrase
    for line in (
        "take|make|add a|another note|memo",
        "write|note|jot down",
        "note that",
        "remind me to",
        "set a reminder to",
        "add an|another action item",
        "add a|another task|todo",
    )
    for phrase in written_out(line)
)
"""Phrases that ask for something wherever a sentence may begin."""

_AFTER_STATEMENTS = (_REQUESTS - {"note that"}) | frozenset(
    phrase
    for line in (
        "set a reminder for",
        "i|we must|should remember to",
        "i|we have to remember to",
        "i|we must not forget to",
        "do not let me forget to",
    )
    for phrase in written_out(line)
)
"""Phrases that begin a request behind a statement, though no mark parts them."""

_LONGEST_AFTER = max(len(phrase.split()) for phrase in _AFTER_STATEMENTS)
_RELATIVES = listed("that who which whose whom because since while although")
"""With these the words before a request may not be a whole statement."""

_PERSONS = listed("i we he she it they there")

_LABELS = frozenset(
    phrase
    for line in ("note", "new|another|next note", "new|next? action item", "new task|todo")
    for phrase in written_out(line)
)
"""Labels: they begin a second text only if the first one had the same."""

_LONGEST = 4
"""Words of the longest phrase that may begin the next text."""

_GOVERNORS = listed(
    "to and or not never nor i you he she it we they who that the a an my our your his her its "
    "their this these those will would can could should shall must may might do does did go come "
    "help let make makes made see watch hear try always please of about with for from by in on at "
    "as like than when if where how what why one no any some every each new old last next "
    "called named titled"
)
"""After these, words such as "take a note" belong to what is said."""

_TELLING = listed(
    "tell tells told ask asks asked say says said know knows find see check wonder remind reminds "
    "explain explains show shows hope hopes think thinks believe wants want asking saying telling"
)
"""A text with one of these may go on with what somebody is told."""

_ORDER = re.compile(RULES["an order"], re.IGNORECASE)
_TIMES = frozenset(DAYS) | listed("today tomorrow tonight noon midnight morning evening o'clock")
"""After these a statement may be complete: "the bins go out on Monday"."""

_JOINS = listed("to that about of")
"""Words between "remind me" and its text."""

FEWEST_WORDS = 2
"""Words of a complete text: "buy milk"."""

_CLEAR_QUESTIONS = frozenset({Intent.READ, Intent.RECAP, Intent.TIME, Intent.DATE})

SHORTEST_QUESTION = 4
"""Words. A shorter question may belong to the text before it."""

_ASKS = listed("what how which")


def orders(words: Sequence[str]) -> bool:
    """Returns whether words without marks begin with an order: "buy milk", not "book prices"."""
    text = " ".join(words)
    return len(words) >= FEWEST_WORDS and _ORDER.match(text) is not None


def has_no_marks(words: Sequence[PlainWord]) -> bool:
    """Returns whether nothing but the last word of a turn has a mark after it."""
    return not any(word.marked or word.opened for word in words[:-1])


def begins_next(words: Sequence[PlainWord], phrase: tuple[int, int], at: int, end: int) -> bool:
    """Returns whether another command certainly begins at a word, behind the one of `phrase`."""
    first, stop = phrase
    stop += words[stop].text in _JOINS if stop < at else 0
    if at - stop < FEWEST_WORDS or not has_no_marks(words) or words[at - 1].text in _GOVERNORS:
        return False
    said = texts(words, first, stop)
    many = next((n for n in range(_LONGEST, 0, -1) if _is_next(words, said, at, at + n)), 0)
    if not many or at + many >= end:
        return False
    again = texts(words, at, at + many) == said
    return again or _is_complete(words, stop, at)


def follows_statement(words: Sequence[PlainWord], start: int, at: int, end: int) -> bool:
    """Returns whether a request follows a whole statement: "the tap drips remind me to mop".

    The statement begins at `start`, the request at `at`; the turn has no marks at all.
    """
    if not has_no_marks(words) or words[at - 1].text in _GOVERNORS | _RELATIVES:
        return False
    said = texts(words, start, at)
    if (_TELLING | _RELATIVES) & set(said) or not is_statement(words, start, at):
        return False
    if words[at].text == "remind" and said[0] not in _PERSONS:
        return False  # "the pictures he painted remind me to smile"
    stops = range(at + 1, min(at + _LONGEST_AFTER, end - 1) + 1)
    return any(" ".join(texts(words, at, stop)) in _AFTER_STATEMENTS for stop in stops)


def asks_next(words: Sequence[PlainWord], stop: int, at: int, end: int) -> bool:
    """Returns whether the turn certainly ends in a question: "... what have I got so far"."""
    if end - at < SHORTEST_QUESTION or words[at].text not in _ASKS or not has_no_marks(words):
        return False
    stop += words[stop].text in _JOINS
    if words[at - 1].text in _GOVERNORS or not _is_complete(words, stop, at):
        return False
    rest = texts(words, at, end)
    asked = (COMMANDS.get(tuple(rest[:n])) for n in range(len(rest), SHORTEST_QUESTION - 1, -1))
    return any(command in _CLEAR_QUESTIONS for command in asked)


def _is_next(words: Sequence[PlainWord], said: Sequence[str], at: int, stop: int) -> bool:
    """Returns whether a phrase from `at` to `stop` asks for another text, which follows it."""
    phrase = " ".join(texts(words, at, stop))
    after = texts(words, stop, len(words))
    if phrase == "note that":
        return list(said) == ["note", "that"] and is_statement(words, stop, len(words))
    if phrase in _REQUESTS:
        return bool(after) and after[0] not in {"of", "about", "to", "on", "from", "in"}
    if phrase not in _LABELS or list(said) != phrase.split():
        return False
    return orders(after) or (phrase != "note" and is_statement(words, stop, len(words)))


def _is_complete(words: Sequence[PlainWord], first: int, at: int) -> bool:
    """Returns whether a text from `first` to `at` is a whole order or statement."""
    text = texts(words, first, at)
    if len(text) < FEWEST_WORDS or _TELLING & set(text):
        return False
    to_do = words[first - 1].text == "to"  # "remind me to lock the door"
    timed = len(text) > SHORTEST_STATEMENT and text[-1] in _TIMES
    return to_do or timed or _buys(text) or orders(text) or is_statement(words, first, at)


def _buys(text: Sequence[str]) -> bool:
    """Returns whether a text is "buy milk" misheard: "by milk"."""
    return text[0] == "by" and text[1] not in _TIMES | {"next", "the", "a"}
