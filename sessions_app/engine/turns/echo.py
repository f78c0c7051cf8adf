"""Whether what was heard is the agent's own voice coming back."""

from collections import deque
from collections.abc import Sequence

from rapidfuzz import fuzz

from sessions_app.engine.text.writing import join_sentences, plain_words

ALIKE = 70.0
"""Of 100: words a recogniser garbles are still this much alike."""

SKIPPED = 3
"""An echo may lack this many words between two that were recognised."""

SAID_MS = 10_000.0
"""How far back the agent's own words can come back as an echo."""


class AgentSpeech:
    """What the agent said of late; times are in ms on the call clock."""

    def __init__(self) -> None:
        self._said: deque[tuple[float, str]] = deque()

    def add(self, text: str, now_ms: float) -> None:
        """Notes that the agent says `text` now."""
        self._said.append((now_ms, text))
        while now_ms - self._said[0][0] > SAID_MS:
            self._said.popleft()

    def share(self, heard: str) -> float:
        """Returns how much (0..1) of the words in `heard` the agent said itself."""
        return echo_share(heard, join_sentences(said for _, said in self._said))


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
