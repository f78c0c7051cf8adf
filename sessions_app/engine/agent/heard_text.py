"""Works out which part of a text was heard when its audio was interrupted."""

from collections.abc import Sequence

from sessions_app.engine.text.characters import speaking_ms
from sessions_app.engine.text.writing import whole_words
from sessions_app.engine.tts.base import SpokenWord
from sessions_app.engine.tts.word_places import placed

LENIENCE_MS = 60.0
"""A word cut off by at most this much counts as heard."""


def heard_part(
    text: str, words: Sequence[SpokenWord], heard_ms: float, length_ms: float | None
) -> str:
    """Returns the beginning of `text` that was heard in `heard_ms` of its audio.

    With timed `words` it is exact to the word; without, it is in proportion to `length_ms` (None
    while the audio is still being made). It always ends with a whole word.
    """
    if length_ms is not None and heard_ms >= length_ms:
        return text
    if words:
        in_text = placed(text, words)
        ends = [word.end for word in in_text if word.end_ms <= heard_ms + LENIENCE_MS]
        return text[: max(ends, default=0)]
    estimate = max(length_ms or speaking_ms(text), 1.0)
    reached = min(len(text), int(len(text) * heard_ms / estimate))
    return whole_words(text, reached)
