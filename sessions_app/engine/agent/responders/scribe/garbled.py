"""The scribe's shortest phrases as a recogniser garbles them: alike is enough."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from sessions_app.engine.agent.responders.scribe.sounding import sound
from sessions_app.engine.agent.responders.scribe.vocabulary import SHORT, TAKES_TEXT, Intent
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.turns.interruption.words import BACK_CHANNELS

ALIKE = 70.0
"""Of 100; measured on recognised speech: 34 of 36 commands, none in plain talk."""

SURELY = 80.0
"""Words that share none of the phrase's telling ones must be so much alike."""

_COMMON = listed("a the to me my that this it is have we what can you how long say new down")
_POLITE = listed("please scribe hey now could can you would that")
_LEADS = listed("so well and please could can would")
"""Words before a command that ask for it nicely; "you" does after some of them."""

_ASKS = listed("can could would")
_NOISE = listed("a an the to of my this that it is uh um er") | BACK_CHANNELS
"""Small words that a recogniser adds to a command, and hears for each other."""

SOUNDS_ALIKE, SHORT_ALIKE = 78.0, 82.0
"""Of 100: so much like a phrase's words sounds what is heard for them; the latter for few."""

_SHORT_SOUND, _SHORT_WORD = 4, 2

_TELLERS = listed(
    "i he she we they you it that this there my his her their our who nobody somebody everybody "
    "do did does don't didn't never not no should must may might will i'll i'd i've i'm that's "
    "it's he's she's we'll we've"
)
"""Words that begin what is told: a garbled command begins with none of them."""

_READS = listed("read repeat show tell what")
"""Who says these wants to hear something: nothing is taken out for "read the last bit"."""

_SHORT_PHRASE = 2
"""Words of a phrase that says nothing without either."""


def alike(words: Sequence[PlainWord]) -> tuple[Intent, int, int] | None:
    """Returns the command that the words nearly begin with, its first word, and the one after it.

    None where they are not like any; a command that takes no text must be all that was said.
    """
    first = _first(words)
    if first and words[first - 1].text == "and" and words[first].text == "the":
        first -= 1  # "and the call" is "end the call"
    texts = [word.text for word in words[first:]]
    apart = next((at for at, word in enumerate(words[first:]) if at and word.opened), len(texts))
    if not texts or texts[0] in _TELLERS:
        return None
    best: tuple[float, int, Intent] | None = None
    for command, phrases in SHORT.items():
        for phrase in phrases:
            if phrase == "note that":  # too many words are like these
                continue
            if command is Intent.UNDO and texts[0] in _READS:
                continue
            found = _likeness(texts, phrase, takes_text=command in TAKES_TEXT)
            if found is not None and command in TAKES_TEXT:  # "action: that one" has it for a text
                found = (found[0], min(found[1], apart))
            if found is not None and (best is None or found > best[:2]):
                best = (*found, command)
    return (best[2], first, first + best[1]) if best else None


def _likeness(words: list[str], phrase: str, *, takes_text: bool) -> tuple[float, int] | None:
    """Returns how alike the first words are, and how many of them; None below ALIKE."""
    length = len(phrase.split())
    best: tuple[float, int] | None = None
    for count in (length, length + 1):
        if count > len(words) and count != length:
            continue
        if not takes_text and any(word not in _POLITE for word in words[count:]):
            continue
        score = fuzz.ratio(" ".join(words[:count]), phrase)
        near = score >= SURELY or _named(phrase) & set(words[:count])
        if score < ALIKE or not near or not _is_heard_for(words[:count], phrase):
            continue
        if best is None or score > best[0]:
            best = (score, min(count, len(words)))
    if best and takes_text and length > _SHORT_PHRASE:
        # "take note it's Bob's": a word that was not said is not made up of what follows
        score = fuzz.ratio(" ".join(words[: length - 1]), phrase)
        best = max(best, (score, length - 1))
    return best


def _is_heard_for(words: Sequence[str], phrase: str) -> bool:
    """Returns whether what differs from a phrase is what a recogniser makes of its words.

    "Delete that email", "tell me the truth" and "help him" have another word; so do "can't undo
    that" and "photos remind me of".
    """
    wanted = phrase.split()
    strange = [word for word in words if word not in wanted]
    missing = [word for word in wanted if word not in words]
    telling = [word for word in strange if word not in _NOISE]
    if not telling and _NOISE.issuperset(missing):
        return True
    wanted_telling = [word for word in missing if word not in _NOISE]
    return _is_like(strange, missing) or _is_like(telling, wanted_telling)


def _is_like(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Returns whether words sound like those that are wanted, or are the first part of them."""
    heard, meant = _sounds(words), _sounds(wanted)
    if words and words[0].endswith("'d") and meant.startswith(heard):  # "action i'd", of "item"
        return True
    enough = SHORT_ALIKE if len(meant) <= _SHORT_SOUND else SOUNDS_ALIKE
    return fuzz.ratio(heard, meant) >= enough


def _sounds(words: Sequence[str]) -> str:
    """Returns the sounds of words as one; "tune" is not "time" here, and "him" is not "me"."""
    joined = "".join(word.removesuffix("'s") for word in words).replace("m", "\N{MIDDLE DOT}")
    return sound(f"{joined}'" if len(joined) <= _SHORT_WORD else joined)


def _named(phrase: str) -> set[str]:
    """Returns the words of a phrase that tell what is wanted."""
    return set(phrase.split()) - _COMMON


def _first(words: Sequence[PlainWord]) -> int:
    """Returns which word is the first after noises and words that ask nicely."""
    at = 0
    while at < len(words) - 1 and (
        words[at].text in BACK_CHANNELS | _LEADS
        or (at and words[at].text == "you" and words[at - 1].text in _ASKS)
    ):
        at += 1
    return at
