"""Detects the agent's own words in what the caller's microphone picked up: acoustic echo."""

from collections import deque
from collections.abc import Sequence

from rapidfuzz import fuzz

from sessions_app.engine.text.writing import join_sentences, plain_words

ALIKE = 70.0
"""Similarity (0..100) from which a recognised word counts as an echo of a word that was said. Lower
takes more of a caller's own words for echo."""

SKIPPED = 3
"""Most words that an echo may lack between two recognised ones."""

SAID_MS = 10_000.0
"""How long the agent's words can come back as an echo."""


class AgentSpeech:
    """The agent's latest words; times are in ms on the call clock."""

    def __init__(self) -> None:
        self._said: deque[tuple[float, str]] = deque()

    def add(self, text: str, now_ms: float) -> None:
        """Notes that the agent says `text` now."""
        self._said.append((now_ms, text))
        while now_ms - self._said[0][0] > SAID_MS:
            self._said.popleft()

    def share(self, heard: str) -> float:
        """Returns the share (0..1) of the words in `heard` that the agent said itself."""
        return echo_share(heard, join_sentences(said for _, said in self._said))


def echo_share(heard: str, said: str) -> float:
    """Returns the share (0..1) of the words in `heard` that appear, in that order, in `said`."""
    said_words, heard_words = plain_words(said), plain_words(heard)
    if not heard_words or not said_words:
        return 0.0
    return max(_matched(heard_words, said_words[start:]) for start in range(len(said_words))) / len(
        heard_words
    )


def _matched(heard: Sequence[str], said: Sequence[str]) -> int:
    """Returns how many words of `heard` are matched in order in `said`, from its beginning."""
    found, at = 0, 0
    for word in heard:
        for step, other in enumerate(said[at : at + SKIPPED + 1]):
            if fuzz.ratio(word, other) >= ALIKE:
                found += 1
                at += step + 1
                break
    return found
