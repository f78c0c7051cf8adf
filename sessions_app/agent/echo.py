"""Whether what was heard is the agent's own voice coming back."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from sessions_app.core.writing import plain_words

ALIKE = 70.0
"""Of 100: words a recogniser garbles are still this much alike."""

SKIPPED = 3
"""An echo may lack this many words between two that were recognised."""


def echo_share(heard: str, said: str) -> float:
    """Returns how much (0..1) of the words in `heard` appear in the same order in `said`."""
    ours, theirs = plain_words(said), plain_words(heard)
    if not theirs or not ours:
        return 0.0
    return max(_run(theirs, ours[start:]) for start in range(len(ours))) / len(theirs)


def _run(heard: Sequence[str], said: Sequence[str]) -> int:
    """Returns how many of `heard` follow each other in `said`, from its first word."""
    found, at = 0, 0
    for word in heard:
        for step, other in enumerate(said[at : at + SKIPPED + 1]):
            if fuzz.ratio(word, other) >= ALIKE:
                found += 1
                at += step + 1
                break
    return found
