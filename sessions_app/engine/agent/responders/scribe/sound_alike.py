"""Recognises commands by their sound: "some airs the call" for "summarise the call".

A recogniser that is not used to a voice writes words that sound like the right ones. A sentence is
a command if all of it sounds like one. Consonants that are easily confused count as one sound, and
so do all vowels.
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

MIN_SIMILARITY = 88.0
"""Of 100: how alike the sounds of a sentence and a phrase must be. With the limits below, none of
14 654 clauses of English prose was taken for a command."""

MIN_SIMILARITY_RECUT = 90.0
"""The same for sentences with another number of words than the phrase."""

MAX_WORDS_APART = 1
"""By how many words a sentence may be longer or shorter: "some airs" for "summarise"."""

MIN_RECUT_PART = 70.0
"""Of 100: how alike the differing words must then be."""

SHORT_PHRASE = 5
"""Phrases of at most this many words are compared more strictly."""

FEWEST_SOUNDS = 9
"""Phrases with fewer sounds would match by chance."""

MOST_WORDS = 9
"""Words. Longer sentences are not compared: no phrase is as long."""

MIN_WORD_SIMILARITY = 82.0
"""Of 100: how alike each word must be. "How long is the table" must not match "... the call"."""

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
_PERSONS, _MODALS = listed("i you they he she we it"), listed("can could would will should")
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
"""Never recognised by sound alone: short, or too much like plain talk ("what is this")."""


@cache
def sound(word: str) -> str:
    """Returns the sounds of a word, one letter each."""
    for pattern, heard in _COMPILED:
        word = pattern.sub(heard, word)
    return word


@cache
def _phrases() -> dict[str, tuple[Intent, tuple[str, ...]]]:
    """Returns the commands without a text, with the words of a phrase, by the phrase's sounds."""
    phrases: dict[str, tuple[Intent, tuple[str, ...]]] = {}
    for phrase, intent in COMMANDS.items():
        sounds = "".join(map(sound, phrase))
        if intent not in TAKES_TEXT | _RISKY and len(sounds) >= FEWEST_SOUNDS:
            phrases[sounds] = (intent, phrase)
    return phrases


def sounds_like(words: Sequence[str]) -> Intent | None:
    """Returns the command that a whole sentence sounds like, or None."""
    words = list(words)
    while words and words[-1] in _TRAILS:
        words.pop()
    if words and words[0] in _PERSONS and _MODALS.intersection(words[1:2]):
        return None  # "I'd delete that" is no request
    best: tuple[float, Intent] | None = None
    for start in range(len(words)):
        if len(words) - start <= MOST_WORDS:
            match = _closest(words[start:])
            if match is not None and (best is None or match[0] > best[0]):
                best = match
        if words[start] not in _LEADS:
            break
    return best[1] if best else None


def _closest(heard: Sequence[str]) -> tuple[float, Intent] | None:
    """Returns the command whose phrase sounds most like these words, with its score of 100."""
    joined = "".join(map(sound, heard))
    if len(joined) < FEWEST_SOUNDS:
        return None
    known = _phrases()
    near = process.extract(
        joined, known.keys(), scorer=fuzz.ratio, score_cutoff=MIN_SIMILARITY, limit=3
    )
    for sounds, score, _at in near:
        intent, phrase = known[sounds]
        if len(phrase) == len(heard):
            if _sounds_like_each(phrase, heard):
                return score, intent
        elif intent is Intent.UNDO or abs(len(phrase) - len(heard)) > MAX_WORDS_APART:
            continue  # an undo must match word by word
        elif score >= MIN_SIMILARITY_RECUT and _is_recut(phrase, heard):
            return score, intent
    return None


def _is_recut(phrase: Sequence[str], heard: Sequence[str]) -> bool:
    """Returns whether the differing words sound alike, as "sawn" and "is on" do."""
    missing = "".join(sound(word) for word in phrase if word not in heard)
    strange = "".join(sound(word) for word in heard if word not in phrase)
    return fuzz.ratio(missing, strange) >= MIN_RECUT_PART


def _sounds_like_each(phrase: Sequence[str], heard: Sequence[str]) -> bool:
    """Returns whether each word sounds like its counterpart; "tune" does not sound like "time"."""
    short = len(phrase) <= SHORT_PHRASE
    for wanted, word in zip(phrase, heard, strict=True):
        wanted_sound, word_sound = sound(wanted), sound(word)
        if (
            wanted_sound[:1] != word_sound[:1]
            or fuzz.ratio(wanted_sound, word_sound) < MIN_WORD_SIMILARITY
        ):
            return False
        if short and ("m" in wanted) != ("m" in word):
            return False
    return True
