"""How much of a text was heard, from how much of its audio was."""

from collections.abc import Sequence

from sessions_app.engine.text.characters import speaking_ms
from sessions_app.engine.text.writing import whole_words
from sessions_app.engine.tts.base import SpokenWord
from sessions_app.engine.tts.word_places import placed

LENIENCE_MS = 60.0
"""A word that lacks no more than this of its sound was understood."""


def heard_part(
    text: str, words: Sequence[SpokenWord], heard_ms: float, length_ms: float | None
) -> str:
    """Returns the beginning of `text` that was heard in `heard_ms` of its audio.

    With `words` it is exact to the word; without, it is in proportion to `length_ms` (None
    while the audio is still being made). It ends at a whole word, whatever the voice takes for one.
    """
    if length_ms is not None and heard_ms >= length_ms:
        return text
    if words:
        whole = placed(text, words)
        ends = [word.end for word in whole if word.end_ms <= heard_ms + LENIENCE_MS]
        return text[: max(ends, default=0)]
    estimate = max(length_ms or speaking_ms(text), 1.0)
    reached = min(len(text), int(len(text) * heard_ms / estimate))
    return whole_words(text, reached)
