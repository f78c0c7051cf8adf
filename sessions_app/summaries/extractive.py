"""A summary made of the call's own sentences, without any model."""

import re
from collections.abc import Sequence
from itertools import pairwise

from sessions_app.core.transcript import TranscriptLine
from sessions_app.summaries.base import CallSummary, Point, SpeakerShare, Summariser

FEWEST_WORDS = 5
"""A shorter segment says too little to stand alone."""

ENOUGH_WORDS = 12
"""A call with fewer words has no summary worth the name."""

ACTION_PATTERNS = (
    r"\b(i|we|you|he|she|they)('ll| will| should| must| need to| have to| has to| ought to)\b",
    r"\b(please|remember to|make sure|do not forget|don't forget|let us|let's)\b",
    r"\b(action item|to do|next step|follow up|deadline)\b",
    r"\bby (monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|tonight|noon)\b",
)
"""A segment that matches is an action item: a duty, a request, a plan, or a date to keep."""

_ACTION = re.compile("|".join(ACTION_PATTERNS), re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


class SegmentTokenizer:
    """What sumy needs of a language: here every segment is a sentence already."""

    def to_sentences(self, paragraph: str) -> tuple[str, ...]:
        return tuple(line for line in paragraph.split("\n") if line)

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(_WORD.findall(sentence.lower()))


class ExtractiveSummariser(Summariser):
    """Latent semantic analysis over segments (Steinberger and Ježek, 2004), by sumy.

    `sentences` is how many key points there are at most.
    """

    name = "extractive"

    def __init__(self, sentences: int = 5) -> None:
        self._sentences = sentences

    def summarise(self, segments: Sequence[TranscriptLine]) -> CallSummary:
        speakers = _shares(segments)
        words = sum(share.words for share in speakers)
        if not words:
            return CallSummary("Nothing was said in this call.", speakers=speakers)
        actions = tuple(_point(s) for s in segments if _ACTION.search(s.text))
        if words < ENOUGH_WORDS:
            text = f"Only {words} words were said, too few to summarise."
            return CallSummary(text, action_items=actions, speakers=speakers)
        points = self._key_points(segments)
        return CallSummary(" ".join(p.text for p in points), points, actions, speakers)

    def _key_points(self, segments: Sequence[TranscriptLine]) -> tuple[Point, ...]:
        long = [s for s in segments if len(_WORD.findall(s.text)) >= FEWEST_WORDS]
        candidates = long or list(segments)
        if len(candidates) <= self._sentences:
            return tuple(_point(s) for s in candidates)
        chosen = set(self._chosen([_line(s) for s in candidates]))
        picked = [s for s in candidates if _line(s) in chosen]
        return tuple(_point(s) for s in picked[: self._sentences])

    def _chosen(self, lines: list[str]) -> list[str]:
        # sumy takes 2 CPU-seconds to import: only a worker that summarises should pay
        from sumy.parsers.plaintext import PlaintextParser  # noqa: PLC0415
        from sumy.summarizers.lsa import LsaSummarizer  # noqa: PLC0415

        parser = PlaintextParser.from_string("\n\n".join(lines), SegmentTokenizer())
        return [str(s) for s in LsaSummarizer()(parser.document, self._sentences)]


def _line(segment: TranscriptLine) -> str:
    return " ".join(segment.text.split())


def _point(segment: TranscriptLine) -> Point:
    return Point(_line(segment), segment.seq)


def _shares(segments: Sequence[TranscriptLine]) -> tuple[SpeakerShare, ...]:
    shares = []
    for speaker in sorted({s.speaker for s in segments}, reverse=True):
        own = [s for s in segments if s.speaker == speaker]
        words = sum(len(_WORD.findall(s.text)) for s in own)
        shares.append(SpeakerShare(speaker, _spoken_ms(own), words))
    return tuple(shares)


def _spoken_ms(segments: Sequence[TranscriptLine]) -> int:
    """Returns the time covered by segments, overlaps counted once."""
    spans = sorted((s.start_ms, s.end_ms) for s in segments)
    total = sum(end - start for start, end in spans)
    overlap = sum(max(0, first[1] - second[0]) for first, second in pairwise(spans))
    return max(0, total - overlap)
