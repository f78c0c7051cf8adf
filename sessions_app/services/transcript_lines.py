"""The lines of a transcript as a page shows them, on both sites. The caller checks permissions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sessions_app.engine.core.clock_times import short_time
from sessions_app.engine.core.events import Speaker, Word
from sessions_app.engine.text.word_times import by_letters
from sessions_app.engine.text.writing import tokens
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Segment
from sessions_app.models.segment import SegmentSource
from sessions_app.services import corrections, hits, live_desk, transcripts
from sessions_app.services.gaps import Gap, lasted, take_before
from sessions_app.services.outline import Outlined
from sessions_app.services.shown_words import ShownWord, pieces, places

SPEAKERS = {"caller": gettext_lazy("Caller"), "agent": gettext_lazy("Agent")}


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """One segment of the transcript; `corrected` if somebody changed it, and then who and when.

    `text` is what the words come from; empty where somebody marked that nothing was said.

    `revised` if the words are from a second pass over the recording.

    `unheard` is the part of an interrupted answer that was not heard, `gap_before` how long the
    connection was lost before the segment.
    """

    seq: int
    speaker: str
    speaker_label: str
    start_ms: int
    end_ms: int
    time: str
    words: tuple[ShownWord, ...]
    corrected: bool
    interrupted: bool
    unheard: str
    gap_before: str = ""
    revised: bool = False
    text: str = ""
    revision: int = 0
    corrected_by: str = ""
    corrected_at: datetime | None = None
    typed_by: str = ""
    """Who of the staff typed it for the agent to say; empty for readers who may not see that."""
    original: str = ""
    """What was recognised, where people read another text; else empty."""

    sure: int | None = None
    """How sure the recogniser was, in percent, where it was not; else None."""

    @property
    def places(self) -> str:
        """Where the words are, for the page's JavaScript: see `shown_words.places`."""
        return places(self.words, self.start_ms)

    @property
    def pieces(self) -> tuple[hits.Piece, ...]:
        """The words as text, in pieces that tell hits from other text."""
        return pieces(self.words)


def lines(
    segments: Iterable[Segment],
    agent: str = "",
    gaps: Sequence[Gap] = (),
    wanted: str = "",
    *,
    typists: bool = False,
) -> list[TranscriptEntry]:
    """Returns segments as lines of a transcript, in the order given.

    `agent` is its name; `gaps` are where the connection was lost, in ms of the call clock; words
    of `wanted` are marked. With `typists` the lines that staff typed say who did.
    """
    left = list(gaps)
    return [
        TranscriptEntry(
            seq=segment.seq,
            speaker=segment.speaker,
            speaker_label=speaker_name(segment.speaker, agent),
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            time=short_time(segment.start_ms),
            words=_words(segment, wanted),
            corrected=segment.is_corrected,
            corrected_by=corrections.corrector(segment),
            corrected_at=segment.edited_at,
            text=segment.shown_text,
            revision=segment.revision,
            revised=segment.revised_at is not None or segment.source == SegmentSource.SECOND_PASS,
            interrupted=segment.interrupted,
            unheard=segment.unheard_text,
            gap_before=take_before(left, segment.start_ms),
            original=_original(segment),
            typed_by=live_desk.typist_name(segment) if typists else "",
            sure=_sure(segment),
        )
        for segment in segments
        if segment.is_shown or segment.is_corrected
    ]


def gap_after(segments: Sequence[Segment | Outlined], gaps: Sequence[Gap]) -> str:
    """Returns how long the connection was lost after the last words; empty for not at all."""
    last = max((segment.start_ms for segment in segments), default=-1)
    after = [gap for gap in gaps if gap[0] > last]
    return lasted(after)


def _original(segment: Segment) -> str:
    said = segment.text if segment.heard_text is None else segment.heard_text
    return segment.text if segment.shown_text != said else ""


def _sure(segment: Segment) -> int | None:
    if segment.confidence is None or not transcripts.is_unsure(segment):
        return None
    return round(100 * segment.confidence)


def _words(segment: Segment, wanted: str) -> tuple[ShownWord, ...]:
    """Returns the displayed words, each with its times.

    Punctuation and corrections may change the number of words; then each takes the times of the
    recognised word at the same relative position.
    """
    texts = tokens(segment.shown_text)
    heard = [Word(w["text"], w["start_ms"], w["end_ms"]) for w in segment.shown_words]
    exact = by_letters(texts, heard)
    spans = exact if exact is not None else _shared(segment, len(texts))
    marked = hits.held(segment.shown_text, wanted) if wanted else [False] * len(texts)
    made = [
        ShownWord(token.text, round(start), round(end), token.blank, hit)
        for token, (start, end), hit in zip(texts, spans, marked, strict=True)
    ]
    if made and segment.text.startswith(f"{segment.shown_text} "):
        made[-1] = made[-1]._replace(blank=True)  # the unheard part follows
    return tuple(made)


def _shared(segment: Segment, many: int) -> list[tuple[float, float]]:
    """Returns times for `many` words: those of recognised words, or equal shares."""
    spans: list[tuple[float, float]] = [
        (word["start_ms"], word["end_ms"]) for word in segment.shown_words
    ]
    if segment.heard_text is not None:
        spans = spans[: len(tokens(segment.heard_text))]
    if not spans:
        step = (segment.end_ms - segment.start_ms) / max(1, many)
        return [(at, at + step) for at in (segment.start_ms + i * step for i in range(many))]
    return [spans[index * len(spans) // many] for index in range(many)]


def speaker_name(speaker: str, agent: str) -> str:
    """Returns the name of a side as a page shows it; `agent` is its own."""
    return agent if agent and speaker == Speaker.AGENT else SPEAKERS.get(speaker, speaker)
