"""Commands with the text between the verb and the list: "add milk to my list"."""

import re
from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.adverbials import only_adverbials, says_when
from sessions_app.engine.agent.responders.scribe.found_command import (
    REFERS,
    REFERS_TO_MANY,
    FoundCommand,
    ends_in_could_you,
    polite,
    texts,
)
from sessions_app.engine.agent.responders.scribe.text_starts import COURTESIES
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

PUT_VERBS = listed("add put write stick save enter place pop chuck bung throw slap whack drop")
_MISHEARD_VERBS = listed("and at had but could good foot")
"""What recognisers write for "add" and "put" at the beginning of a sentence."""

_MISHEARD_AFTER_ASKING = listed("and at had ever")
"""What they write for "add" after "could you"; the last one takes a syllable of the item."""

_ANSWERS = listed("i you he she it we they not have")
"""After "could" these make a question or a statement."""

_STATEMENT_WORDS = listed(
    "is are was were am be been has have had do does did not there it he she they we i"
)
"""With these a sentence is a statement: "it had been on my list"."""

SHORTEST_PUT = 3
"""Words from the verb to the list, at least: "add milk to"."""

LONGEST_PUT = 40
"""Within how many words the list must be named."""

_NO_ITEM = _STATEMENT_WORDS | listed(
    "to on onto in into up with from together at me us him her them you myself himself herself "
    "that this those these note notes over again something anything one"
)
LONGEST_ITEM = 6
"""How many words after "add" may name things to add."""

_PUT_THERE = (["on", "there"],)
_ADDED_THERE = (["on", "there"], ["to", "it"], ["to", "that"], ["to", "there"])

_WRITE_VERBS = listed("write note jot")
_IS = listed("is are was were am be been")
_FOR_WHOM = (["for", "me"], ["for", "us"])
_CLAUSE_STARTS = listed(
    "the a an my our your his her its their this these those there it he she they we i you who "
    "what some all no every each"
)
"""After "write that" these begin a clause: "that the", unlike "that number"."""

_POINTERS = REFERS | listed("this something the following")
_LISTS = {"note": Intent.NOTE, "notes": Intent.NOTE}
_LISTS |= dict.fromkeys(listed("list todos tasks reminders items"), Intent.ACTION)
_LIST = re.compile(
    r"(?:to|on|onto|in|into) (?:my|the|our) (?:(?:todo|action|shopping|grocery|packing|task) )?"
    r"(note|notes|list|todos|tasks|reminders|items)"
)


def names_list(word: PlainWord) -> bool:
    """Returns whether "to my list" may end with this word."""
    return word.text in _LISTS


def may_begin_put(word: PlainWord) -> bool:
    """Returns whether "add milk to my list" or "write it down" may begin with this word."""
    return word.text in PUT_VERBS | _WRITE_VERBS


def put_on_list(words: Sequence[PlainWord], at: int, end: int) -> FoundCommand | None:
    """Returns the command of "add milk to my list" or "write the number down", or None.

    "Put it on my list, buy milk" comes with a text and `refers_back`: the caller decides whether
    "it" is that text or something said before.
    """
    if words[at].text in _WRITE_VERBS and (down := _write_down(words, at, end)) is not None:
        return down
    misheard = words[at].text not in PUT_VERBS
    if misheard and not _is_misheard_verb(words, at):
        return None
    for stop in range(at + 2, min(end, at + LONGEST_PUT)):
        list_name = _LIST.match(" ".join(word.text for word in words[stop : stop + 4]))
        if list_name is None:
            continue
        after = stop + len(list_name.group().split())
        if misheard and (
            _STATEMENT_WORDS & set(texts(words, at + 1, stop))
            or not polite(texts(words, after, end))
        ):
            return None
        until = stop - (stop > at + 2 and words[stop - 1].text == "down")  # "write milk down on"
        refers_back = until == at + 2 and words[at + 1].text in REFERS | REFERS_TO_MANY | {"this"}
        rest = texts(words, after, end)
        if not refers_back and says_when(without_polite(rest)):
            when = (after, after + len(without_polite(rest)))
            intent = _LISTS[list_name.group(1)]
            return FoundCommand(intent, at, (at + 1, until), command_end=end, when=when)
        if polite(rest) or (refers_back and only_adverbials(rest)):
            text = (end, end) if refers_back else (at + 1, until)
            after = end
        elif refers_back:  # "put this on my list: buy milk"
            text, refers_back = (after, end), words[at + 1].text != "this"
        else:
            continue
        return FoundCommand(_LISTS[list_name.group(1)], at, text, refers_back, command_end=after)
    return None


def add_request(
    words: Sequence[PlainWord], at: int, end: int, *, asked: bool = False
) -> FoundCommand | None:
    """Returns the command of "add eggs, please", which names no list, or None.

    It needs "please", "could you" before it, or another request right after it (`asked`). "Also add
    eggs" may be about a recipe, so that it is `unsure`.
    """
    last = end
    while last > at and words[last - 1].text in COURTESIES:
        last -= 1
    asks = asked or "please" in {*texts(words, last, end), *texts(words, max(0, at - 1), at)}
    last, adds = _without_too(words, at, last)
    asks = asks or _asks_politely(words, at)
    items = texts(words, at + 1, last)
    if words[at].text != "add" or not (asks or adds) or not 0 < len(items) <= LONGEST_ITEM:
        return None
    if _NO_ITEM & set(items) or all(map(str.isdecimal, items)):
        return None
    return FoundCommand(Intent.ACTION, at, (at + 1, last), command_end=end, unsure=not asks)


def adds_earlier(words: Sequence[PlainWord], at: int, end: int) -> bool:
    """Returns whether "could you add those?" names nothing but what was said before."""
    items = without_polite(texts(words, at + 1, end))
    refers = len(items) == 1 and items[0] in REFERS | REFERS_TO_MANY
    return refers and _asks_politely(words, at)


def put_there(words: Sequence[PlainWord], at: int, end: int) -> FoundCommand | None:
    """Returns the command of "add sugar to it" or "put sugar on there", or None.

    It may be about anything, and counts only right after the scribe has spoken of notes.
    """
    places = _ADDED_THERE if words[at].text == "add" else _PUT_THERE
    last = end
    while last > at and words[last - 1].text in {*COURTESIES, "too", "also"}:
        last -= 1
    items = texts(words, at + 1, last - 2)
    if words[at].text not in PUT_VERBS or texts(words, last - 2, last) not in places:
        return None
    if not 0 < len(items) <= LONGEST_ITEM or _NO_ITEM & set(items):
        return None
    return FoundCommand(Intent.ACTION, at, (at + 1, last - 2), command_end=end, unsure=True)


def without_polite(words: Sequence[str]) -> list[str]:
    """Returns the words without courtesies at their end."""
    rest = list(words)
    while rest and rest[-1] in COURTESIES:
        rest.pop()
    return rest


def _without_too(words: Sequence[PlainWord], at: int, last: int) -> tuple[int, bool]:
    """Returns the end of the items without "too", and whether "too" or "also" stands there."""
    also = words[at - 1].text == "also" if at else False
    if last - at > 2 and texts(words, last - 2, last) == ["as", "well"]:  # noqa: PLR2004
        return last - 2, True
    if words[last - 1].text in {"too", "also"}:
        return last - 1, True
    return last, also


def _asks_politely(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether "could you" or "could you also" stands before a word."""
    at -= at > 0 and words[at - 1].text in {"also", "please", "just"}
    return ends_in_could_you(words, 0, at)


def _is_misheard_verb(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether a sentence begins with what is misheard for "add" or "put"."""
    if words[at].marked or at + 1 >= len(words):
        return False
    if ends_in_could_you(words, 0, at):
        return words[at].text in _MISHEARD_AFTER_ASKING
    first = not at or words[at - 1].stops
    return first and words[at].text in _MISHEARD_VERBS and words[at + 1].text not in _ANSWERS


def _write_down(words: Sequence[PlainWord], at: int, end: int) -> FoundCommand | None:
    """Returns the command of "write the number down", with the words between as its text.

    In a statement "down" is part of the text: "note that the server is down".
    """
    last = end
    while last > at and words[last - 1].text != "down" and polite([words[last - 1].text]):
        last -= 1
    between = texts(words, at + 1, last - 1)
    if words[last - 1].text != "down" or not between or set(between) <= _POINTERS:
        return None
    if "down" in between or any(word.marked for word in words[at : last - 1]):
        return None
    if between[:2] in _FOR_WHOM:
        between = between[2:]
    if states_something(words[at].text, between):
        return None
    if not _IS & set(between):
        return FoundCommand(Intent.NOTE, at, (at + 1, last - 1), command_end=end)
    while words[end - 1].text in COURTESIES:
        end -= 1
    return FoundCommand(Intent.NOTE, at, (at + 1, end))


def states_something(verb: str, between: Sequence[str]) -> bool:
    """Returns whether "that" begins a statement ("that it rains"), not a noun ("that address")."""
    after = between[1:]
    if between[:1] != ["that"] or not after:
        return False
    states = after[0] in _CLAUSE_STARTS or bool(_IS & set(after))
    return states or (verb != "write" and len(after) > 1)
