"""How much of a text was heard, from how much of its audio was."""

from collections.abc import Sequence

from sessions_app.core.writing import speaking_ms, whole_words
from sessions_app.speech.synthesisers.base import SpokenWord

LENIENCE_MS = 60.0
"""A word that lacks no more than this of its sound was understood."""


def heard_part(
    text: str, words: Sequence[SpokenWord], heard_ms: float, length_ms: float | None
) -> str:
    """Returns the beginning of `text` that was heard in `heard_ms` of its audio.

    With `words` it is exact to the word; without, it is in proportion to `length_ms` (None
    while the audio is still being made), back to the last whole word.
    """
    if length_ms is not None and heard_ms >= length_ms:
        return text
    if words:
        ends = [word.end for word in words if word.end_ms <= heard_ms + LENIENCE_MS]
        return text[: max(ends)] if ends else ""
    estimate = max(length_ms or speaking_ms(text), 1.0)
    reached = min(len(text), int(len(text) * heard_ms / estimate))
    return whole_words(text, reached)
