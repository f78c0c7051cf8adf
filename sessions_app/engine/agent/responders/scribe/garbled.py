"""Recognises the shortest phrases of commands when the recogniser garbled them: "reed my notes"."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from sessions_app.engine.agent.responders.scribe.sound_alike import sound
from sessions_app.engine.agent.responders.scribe.vocabulary import SHORT, TAKES_TEXT, Intent
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS

MIN_SIMILARITY = 70.0
"""Of 100. Measured on recognised speech: finds 34 of 36 commands, and none in plain talk.

Lower takes plain talk for commands; higher misses more garbled ones.
"""

MIN_SIMILARITY_ALONE = 80.0
"""The same for words that have none of the phrase's content words, so less to go by."""

_COMMON = listed("a the to me my that this it is have we what can you how long say new down")
_POLITE = listed("please scribe hey now could can you would that")
_LEADS = listed("so well and please could can would")
"""Polite words before a command; "you" may follow those of `_ASKS`."""

_ASKS = listed("can could would")
_NOISE = listed("a an the to of my this that it is uh um er") | BACK_CHANNELS
"""Small words that recognisers insert, drop and confuse."""

SOUNDS_ALIKE, SHORT_ALIKE = 78.0, 82.0
"""Of 100: how alike the differing words must sound; the second is for short ones.

Lower takes other words for the phrase's; higher misses more garbled ones.
"""

_SHORT_SOUND, _SHORT_WORD = 4, 2
"""Words with at most so many sounds need SHORT_ALIKE; in words of at most so many letters a final
"e" is sounded: "me"."""

_STATEMENT_STARTS = listed(
    "i he she we they you it that this there my his her their our who nobody somebody everybody "
    "do did does don't didn't never not no should must may might will i'll i'd i've i'm that's "
    "it's he's she's we'll we've"
)
"""Words that begin a statement; no garbled command does."""

_READS = listed("read repeat show tell what")
"""A caller who says these wants to hear something: "read the last bit" must not undo anything."""

_SHORT_PHRASE = 2
"""Words of a phrase that needs both of them."""


def garbled_command(words: Sequence[PlainWord]) -> tuple[Intent, int, int] | None:
    """Returns the command that the words nearly begin with, its first word, and the one after it.

    None if there is no such command. One without a text must be all that was said.
    """
    start = _first_word(words)
    if start and words[start - 1].text == "and" and words[start].text == "the":
        start -= 1  # "and the call" is "end the call"
    texts = [word.text for word in words[start:]]
    quoted = next((at for at, word in enumerate(words[start:]) if at and word.opened), len(texts))
    if not texts or texts[0] in _STATEMENT_STARTS:
        return None
    best: tuple[float, int, Intent] | None = None
    for intent, phrases in SHORT.items():
        for phrase in phrases:
            if phrase == "note that":  # too many words are like these
                continue
            if intent is Intent.UNDO and texts[0] in _READS:
                continue
            match = _match(texts, phrase, takes_text=intent in TAKES_TEXT)
            if match is not None and intent in TAKES_TEXT:  # "action: that one" is its text
                match = (match[0], min(match[1], quoted))
            if match is not None and (best is None or match > best[:2]):
                best = (*match, intent)
    return (best[2], start, start + best[1]) if best else None


def _match(words: list[str], phrase: str, *, takes_text: bool) -> tuple[float, int] | None:
    """Returns how alike the first words and a phrase are (of 100), and how many words those are.

    None below MIN_SIMILARITY.
    """
    length = len(phrase.split())
    best: tuple[float, int] | None = None
    for count in (length, length + 1):
        if count > len(words) and count != length:
            continue
        if not takes_text and any(word not in _POLITE for word in words[count:]):
            continue
        score = fuzz.ratio(" ".join(words[:count]), phrase)
        near = score >= MIN_SIMILARITY_ALONE or _content_words(phrase) & set(words[:count])
        if score < MIN_SIMILARITY or not near or not _is_misheard(words[:count], phrase):
            continue
        if best is None or score > best[0]:
            best = (score, min(count, len(words)))
    if best and takes_text and length > _SHORT_PHRASE:
        # "take note it's Bob's": the missing word must not be taken from the text
        score = fuzz.ratio(" ".join(words[: length - 1]), phrase)
        best = max(best, (score, length - 1))
    return best


def _is_misheard(words: Sequence[str], phrase: str) -> bool:
    """Returns whether the words that differ from a phrase are misheard, not other words.

    "Delete that email", "tell me the truth", "help him" and "can't undo that" have other words.
    """
    wanted = phrase.split()
    strange = [word for word in words if word not in wanted]
    missing = [word for word in wanted if word not in words]
    content = [word for word in strange if word not in _NOISE]
    if not content and _NOISE.issuperset(missing):
        return True
    wanted_content = [word for word in missing if word not in _NOISE]
    return _sounds_like(strange, missing) or _sounds_like(content, wanted_content)


def _sounds_like(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Returns whether words sound like those wanted, or like their beginning."""
    sounds, wanted_sounds = _sounds(words), _sounds(wanted)
    if (
        words and words[0].endswith("'d") and wanted_sounds.startswith(sounds)
    ):  # "action i'd", of "item"
        return True
    enough = SHORT_ALIKE if len(wanted_sounds) <= _SHORT_SOUND else SOUNDS_ALIKE
    return fuzz.ratio(sounds, wanted_sounds) >= enough


def _sounds(words: Sequence[str]) -> str:
    """Returns the sounds of all words, but with "m" apart: "tune" is not "time"."""
    joined = "".join(word.removesuffix("'s") for word in words).replace("m", "\N{MIDDLE DOT}")
    return sound(f"{joined}'" if len(joined) <= _SHORT_WORD else joined)


def _content_words(phrase: str) -> set[str]:
    """Returns the content words of a phrase: "note" of "take a note"."""
    return set(phrase.split()) - _COMMON


def _first_word(words: Sequence[PlainWord]) -> int:
    """Returns the first word after hesitations and polite words."""
    at = 0
    while at < len(words) - 1 and (
        words[at].text in BACK_CHANNELS | _LEADS
        or (at and words[at].text == "you" and words[at - 1].text in _ASKS)
    ):
        at += 1
    return at
