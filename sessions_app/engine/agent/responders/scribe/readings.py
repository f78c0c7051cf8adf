"""Some of the notes that are to be read: "read me note number three", "what was the last task"."""

from collections.abc import Sequence
from itertools import pairwise

from sessions_app.engine.agent.responders.base import CallHost
from sessions_app.engine.agent.responders.scribe.joins import COURTESIES
from sessions_app.engine.agent.responders.scribe.removals import HOW, choice, line
from sessions_app.engine.agent.responders.scribe.which import MANY, NOUNS, Which, counted
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import closed

_READS = listed("read repeat show tell")
_TO = listed("me us back out again aloud")
_ASKS = (["what", "is"], ["what", "are"], ["what", "was"], ["what", "were"])
_SAYS = (["what", "does"], ["what", "do"], ["what", "did"])
BEGINS = _READS | {"what"}
"""With these it begins."""

_VAGUE = listed("thing things part parts bit point points one ones")
"""What is not only said of notes: "repeat the last part" is about what was said."""

_NOTES = NOUNS - _VAGUE


def reading(words: Sequence[str]) -> Which | None:
    """Returns which notes a sentence of these words asks to hear, by number or place; or None."""
    rest = _named(words)
    if rest is None or _is_how_many(rest):
        return None
    if not _NOTES & set(rest) and (words[0] != "read" or _VAGUE - {"one", "ones"} & set(rest)):
        return None
    return counted(rest)


def read_out(host: CallHost, which: Which) -> str:
    """Returns the notes that are meant, as they are read aloud, or why there is none."""
    chosen = choice(which, host.notes)
    told = " ".join(closed(line(note)) for note in chosen.notes)
    return told or chosen.problem.removesuffix(f" {HOW}")


def _named(words: Sequence[str]) -> list[str] | None:
    """Returns what names the notes; None where nothing is to be read."""
    rest = list(words)
    while rest and rest[-1] in COURTESIES:
        rest.pop()
    if rest[:1] and rest[0] in _READS:
        rest.pop(0)
        while rest and rest[0] in _TO:
            rest.pop(0)
        return rest
    if rest[:2] in _ASKS:
        return rest[2 + (rest[2:3] == ["in"]) :]
    return rest[2:-1] if rest[:2] in _SAYS and rest[-1] == "say" else None


def _is_how_many(words: Sequence[str]) -> bool:
    """Returns whether a number tells how many notes there are: "my two notes" are all of them."""
    for at, (word, after) in enumerate(pairwise(words)):
        if after in MANY and counted(["number", word]) and not counted(words[: at + 1]):
            return True
    return False
