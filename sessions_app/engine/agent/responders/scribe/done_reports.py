"""What the caller says they have done: "I've already called the plumber". English; pure.

A to-do is taken for done only where the words leave no doubt: the caller did it, it is over,
nothing in the turn says that it is not, and its words are those of exactly one to-do.
"""

import re
from collections.abc import Iterator, Sequence

from sessions_app.engine.agent.responders.scribe.adverbials import WHEN
from sessions_app.engine.agent.responders.scribe.found_command import texts
from sessions_app.engine.agent.responders.scribe.note_choice import same_word
from sessions_app.engine.agent.responders.scribe.note_references import distinctive_words
from sessions_app.engine.agent.responders.scribe.words import PlainWord, command_words
from sessions_app.engine.core.events import NoteKind, NoteTaken
from sessions_app.engine.summaries.day_words import DAYS
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import plain_words

_LEADS = listed("and so oh ah well ok okay yes yeah no right actually scribe um er look listen hey")
_SUBJECTS = listed("i we")
_ADVERBS = listed("already just now finally actually also since")
_TAILS = listed("already now today yesterday earlier thanks thank you though too myself ourselves")
_DOUBTS = listed("but not never nobody nearly almost only half if unless except however again")
"""With one of these in the turn it may not be done: "but he did not answer"."""

_PREPOSITIONS = listed("about for at on in to from with before by after during of until because")
"""From one of these on a to-do's words need not be said: "send the invoice to Clara"."""

_TIMES = WHEN - listed("work lunch dinner breakfast")
_IRREGULAR = (
    *("bring brought", "build built", "buy bought", "choose chose chosen", "cut cut"),
    *("do did done", "draw drew drawn", "drive drove driven", "eat ate eaten", "feed fed"),
    *("find found", "get got gotten", "give gave given", "go went gone", "hang hung"),
    *("keep kept", "leave left", "lend lent", "make made", "meet met", "mow mowed mown"),
    *("pay paid", "put put", "read read", "ring rang rung", "run ran run", "see saw seen"),
    *("sell sold", "send sent", "set set", "sew sewed sewn", "shut shut"),
    *("speak spoke spoken", "sweep swept", "take took taken", "tell told"),
    *("throw threw thrown", "write wrote written"),
)
_PASTS = {verb: frozenset(pasts) for verb, *pasts in map(str.split, _IRREGULAR)}
_CALLING = listed("call phone ring telephone")
"""Verbs for the same: who rang the school has called it."""

_CONSONANT_END = re.compile(r"[aeiou][bdgklmnprt]")


def done_to_do(text: str, notes: Sequence[NoteTaken]) -> NoteTaken | None:
    """Returns the one to-do that a turn clearly says is done; None if there is none."""
    words = command_words(text)
    if text.rstrip().endswith("?") or _DOUBTS & {word.text for word in words}:
        return None
    to_dos = [note for note in notes if note.kind is NoteKind.ACTION]
    found = {n for said in _clauses(words) for n, one in enumerate(to_dos) if _is_it(said, one)}
    return to_dos[found.pop()] if len(found) == 1 else None


def _clauses(words: Sequence[PlainWord]) -> Iterator[list[str]]:
    """Yields the words between two marks that say what the caller did, from the verb on."""
    start = 0
    for at, word in enumerate(words, start=1):
        if word.marked or at == len(words):
            if said := _said_done(texts(words, start, at)):
                yield said
            start = at


def _said_done(clause: list[str]) -> list[str]:
    """Returns "called the plumber" of "I've already called the plumber"; nothing for others."""
    while clause and clause[0] in _LEADS:
        clause = clause[1:]
    if not clause or clause[0] not in _SUBJECTS:
        return []
    perfect = clause[1:2] == ["have"]
    at = 1 + perfect
    while at < len(clause) and clause[at] in _ADVERBS:
        at += 1
    over = perfect or "already" in clause
    while clause and clause[-1] in _TAILS:
        clause = clause[:-1]
    return clause[at:] if over else []


def _is_it(said: Sequence[str], to_do: NoteTaken) -> bool:
    """Returns whether what was said is what a to-do asks for, and nothing besides."""
    wanted = plain_words(to_do.text)
    if not wanted or not any(said[0] in _past_forms(verb) for verb in _alike(wanted[0])):
        return False
    named = _content(said[1:])
    needed = _content(_up_to_preposition(wanted[1:])) or _content(wanted[1:])
    return bool(named) and _covers(_content(wanted[1:]), named) and _covers(named, needed)


def _up_to_preposition(words: Sequence[str]) -> Sequence[str]:
    ends = (at for at, word in enumerate(words) if word in _PREPOSITIONS)
    return words[: next(ends, len(words))]


def _content(words: Sequence[str]) -> list[str]:
    """Returns the words that tell one to-do from another."""
    return [word for word in distinctive_words(words) if word not in _TIMES | frozenset(DAYS)]


def _covers(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Returns whether each of the words `wanted` is among `words`."""
    return all(any(same_word(one, word) for word in words) for one in wanted)


def _alike(verb: str) -> frozenset[str]:
    return _CALLING if verb in _CALLING else frozenset({verb})


def _past_forms(verb: str) -> frozenset[str]:
    """Returns how a verb ends in the past: "called", "bought"."""
    if verb in _PASTS:
        return _PASTS[verb]
    if verb.endswith("e"):
        return frozenset({f"{verb}d"})
    if verb.endswith("y") and verb[-2:-1] not in "aeou":
        return frozenset({f"{verb[:-1]}ied"})
    doubled = {f"{verb}{verb[-1]}ed"} if _CONSONANT_END.fullmatch(verb[-2:]) else set()
    return frozenset({f"{verb}ed", *doubled})
