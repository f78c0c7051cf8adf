"""The scribe's commands by their sound: sentences that are spelt otherwise and said nearly so.

A recogniser that does not know a voice writes words that sound like those that were said. Such a
sentence is a command where all of it sounds like one; letters that are easily taken for each
other are one sound here, and vowels are one.
"""

import re
from collections.abc import Sequence
from functools import cache

from rapidfuzz import fuzz, process

from sessions_app.engine.agent.responders.scribe.vocabulary import (
    COMMANDS,
    TAKES_TEXT,
    Intent,
)
from sessions_app.engine.text.word_lists import listed

ALIKE = 88.0
"""Of 100: sentences whose sounds are so much alike are one. Of 14 654 clauses of English prose none
was, with the limits below."""

OTHERWISE_CUT = 90.0
"""Of as many words less is asked than of words that are cut at other places."""

MOST_CUT = 1
"""So many words more or fewer are those that were cut otherwise: "some airs" for "summarise"."""

RECUT = 70.0
"""Of 100: so much alike is what was cut otherwise."""

SHORT = 5
"""Words of a phrase of which each must be surer."""

FEWEST_SOUNDS = 9
"""Fewer sounds are alike by chance."""

MOST_WORDS = 9
NEAR = 82.0
"""Of 100: so much alike is each word of as many: "how long is the table" is about no call."""

_LETTERS = (
    (r"^(?:kn|gn)", "n"),
    (r"^wr", "r"),
    (r"^h|gh|(?<=[aeiou])h", ""),
    (r"ph", "f"),
    (r"tch|ch|sh|dge|j", "x"),
    (r"c(?=[eiy])", "s"),
    (r"ck|c|q|g", "k"),
    (r"z", "s"),
    (r"b", "p"),
    (r"d", "t"),
    (r"v", "f"),
    (r"m", "n"),
    (r"e$|'", ""),
    (r"[aeiouy]+", "a"),
    (r"(.)\1+", r"\1"),
)
_COMPILED = tuple((re.compile(pattern), sound) for pattern, sound in _LETTERS)
_LEADS = listed("please so and well okay ok now then good could can would you i oh no hey they for")
_TELLERS, _MODALS = listed("i you they he she we it"), listed("can could would will should")
_TRAILS = listed("please now then thanks scribe for me far so yet today again")
_RISKY = frozenset(
    {
        *(
            Intent.END,
            Intent.QUIET,
            Intent.HELLO,
            Intent.HELP,
            Intent.RESTORE,
            Intent.DATE,
        ),
        Intent.REDO,
    }
)
"""Never taken by their sound alone: short, common in plain talk, or near it: "what is this"."""


@cache
def sound(word: str) -> str:
    """Returns the sounds of a word in small letters."""
    for pattern, heard in _COMPILED:
        word = pattern.sub(heard, word)
    return word


@cache
def _phrases() -> dict[str, tuple[Intent, tuple[str, ...]]]:
    """Returns the commands that take no text, with their words, by all their sounds."""
    made: dict[str, tuple[Intent, tuple[str, ...]]] = {}
    for phrase, command in COMMANDS.items():
        sounds = "".join(map(sound, phrase))
        if command not in TAKES_TEXT | _RISKY and len(sounds) >= FEWEST_SOUNDS:
            made[sounds] = (command, phrase)
    return made


def sounds_like(words: Sequence[str]) -> Intent | None:
    """Returns the command that a whole sentence sounds like; None for none."""
    words = list(words)
    while words and words[-1] in _TRAILS:
        words.pop()
    if words and words[0] in _TELLERS and _MODALS.intersection(words[1:2]):
        return None  # "I'd delete that" tells what one would do
    best: tuple[float, Intent] | None = None
    for start in range(len(words)):
        if len(words) - start <= MOST_WORDS:
            found = _likest(words[start:])
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        if words[start] not in _LEADS:
            break
    return best[1] if best else None


def _likest(heard: Sequence[str]) -> tuple[float, Intent] | None:
    joined = "".join(map(sound, heard))
    if len(joined) < FEWEST_SOUNDS:
        return None
    known = _phrases()
    near = process.extract(joined, known.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=3)
    for sounds, score, _at in near:
        command, phrase = known[sounds]
        if len(phrase) == len(heard):
            if _near(phrase, heard):
                return score, command
        elif command is Intent.UNDO or abs(len(phrase) - len(heard)) > MOST_CUT:
            continue  # an undo must be surer
        elif score >= OTHERWISE_CUT and _is_recut(phrase, heard):
            return score, command
    return None


def _is_recut(phrase: Sequence[str], heard: Sequence[str]) -> bool:
    """Returns whether what differs sounds alike: "that" is not "the call", "sawn" is "is on"."""
    missing = "".join(sound(word) for word in phrase if word not in heard)
    strange = "".join(sound(word) for word in heard if word not in phrase)
    return fuzz.ratio(missing, strange) >= RECUT


def _near(phrase: Sequence[str], heard: Sequence[str]) -> bool:
    """Returns whether each word sounds like its own of a phrase; "tune" is not "time"."""
    short = len(phrase) <= SHORT
    for wanted, word in zip(phrase, heard, strict=True):
        one, other = sound(wanted), sound(word)
        if one[:1] != other[:1] or fuzz.ratio(one, other) < NEAR:
            return False
        if short and ("m" in wanted) != ("m" in word):
            return False
    return True
