"""Commands about something said before: "make a note of that", "remind me of it tomorrow"."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions_app.engine.agent.responders.scribe.adverbials import (
    WHEN_EARLIER,
    only_adverbials,
    says_when,
)
from sessions_app.engine.agent.responders.scribe.found_command import REFERS, texts
from sessions_app.engine.agent.responders.scribe.text_starts import COURTESIES, ENDEARMENTS
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_OF = listed("of about for")
_TRAILS = COURTESIES | listed("thank you too also well as down for me us somewhere quickly")
"""Words that may stand between "that" and the mark after it."""

_TELLING = (["note", "that"], ["remember", "that"], ["write", "that"], ["save", "that"])
_TRAILS_TELLING = COURTESIES | listed("too down")
"""The same after `_TELLING`, whose text may follow: "note that, please, we meet at six"."""

_CLAUSES = listed("when before after once as until")

SHORTEST_CLAUSE = 3
"""Fewer words are no clause of time: "if you"."""

_BEFORE_WHEN = listed("and so okay ok oh right well also then please")
_BEFORE_REQUEST = listed("then could can would will you")
_NEVER_WHEN = listed("i you he she it we they to not who that could can would will had have please")
"""Before "remind me" these belong to its sentence: "if she had to remind me"."""


@dataclass(frozen=True, slots=True)
class BackReference:
    """Where a command about something said before ends, and its words of time."""

    stop: int
    when: tuple[int, int]
    bare: bool
    """Whether a text may follow after all: "note that, we meet at six"."""


def back_reference(
    words: Sequence[PlainWord], at: int, stop: int, end: int
) -> BackReference | None:
    """Returns how a command refers to what was said before it; None if it does not.

    Its phrase is from `at` to `stop`, its sentence ends at `end`.
    """
    phrase = texts(words, at, stop)
    reminds = phrase[:2] in (["remind", "me"], ["remind", "us"]) or "reminder" in phrase
    next_at, refers = stop, bool(REFERS & set(phrase[1:]))
    if "this" in phrase:
        return None
    if not refers and not words[stop - 1].marked:
        next_at += _joins(texts(words, next_at, end), reminds=reminds)
        refers = next_at < end and words[next_at].text in REFERS and not words[next_at].opened
        next_at = next_at + 1 if refers else stop
    if not refers and not reminds:
        return None
    if reminds and next_at < end and not words[next_at - 1].marked:
        when_end = _when(words, next_at, end, clauses=refers)
        if when_end and (refers or _after(words, when_end, end) == end):
            return BackReference(_after(words, when_end, end), (next_at, when_end), bare=not refers)
    if not refers:
        return None
    bare = phrase in _TELLING
    after = _after(words, next_at, end, _TRAILS_TELLING if bare else _TRAILS)
    if any(_only_phrases(words, begin, end) for begin in range(next_at, min(after + 1, end))):
        return BackReference(end, (0, 0), bare=False)
    return BackReference(after, (0, 0), bare=bare and after == next_at)


def _only_phrases(words: Sequence[PlainWord], at: int, end: int) -> bool:
    """Returns whether the rest of the sentence is only set phrases: "if you would, love"."""
    rest = [word for word in texts(words, at, end) if word not in COURTESIES]
    while rest and rest[-1] in ENDEARMENTS:
        rest.pop()
    return only_adverbials(rest)


def _joins(after: Sequence[str], *, reminds: bool) -> int:
    """Returns how many words stand before "that": 1 in "of that", 2 in "to do that"."""
    if reminds and list(after[:2]) == ["to", "do"]:
        return 2
    return int(bool(after) and after[0] in _OF)


def _after(
    words: Sequence[PlainWord], at: int, end: int, trails: frozenset[str] = COURTESIES
) -> int:
    """Returns the first word after these, up to a mark; courtesies may follow the mark."""
    while at < end and words[at].text in trails:
        if words[at - 1].stops or (words[at - 1].marked and words[at].text not in COURTESIES):
            break
        at += 1
    return at


def when_before(words: Sequence[PlainWord], start: int, at: int) -> tuple[int, int] | None:
    """Returns the span of words that say when, from `start` to the request at `at`.

    "On Friday, remind me to", "when Bob calls remind me to". None if they say something else.
    """
    while start < at and words[start].text in _BEFORE_WHEN:
        start += 1
    end = at
    while end > start and words[end - 1].text in COURTESIES | _BEFORE_REQUEST:
        end -= 1
    phrase = texts(words, start, end)
    if not phrase or phrase[-1] in _NEVER_WHEN:
        return None
    clause = phrase[0] in _CLAUSES | {"if"} or phrase[:2] == ["next", "time"]
    clause = clause and len(phrase) >= SHORTEST_CLAUSE
    return (start, end) if says_when(phrase) or clause else None


def text_begin_after(words: Sequence[PlainWord], at: int, stop: int, end: int) -> int:
    """Returns where a text begins after "of it, please:"; 0 if it may begin before that."""
    reference = back_reference(words, at, stop, end)
    if reference is None or reference.bare or any(reference.when):
        return 0
    return reference.stop if words[reference.stop - 1].marked else 0


def _when(words: Sequence[PlainWord], at: int, end: int, *, clauses: bool) -> int:
    """Returns the word after those that say when, up to a mark; 0 if other words stand there.

    With `clauses`, "when I get home" says when, too.
    """
    stop = next((n + 1 for n in range(at, end) if words[n].marked), end)
    phrase = texts(words, at, stop)
    while phrase and phrase[-1] in COURTESIES:
        phrase.pop()
    if not phrase:
        return 0
    earlier = phrase[-1] in WHEN_EARLIER and says_when(["at", *phrase])
    timed = earlier or says_when(phrase) or (clauses and phrase[0] in _CLAUSES)
    return at + len(phrase) if timed else 0
