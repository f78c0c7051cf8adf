"""Which words over an agent's speech mean something."""

import re

from sessions_app.agent.wordlists import listed

_WORD = re.compile(r"[\w'\u2019]+(?:-[\w'\u2019]+)*")

BACK_CHANNELS = listed(
    "mhm mm mmm hm hmm uh uhm um huh ah oh okay ok yeah yep yes right sure alright aha wow "
    "great good nice fine cool really uh-huh mm-hmm mhmm true exactly indeed"
)
_PHRASES = ("i see", "got it", "uh huh", "mm hmm", "all right", "of course", "very good")

STOPS = listed("stop wait no hold excuse sorry quiet pause cancel hey")
"""Words that take the floor alone, at once."""


def real_words(text: str) -> list[str]:
    """Returns the words of `text` that are no back-channel, in lower case."""
    low = text.lower()
    for phrase in _PHRASES:
        low = re.sub(rf"\b{phrase}\b", " ", low)
    return [word for word in _WORD.findall(low) if _means_something(word)]


def _means_something(word: str) -> bool:
    # recognisers spell a hum as single letters
    return word not in BACK_CHANNELS and (len(word) > 1 or word in ("i", "a"))


def says_stop(text: str) -> bool:
    """Returns whether it begins with a word that asks the agent to stop."""
    words = real_words(text)
    return bool(words) and words[0] in STOPS
