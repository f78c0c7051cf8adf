"""The verbs over summaries."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from sessions_app.core.events import NoteKind, Speaker
from sessions_app.core.persona import Persona
from sessions_app.exports.base import ExportSegment
from sessions_app.models import AccessLog, Call, Note, Summary
from sessions_app.services import access, exports, turns, work
from sessions_app.services.queueing import SUMMARISE, queue
from sessions_app.summaries.base import Point, Summariser

SCRIBE = "scribe"
"""The responder that only repeats what it was told."""


def summarise(call: Call, row: Summary, summariser: Summariser) -> None:
    """Fills a taken row from the call's transcript and marks it done."""
    found = summariser.summarise(_worth_summing_up(call), call.language)
    row.text = found.text
    noted = turns.notes_of(call)
    row.key_points = [*_written(noted, NoteKind.NOTE), *_points(found.key_points)]
    row.action_items = [*_written(noted, NoteKind.ACTION), *_points(found.action_items)]
    row.speakers = [
        {"speaker": s.speaker, "spoken_ms": s.spoken_ms, "words": s.words} for s in found.speakers
    ]
    row.engine = summariser.name
    work.done(row)


def _worth_summing_up(call: Call) -> list[ExportSegment]:
    """Returns what was said, without the words that an agent says in every call."""
    persona = Persona.from_json(call.persona)
    always = f"{persona.greeting} {persona.closing_words}"
    only_caller = persona.responder == SCRIBE
    return [
        row
        for row in exports.rows(call)
        if row.speaker != Speaker.AGENT or not (only_caller or row.text in always)
    ]


def _points(points: Iterable[Point]) -> list[dict[str, Any]]:
    return [{"text": point.text, "seq": point.seq} for point in points]


def _written(notes: Iterable[Note], kind: NoteKind) -> list[dict[str, Any]]:
    """Returns what the agent wrote down: it comes first, since somebody asked for it."""
    return [{"text": note.text, "seq": None} for note in notes if note.kind == kind]


def ask_again(call: Call, user: Any) -> bool:
    """Owes an ended call a new summary, and notes who asked; the old text stays till then.

    Returns False, and does nothing, while the call is live or its summary is being made.
    """
    if call.is_live:
        return False
    with transaction.atomic():
        row, _ = Summary.objects.get_or_create(call=call)
        if not work.again(row):
            return False
        access.log(call, user, AccessLog.Action.SUMMARISED)
        queue(SUMMARISE, call.pk)
    return True
