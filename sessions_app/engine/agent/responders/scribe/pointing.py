"""Commands that only point to what was said: "make a note of that", "remind me of it tomorrow"."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions_app.engine.agent.responders.scribe.adverbials import (
    WHEN_EARLIER,
    only_adverbials,
    says_when,
)
from sessions_app.engine.agent.responders.scribe.found import REFERS, texts
from sessions_app.engine.agent.responders.scribe.joins import COURTESIES, ENDEARMENTS
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_OF = listed("of about for")
_TRAILS = COURTESIES | listed("thank you too also well as down for me us somewhere quickly")
"""What may stand between "that" and the mark after it."""

_TELLING = (["note", "that"], ["remember", "that"], ["write", "that"], ["save", "that"])
_TRAILS_TELLING = COURTESIES | listed("too down")
"""After these phrases, which may lead to what is told: "note that for us, ..."."""

_CLAUSES = listed("when before after once as until")

SHORTEST_CLAUSE = 3
"""Fewer words are no clause that says when: "if you"."""

_BEFORE_WHEN = listed("and so okay ok oh right well also then please")
_BEFORE_REQUEST = listed("then could can would will you")
_NEVER_WHEN = listed("i you he she it we they to not who that could can would will had have please")
"""Before "remind me" these make one sentence with it: "if she had to remind me"."""


@dataclass(frozen=True, slots=True)
class Pointing:
    """Where a command that points ends, and the words before that which say when."""

    stop: int
    when: tuple[int, int]
    bare: bool
    """Whether it may lead to what is told, too: "note that, ..."."""


def pointing(words: Sequence[PlainWord], at: int, stop: int, end: int) -> Pointing | None:
    """Returns how a command points to what was said before it; None where it does not.

    Its phrase is from `at` to `stop`, its sentence ends with `end`.
    """
    phrase = texts(words, at, stop)
    reminds = phrase[:2] in (["remind", "me"], ["remind", "us"]) or "reminder" in phrase
    here, said = stop, bool(REFERS & set(phrase[1:]))
    if "this" in phrase:
        return None
    if not said and not words[stop - 1].marked:
        here += _joins(texts(words, here, end), reminds=reminds)
        said = here < end and words[here].text in REFERS and not words[here].opened
        here = here + 1 if said else stop
    if not said and not reminds:
        return None
    if reminds and here < end and not words[here - 1].marked:
        to = _when(words, here, end, clauses=said)
        if to and (said or _after(words, to, end) == end):
            return Pointing(_after(words, to, end), (here, to), bare=not said)
    if not said:
        return None
    bare = phrase in _TELLING
    after = _after(words, here, end, _TRAILS_TELLING if bare else _TRAILS)
    if any(_closes(words, begin, end) for begin in range(here, after + 1) if begin < end):
        return Pointing(end, (0, 0), bare=False)
    return Pointing(after, (0, 0), bare=bare and after == here)


def _closes(words: Sequence[PlainWord], at: int, end: int) -> bool:
    """Returns whether the rest of the sentence is a turn of phrase: "if you would, love"."""
    rest = [word for word in texts(words, at, end) if word not in COURTESIES]
    while rest and rest[-1] in ENDEARMENTS:
        rest.pop()
    return only_adverbials(rest)


def _joins(after: Sequence[str], *, reminds: bool) -> int:
    """Returns how many words join "that" to a command: "of that", "remind me to do that"."""
    if reminds and list(after[:2]) == ["to", "do"]:
        return 2
    return int(bool(after) and after[0] in _OF)


def _after(
    words: Sequence[PlainWord], at: int, end: int, trails: frozenset[str] = COURTESIES
) -> int:
    """Returns the first word that is none of these, up to a mark; courtesies may follow one."""
    while at < end and words[at].text in trails:
        if words[at - 1].stops or (words[at - 1].marked and words[at].text not in COURTESIES):
            break
        at += 1
    return at


def when_before(words: Sequence[PlainWord], start: int, at: int) -> tuple[int, int] | None:
    """Returns the words from `start` on that say when to remind, up to the request at `at`.

    "On Friday, remind me to", "when Bob calls remind me to"; None where they are something else.
    """
    while start < at and words[start].text in _BEFORE_WHEN:
        start += 1
    end = at
    while end > start and words[end - 1].text in COURTESIES | _BEFORE_REQUEST:
        end -= 1
    shown = texts(words, start, end)
    if not shown or shown[-1] in _NEVER_WHEN:
        return None
    clause = shown[0] in _CLAUSES | {"if"} and len(shown) >= SHORTEST_CLAUSE
    return (start, end) if says_when(shown) or clause else None


def begins_after(words: Sequence[PlainWord], at: int, stop: int, end: int) -> int:
    """Returns the word after a mark that ends "of it, please"; 0 where a text may begin within."""
    found = pointing(words, at, stop, end)
    if found is None or found.bare or any(found.when) or not words[found.stop - 1].marked:
        return 0
    return found.stop


def _when(words: Sequence[PlainWord], at: int, end: int, *, clauses: bool) -> int:
    """Returns the word after those that say when, up to a mark; 0 where other words follow.

    With `clauses` all words of "when I get home" do.
    """
    stop = next((n + 1 for n in range(at, end) if words[n].marked), end)
    shown = texts(words, at, stop)
    while shown and shown[-1] in COURTESIES:
        shown.pop()
    if not shown:
        return 0
    earlier = shown[-1] in WHEN_EARLIER and says_when(["at", *shown])
    says = earlier or says_when(shown) or (clauses and shown[0] in _CLAUSES)
    return at + len(shown) if says else 0
