"""Where the text of a note ends, though more is said: an aside, or words that take it back."""

from collections.abc import Sequence

from sessions_app.agent.responders.found import polite, texts
from sessions_app.agent.responders.vocabulary import COMMANDS, LONGEST, Command
from sessions_app.agent.responders.words import Spoken
from sessions_app.agent.wordlists import listed

_ASIDES = (
    *("anyway", "anyhow", "moving on", "where was i", "where were we", "what was i saying"),
    *("as i was saying", "as i said", "but back to", "back to", "so yeah", "but i digress"),
)
"""What people say as they go back to what they were saying."""

_SURELY = ("anyway where was i", "anyway where were we", "anyway as i was saying")
"""These are asides without a mark, too."""

_DOUBTS = listed("no nope wait sorry actually oh hmm uh um well")
_DENIALS = listed("no nope wait sorry actually")


def aside_at(words: Sequence[Spoken]) -> bool:
    """Returns whether an aside begins after the first of these words."""
    rest = " ".join(texts(words, 1, len(words))) + " "
    if rest.startswith(tuple(f"{aside} " for aside in _SURELY)):
        return True
    return words[0].marked and rest.startswith(tuple(f"{aside} " for aside in _ASIDES))


def taken_back_at(words: Sequence[Spoken]) -> bool:
    """Returns whether all after the first word takes back what was said: "no, scratch that"."""
    at = 1
    while at < len(words) and words[at].text in _DOUBTS:
        at += 1
    denied = any(word in _DENIALS for word in texts(words, 1, at))
    if not (words[0].marked or denied):
        return False
    for many in range(min(LONGEST, len(words) - at), 1, -1):
        phrase = texts(words, at, at + many)
        if COMMANDS.get(tuple(phrase)) is Command.UNDO:
            return polite(texts(words, at + many, len(words)))
    return False
