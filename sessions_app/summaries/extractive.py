"""A summary made of the call's own sentences, without any model."""

import warnings
from collections.abc import Sequence
from typing import Any

from sessions_app.core.languages import base_of
from sessions_app.core.transcript import TranscriptLine
from sessions_app.core.writing import capitalised, closed, join_sentences, plain_words
from sessions_app.core.writing import count as _count
from sessions_app.summaries import actions
from sessions_app.summaries.base import CallSummary, Point, Summariser

FEWEST_WORDS = 5
"""A shorter segment says too little to stand alone."""

ENOUGH_WORDS = 12
"""A call with fewer words has no summary worth the name."""

MOST_SENTENCES = 600
"""The longest that many are weighed: the cost grows with the cube, this many take seconds."""

LANGUAGES = {
    "ar": "arabic",
    "cs": "czech",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "he": "hebrew",
    "it": "italian",
    "ja": "japanese",
    "ko": "korean",
    "pt": "portuguese",
    "sk": "slovak",
    "sv": "swedish",
    "uk": "ukrainian",
    "zh": "chinese",
}
"""Languages of which sumy knows both the stems, if they have any, and the words that say little."""


class ExtractiveSummariser(Summariser):
    """Latent semantic analysis over segments (Steinberger and Ježek, 2004), by sumy.

    Each final segment is a sentence. `sentences` is how many key points there are at most. Each
    is in one place alone: where it asks for something to be done it is an action item and no key
    point, and a call that is short enough to be told whole has no key points beside its text.
    """

    name = "extractive"

    def __init__(self, sentences: int = 5) -> None:
        if sentences < 1:
            raise ValueError(f"sentences={sentences} must be 1 or more.")
        self._sentences = sentences

    def summarise(self, segments: Sequence[TranscriptLine], language: str) -> CallSummary:
        """Returns key points in order of time, and action items by rule."""
        count = sum(_count(s.text) for s in segments)
        if not count:
            return CallSummary("Nothing was said in this call.")
        asked = [s for s in segments if actions.is_action(s.text)]
        items = tuple(_point(s, language) for s in asked)
        if count < ENOUGH_WORDS:
            said = "One word was" if count == 1 else f"Only {count} words were"
            text = f"{said} said, too few to summarise."
            return CallSummary(text, action_items=items)
        listed = {s.seq for s in asked}
        candidates = _telling([s for s in segments if s.seq not in listed])
        if not candidates:
            return CallSummary("Everything that was said is something to do.", action_items=items)
        points = tuple(_point(s, language) for s in self._chosen(candidates, language))
        text = join_sentences(p.text for p in points)
        return CallSummary(text, points if len(points) < len(candidates) else (), items)

    def _chosen(self, candidates: list[TranscriptLine], language: str) -> list[TranscriptLine]:
        """Returns the segments that say most, in their order."""
        if len(candidates) > MOST_SENTENCES:
            longest = sorted(candidates, key=lambda s: -_count(s.text))[:MOST_SENTENCES]
            kept = {s.seq for s in longest}
            candidates = [s for s in candidates if s.seq in kept]
        if len(candidates) <= self._sentences:
            return candidates
        return _ranked(candidates, self._sentences, language) or candidates[: self._sentences]


def _telling(segments: Sequence[TranscriptLine]) -> list[TranscriptLine]:
    """Returns the segments that can stand alone; where none is long enough, all that have words."""
    long = [s for s in segments if _count(s.text) >= FEWEST_WORDS]
    return _without_repeats(long or [s for s in segments if _count(s.text)])


class _Words:
    """The tokenizer that sumy asks; its own would want a download."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(plain_words(sentence))


def _ranked(
    candidates: Sequence[TranscriptLine], count: int, language: str
) -> list[TranscriptLine]:
    """Returns the `count` best in their order; none where all words say little."""
    # sumy takes 2 CPU-seconds to import: only a worker that summarises should pay
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence  # noqa: PLC0415

    words = _Words()
    sentences = [Sentence(s.text, words) for s in candidates]
    origin = {id(sentence): s for sentence, s in zip(sentences, candidates, strict=True)}
    with warnings.catch_warnings():
        # sumy warns when a call has more sentences than different words; it works all the same
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        best = _lsa(language)(ObjectDocumentModel([Paragraph(sentences)]), count)
    return [origin[id(sentence)] for sentence in best]


def _lsa(language: str) -> Any:
    from sumy.nlp.stemmers import Stemmer  # noqa: PLC0415
    from sumy.summarizers.lsa import LsaSummarizer  # noqa: PLC0415
    from sumy.utils import get_stop_words  # noqa: PLC0415

    name = LANGUAGES.get(base_of(language))
    if name is None:
        return LsaSummarizer()
    summarizer = LsaSummarizer(Stemmer(name))
    summarizer.stop_words = get_stop_words(name)
    return summarizer


def _without_repeats(segments: Sequence[TranscriptLine]) -> list[TranscriptLine]:
    """Returns the segments whose words were not said just so before."""
    first = {" ".join(plain_words(s.text)): s for s in reversed(segments)}
    kept = {s.seq for s in first.values()}
    return [s for s in segments if s.seq in kept]


def _point(segment: TranscriptLine, language: str) -> Point:
    """Returns the segment as a sentence: recognisers often give neither capital nor full stop."""
    text = capitalised(" ".join(segment.text.split()), language)
    return Point(closed(text, language), segment.seq)
