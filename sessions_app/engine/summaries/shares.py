"""How much each side spoke, counted from the segments, whichever summariser runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions_app.engine.core.transcript import TranscriptLine
from sessions_app.engine.text.writing import count


@dataclass(frozen=True, slots=True)
class SpeakerShare:
    """How much one side spoke."""

    speaker: str
    spoken_ms: int
    words: int


def shares(segments: Sequence[TranscriptLine]) -> tuple[SpeakerShare, ...]:
    """Returns a share for each speaker, the caller's first; overlaps count once."""
    result = []
    for speaker in sorted({s.speaker for s in segments}, reverse=True):
        own = [s for s in segments if s.speaker == speaker]
        words = sum(count(s.text) for s in own)
        result.append(SpeakerShare(speaker, _spoken_ms(own), words))
    return tuple(result)


def _spoken_ms(segments: Sequence[TranscriptLine]) -> int:
    """Returns the time covered by segments, overlaps counted once."""
    total, until = 0, 0
    for start, end in sorted((s.start_ms, s.end_ms) for s in segments):
        total += max(0, end - max(start, until))
        until = max(until, end)
    return total
