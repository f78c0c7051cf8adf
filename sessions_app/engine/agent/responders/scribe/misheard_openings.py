"""Reads requests whose first words were misheard: "bring mine me to call" for "remind me to call".

A text follows these words, so that the sentence as a whole sounds like no phrase. Where a request
may begin, the first words are compared by their sounds with the phrases that ask to write something
down; the words that differ must sound alike, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from rapidfuzz import fuzz, process

from sessions_app.engine.agent.responders.scribe.found_command import texts
from sessions_app.engine.agent.responders.scribe.hints import hints
from sessions_app.engine.agent.responders.scribe.sound_alike import sound
from sessions_app.engine.agent.responders.scribe.vocabulary import (
    COMMANDS,
    TAKES_TEXT,
    Intent,
)
from sessions_app.engine.agent.responders.scribe.words import (
    LEADS,
    PlainWord,
    command_words,
    sentence_spans,
)
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS

MIN_SIMILARITY, MIN_WITH_END = (90.0, 85.0, 80.0), 80.0
"""Of 100: how alike the sounds of the first words and of a phrase must be, by how many words they
end in alike (none, one, two); and the least of these."""

MIN_STRANGE = 70.0
"""Of 100: how alike the words must sound in which the two differ. Lower takes "told me to" for
"remind me to"."""

FEWEST_SOUNDS, FEWEST_STRANGE = 7, 2
"""Shorter phrases would match by chance, and so would words that differ in less."""

SHORT, MIN_OF_SHORT = 8, 92.0
"""Phrases of at most so many sounds must sound more alike, and begin with the same sound."""

MAX_WORDS_APART = 1
"""By how many words the misheard part may be longer or shorter than the phrase."""

MOST_PLACES = 24
"""Places of a turn that are examined."""

_STATEMENT_STARTS = listed(
    "i he she we they you it that this there my his her their our who nobody somebody everybody "
    "not never don't do did does"
)
"""Words that begin a statement; no misheard request does."""


_WELL_HEARD = listed("this that")
_LEADS = LEADS | BACK_CHANNELS | listed("could can would will you")


def with_openings(words: Sequence[PlainWord]) -> tuple[list[PlainWord], int] | None:
    """Returns the words with the first misheard opening as it was meant, and its place; or None."""
    places = [at for start, end in sentence_spans(words) for at in _places(words, start, end)]
    for at in places[:MOST_PLACES]:
        match = _opening(words, at)
        if match is not None:
            phrase, stop = match
            return [*words[:at], *_in_place(words, at, stop, phrase), *words[stop:]], at
    return None


def _places(words: Sequence[PlainWord], start: int, end: int) -> Iterator[int]:
    """Yields where in a sentence a request may begin."""
    leading = True
    for at in range(start, end):
        if leading or COMMANDS.get(tuple(texts(words, start, at))) is Intent.UNDO:
            yield at
        leading = leading and words[at].text in _LEADS


def _opening(words: Sequence[PlainWord], at: int) -> tuple[list[str], int] | None:
    """Returns the phrase that the words at a place sound like, and the first word after it."""
    if words[at].text in _STATEMENT_STARTS:
        return None
    best: tuple[float, list[str], int] | None = None
    for stop in range(at + 2, min(at + 2 + _longest() + MAX_WORDS_APART, len(words))):
        heard = texts(words, at, stop)
        if words[stop - 2].marked:
            break
        near = process.extract(
            "".join(map(sound, heard)),
            _openings().keys(),
            scorer=fuzz.ratio,
            score_cutoff=best[0] + 0.1 if best else MIN_WITH_END,
            limit=3,
        )
        for sounds, score, _ in near:
            phrase = _openings()[sounds]
            if _is_alike(phrase, heard, score, len(sounds)) and _differ_alike(phrase, heard):
                best = (score, phrase, stop)
                break
    return (best[1], best[2]) if best else None


def _is_alike(phrase: Sequence[str], heard: Sequence[str], score: float, sounds: int) -> bool:
    """Returns whether words of so much similarity may be a phrase of so many sounds."""
    if abs(len(phrase) - len(heard)) > MAX_WORDS_APART:
        return False
    if sounds <= SHORT:
        return score >= MIN_OF_SHORT and sound(phrase[0])[:1] == sound(heard[0])[:1]
    return score >= MIN_SIMILARITY[_same_end(phrase, heard)]


def _same_end(phrase: Sequence[str], heard: Sequence[str]) -> int:
    """Returns how many words two end in alike: 2 at most."""
    most = len(MIN_SIMILARITY) - 1
    return next(n for n in range(most, -1, -1) if list(phrase[-n:]) == list(heard[-n:]) or not n)


def _differ_alike(phrase: Sequence[str], heard: Sequence[str]) -> bool:
    """Returns whether the words that differ sound alike: "bring mine" and "remind"."""
    missing = [word for word in phrase if word not in heard]
    strange = [word for word in heard if word not in phrase]
    if ("m" in "".join(missing)) != ("m" in "".join(strange)):
        return False  # "but this time" is not "put this down"
    if _WELL_HEARD.intersection(strange):
        return False  # "put that down, you'll break it" was heard well
    sounds = ["".join(map(sound, differing)) for differing in (missing, strange)]
    return min(map(len, sounds)) >= FEWEST_STRANGE and fuzz.ratio(*sounds) >= MIN_STRANGE


def _in_place(
    words: Sequence[PlainWord], at: int, stop: int, phrase: Sequence[str]
) -> list[PlainWord]:
    """Returns a phrase as the words of the place that it was said at."""
    first, last = words[at], words[stop - 1]
    span = [replace(first, text=text, end=last.end, marked=False, stops=False) for text in phrase]
    span[-1] = replace(span[-1], marked=last.marked, stops=last.stops)
    return span


@cache
def _openings() -> dict[str, list[str]]:
    """Returns the phrases before a text, by their sounds."""
    phrases: dict[str, list[str]] = {}
    for hint in hints():
        phrase = [word.text for word in command_words(hint)]
        sounds = "".join(map(sound, phrase))
        if hint == "note that":
            continue  # too many words are like these
        if len(sounds) >= FEWEST_SOUNDS and _takes_text(phrase):
            phrases.setdefault(sounds, phrase)
    return phrases


def _takes_text(phrase: Sequence[str]) -> bool:
    many = len(phrase)
    whole = COMMANDS.get(tuple(phrase)) or COMMANDS.get(tuple(phrase[: many - 1]))
    return whole in TAKES_TEXT


@cache
def _longest() -> int:
    return max(map(len, _openings().values()))
