"""Rows prepared for templates. Permissions are checked by the caller."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sessions_app.engine.core.events import Speaker, Word
from sessions_app.engine.core.party import visitor_name
from sessions_app.engine.core.states import LIVE, CallState, EndReason
from sessions_app.engine.text.word_times import by_letters
from sessions_app.engine.text.writing import clip, tokens
from sessions_app.models import Agent, Call, Recording, Segment, Summary
from sessions_app.models.segment import SegmentSource
from sessions_app.models.work import WorkState
from sessions_app.services import corrections, live_desk, redactions, transcripts
from sessions_app.services.gaps import Gap, lasted, take_before
from sessions_app.services.outline import Outlined
from sessions_app.services.search import BestSegment
from sessions_app.views import hits, wording
from sessions_app.views.shown_words import ShownWord, pieces, places

SNIPPET_SIDE = 100
"""Characters shown before and after a search hit, and of a call's first words."""

SPEAKERS = {"caller": "Caller", "agent": "Agent"}


@dataclass(frozen=True, slots=True)
class AgentCard:
    """One agent on the start page; `answers` if it talks, else it only transcribes."""

    slug: str
    name: str
    description: str
    language: str
    answers: bool


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in a list; `snippet` is the text around a search hit.

    `hit` is the query and fragment that open the call's page at the hit.
    """

    public_id: str
    title: str
    agent: str
    owner: str
    state: str
    state_label: str
    live: bool
    started: datetime
    length: str
    words: int
    preview: str
    snippet: tuple[hits.Piece, ...] = ()
    hit: str = ""
    visitor: str = ""
    """The visitor who used a ticket of the owner; empty for the owner."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """One segment of the transcript; `corrected` if somebody changed it, and then who and when.

    `text` is what the words are of: none where somebody said that nothing was said.

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
    """Who of the staff typed it for the agent to say; empty for who may not know."""
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


@dataclass(frozen=True, slots=True)
class SpeakerBar:
    """How much one side spoke; `percent` of all that was spoken."""

    speaker: str
    label: str
    spoken: str
    words: int
    percent: int


def agent_card(agent: Agent) -> AgentCard:
    """Returns `agent` for the start page."""
    return AgentCard(
        slug=agent.slug,
        name=agent.name,
        description=agent.description,
        language=wording.language(agent.language),
        answers=bool(agent.responder),
    )


def agent_name(call: Call) -> str:
    """Returns the name the agent had in `call`: it may have been renamed since."""
    return str(call.persona.get("name") or call.agent.name)


def call_row(call: Call, said: BestSegment | None = None, wanted: str = "") -> CallRow:
    """Returns `call` for a list; uses the annotations `word_count` and `first_words`, if present.

    `said` is the segment in which `wanted` was found.
    """
    return CallRow(
        public_id=call.public_id,
        title=call.title,
        agent=agent_name(call),
        owner=call.owner.get_full_name() or call.owner.get_username(),
        state=call.state,
        state_label=wording.STATES[CallState(call.state)],
        live=call.state in LIVE,
        started=call.created_at,
        length="" if call.duration_ms is None else wording.length(call.duration_ms),
        words=getattr(call, "word_count", None) or 0,
        preview=clip(getattr(call, "first_words", None) or "", SNIPPET_SIDE),
        snippet=hits.snippet(said.shown_text, wanted, SNIPPET_SIDE) if said is not None else (),
        visitor=visitor_name(call.visitor) if call.visitor else "",
        hit=hits.address_of(said.seq, wanted) if said is not None else "",
        tags=tuple(sorted(getattr(call, "tag_names", None) or ())),
    )


def recording_of(call: Call) -> Recording | None:
    """Returns the call's recording, finished or not; None if there will be none."""
    return getattr(call, "recording", None)


def is_ready(recording: Recording | None) -> bool:
    """Returns whether a recording can be heard: it is there, without the sound of hidden words."""
    if recording is None or recording.state != WorkState.DONE or not recording.file:
        return False
    return not redactions.is_sound_owed(recording.call)


def silent_sides(recording: Recording | None, segments: Iterable[Segment | Outlined]) -> list[str]:
    """Returns the sides that spoke but are silent in the recording: their audio was unreadable."""
    if recording is None or not recording.file:
        return []
    # typed or only displayed text has no length
    spoke = {segment.speaker for segment in segments if segment.end_ms > segment.start_ms}
    silent = [
        name for name, peaks in zip(SPEAKERS, recording.peaks, strict=False) if not any(peaks)
    ]
    return [name for name in silent if name in spoke]


def summary_of(call: Call) -> Summary | None:
    """Returns the call's summary, finished or not; None before the call's end."""
    return getattr(call, "summary", None)


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
            speaker_label=_name(segment.speaker, agent),
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            time=wording.clock(segment.start_ms),
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


def _name(speaker: str, agent: str) -> str:
    return agent if agent and speaker == Speaker.AGENT else SPEAKERS.get(speaker, speaker)


def _sure(segment: Segment) -> int | None:
    if segment.confidence is None or not transcripts.is_unsure(segment):
        return None
    return wording.percent(segment.confidence, 1)


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


def speaker_shares(speakers: list[dict[str, Any]], agent: str = "") -> list[SpeakerBar]:
    """Returns each side's share of what was spoken; `agent` is its name."""
    total = sum(entry["spoken_ms"] for entry in speakers)
    return [
        SpeakerBar(
            speaker=entry["speaker"],
            label=_name(entry["speaker"], agent),
            spoken=wording.length(entry["spoken_ms"]),
            words=entry["words"],
            percent=wording.percent(entry["spoken_ms"], total),
        )
        for entry in speakers
    ]


def end_reason(call: Call) -> str:
    """Returns why the call ended, as a sentence; empty while it is live."""
    return wording.END_REASONS[EndReason(call.end_reason)] if call.end_reason else ""


def work_is_owed(call: Call, recording: Recording | None, summary: Summary | None) -> bool:
    """Returns whether the call is live or its recording or summary is pending."""
    owed = (WorkState.PENDING, WorkState.RUNNING)
    if call.is_live:
        return True
    return any(work is not None and work.state in owed for work in (recording, summary))
