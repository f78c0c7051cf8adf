"""Rows prepared for templates. Permissions are checked by the caller."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sessions_app.engine.core.party import visitor_name
from sessions_app.engine.core.states import LIVE, CallState, EndReason
from sessions_app.engine.text.writing import clip
from sessions_app.i18n import of_agent
from sessions_app.models import Agent, Call, Recording, Segment, Summary
from sessions_app.models.work import UNDER_WAY
from sessions_app.services import hits
from sessions_app.services.outline import Outlined
from sessions_app.services.search import BestSegment
from sessions_app.services.transcript_lines import SPEAKERS, speaker_name
from sessions_app.views import wording

SNIPPET_SIDE = 100
"""Characters shown before and after a search hit, and of a call's first words."""


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
        name=agent.shown_name,
        description=of_agent(agent.description),
        language=wording.language(agent.language),
        answers=bool(agent.responder),
    )


def agent_name(call: Call) -> str:
    """Returns the name the agent had in `call`, for pages: it may have been renamed since."""
    return of_agent(str(call.persona.get("name") or call.agent.name))


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


def speaker_shares(speakers: list[dict[str, Any]], agent: str = "") -> list[SpeakerBar]:
    """Returns each side's share of what was spoken; `agent` is its name."""
    total = sum(entry["spoken_ms"] for entry in speakers)
    return [
        SpeakerBar(
            speaker=entry["speaker"],
            label=speaker_name(entry["speaker"], agent),
            spoken=wording.length(entry["spoken_ms"]),
            words=entry["words"],
            percent=wording.percent(entry["spoken_ms"], total),
        )
        for entry in speakers
    ]


def end_reason(call: Call) -> str:
    """Returns why the call ended, as a sentence; empty while it is live."""
    return wording.END_REASONS[EndReason(call.end_reason)] if call.end_reason else ""


def is_work_under_way(call: Call, recording: Recording | None, summary: Summary | None) -> bool:
    """Returns whether the call is live or its recording or summary is pending."""
    if call.is_live:
        return True
    return any(work is not None and work.state in UNDER_WAY for work in (recording, summary))
