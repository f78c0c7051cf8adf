"""A call's transcript as a file."""

from typing import Any

from sessions_app.engine.exports.base import ExportCall, ExportSegment
from sessions_app.engine.exports.registry import FORMATS, Format
from sessions_app.models import AccessLog, Call, Segment
from sessions_app.services import access, live_desk, transcripts


def header(call: Call) -> ExportCall:
    """Returns what a file says of the call itself."""
    return ExportCall(
        call_id=call.public_id,
        title=call.title,
        agent=call.agent.name,
        owner=call.owner.get_username(),
        state=call.state,
        language=call.language,
        created_at=call.created_at.isoformat(),
        duration_ms=call.duration_ms,
    )


def rows(call: Call, reader: Any = None) -> list[ExportSegment]:
    """Returns the transcript, by the time it was said, as people read it.

    It names the staff who typed lines for the agent, where `reader` may see that.
    """
    typists = reader is not None and live_desk.may_see_typists(reader, call)
    found = transcripts.in_order(call)
    return [_row(segment, typists) for segment in found if _was_said(segment)]


def render(call: Call, extension: str, user: Any) -> tuple[Format, str]:
    """Returns format and text, and logs the export; raises KeyError for an unknown format."""
    form = FORMATS[extension]
    text = form.render(header(call), rows(call, user))
    access.log(call, user, AccessLog.Action.EXPORTED, extension)
    return form, text


def _was_said(segment: Segment) -> bool:
    # an answer cut before its first word has no spoken text
    return bool(segment.shown_text) or (segment.is_shown and not segment.interrupted)


def _row(segment: Segment, typists: bool) -> ExportSegment:
    return ExportSegment(
        seq=segment.seq,
        speaker=segment.speaker,
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        text=segment.shown_text,
        # a recogniser's confidence does not apply to a person's correction
        confidence=None if segment.is_corrected else segment.confidence,
        words=transcripts.heard_words(segment.shown_words),
        interrupted=segment.interrupted,
        full_text=segment.text if segment.interrupted else "",
        source=segment.source,
        typed_by=live_desk.typist(segment) if typists else "",
    )
