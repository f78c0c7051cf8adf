"""What is put on a list, with the words between the verb and the list: "add milk to my list"."""

import re
from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found import (
    REFERS,
    REFERS_TO_MANY,
    Found,
    polite,
    texts,
)
from sessions_app.engine.agent.responders.scribe.joins import COURTESIES
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_PUTS = listed("add put write stick save enter place")
_HEARD = listed("and at had but")
"""What recognisers write for "add" and "put" at the beginning."""

_STATEMENT_WORDS = listed(
    "is are was were am be been has have had do does did not there it he she they we i"
)
"""With these it is told what is on a list."""

SHORTEST_PUT = 3
LONGEST_PUT = 40
"""So many words are looked at for the list that something is put on."""

_NO_ITEM = _STATEMENT_WORDS | listed(
    "to on onto in into up with from together at me us him her them you myself himself herself "
    "that this those these note notes over again something anything one"
)
LONGEST_ITEM = 6
"""So many words after "add" may be one thing, or a few."""

_WRITES = listed("write note jot")
_IS = listed("is are was were am be been")
_FOR_WHOM = (["for", "me"], ["for", "us"])
CLAUSES = listed(
    "the a an my our your his her its their this these those there it he she they we i you who "
    "what some all no every each"
)
"""After "write that" these begin what is told, as no name of a thing does: "that number"."""
_POINTS = REFERS | listed("this something the following")
_LISTS = {"note": Intent.NOTE, "notes": Intent.NOTE}
_LISTS |= dict.fromkeys(listed("list todos tasks reminders items"), Intent.ACTION)
_LIST = re.compile(
    r"(?:to|on|onto|in|into) (?:my|the|our) (?:(?:todo|action|shopping|task) )?"
    r"(note|notes|list|todos|tasks|reminders|items)"
)


def may_put(word: PlainWord) -> bool:
    """Returns whether what is put on a list, or written down, may begin with a word."""
    return word.text in _PUTS | _WRITES


def put(words: Sequence[PlainWord], at: int, end: int) -> Found | None:
    """Returns the command of "add milk to my list", or of "write the number down".

    One that has a text and refers, too, may mean either: "put it on my list, then we go".
    """
    if words[at].text in _WRITES and (down := _down(words, at, end)) is not None:
        return down
    heard = words[at].text not in _PUTS
    if heard and not _sounds_like_put(words, at):
        return None
    for stop in range(at + 2, min(end, at + LONGEST_PUT)):
        found = _LIST.match(" ".join(word.text for word in words[stop : stop + 4]))
        if found is None:
            continue
        after = stop + len(found.group().split())
        if heard and (
            _STATEMENT_WORDS & set(texts(words, at + 1, stop))
            or not polite(texts(words, after, end))
        ):
            return None
        until = stop - (stop > at + 2 and words[stop - 1].text == "down")  # "write milk down on"
        refers = until == at + 2 and words[at + 1].text in REFERS | REFERS_TO_MANY | {"this"}
        if polite(texts(words, after, end)):
            text = (end, end) if refers else (at + 1, until)
            after = end
        elif refers:  # "put this on my list: buy milk"
            text, refers = (after, end), words[at + 1].text != "this"
        else:
            continue
        return Found(_LISTS[found.group(1)], at, text, refers, last=after)
    return None


def added(words: Sequence[PlainWord], at: int, end: int) -> Found | None:
    """Returns the command of "add eggs, please", which names no list; None for anything else."""
    last = end
    while last > at and words[last - 1].text in COURTESIES:
        last -= 1
    asks = "please" in {*texts(words, last, end), *texts(words, max(0, at - 1), at)}
    items = texts(words, at + 1, last)
    if words[at].text != "add" or not asks or not 0 < len(items) <= LONGEST_ITEM:
        return None
    if _NO_ITEM & set(items) or all(map(str.isdecimal, items)):
        return None
    return Found(Intent.ACTION, at, (at + 1, last), last=end)


def _sounds_like_put(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether a sentence begins with what is heard for "add" or "put"."""
    begins = not at or words[at - 1].stops
    return begins and not words[at].marked and words[at].text in _HEARD


def _down(words: Sequence[PlainWord], at: int, end: int) -> Found | None:
    """Returns the command of "write the number down", with all between for its text.

    Where something is told, "down" is a word of it: "note that the server is down".
    """
    last = end
    while last > at and words[last - 1].text != "down" and polite([words[last - 1].text]):
        last -= 1
    between = texts(words, at + 1, last - 1)
    if words[last - 1].text != "down" or not between or set(between) <= _POINTS:
        return None
    if "down" in between or any(word.marked for word in words[at : last - 1]):
        return None
    if between[:2] in _FOR_WHOM:
        between = between[2:]
    if is_told(words[at].text, between):
        return None
    if not _IS & set(between):
        return Found(Intent.NOTE, at, (at + 1, last - 1), last=end)
    while words[end - 1].text in COURTESIES:
        end -= 1
    return Found(Intent.NOTE, at, (at + 1, end))


def is_told(verb: str, between: Sequence[str]) -> bool:
    """Returns whether "that" leads to what is told, and is not of a thing: "that address"."""
    after = between[1:]
    if between[:1] != ["that"] or not after:
        return False
    told = after[0] in CLAUSES or bool(_IS & set(after))
    return told or (verb != "write" and len(after) > 1)
