"""The verbs over turns and notes."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from sessions_app.core import events
from sessions_app.models import Call, Note, Turn
from sessions_app.services.storable import one_line


def save(call_pk: int, ended: events.TurnEnded) -> None:
    """Stores a turn of a call (by key); storing it again changes nothing."""
    at = ended.latency or events.Latency()
    start = _ms(ended.start_ms) or 0
    Turn.objects.update_or_create(
        call_id=call_pk,
        index=ended.index,
        defaults={
            "speaker": ended.speaker.value,
            "start_ms": start,
            "end_ms": max(start, _ms(ended.end_ms) or 0),
            "interrupted": ended.interrupted,
            "speech_end_ms": _ms(at.speech_end_ms),
            "endpoint_ms": _ms(at.endpoint_ms),
            "final_ms": _ms(at.final_ms),
            "first_token_ms": _ms(at.first_token_ms),
            "first_audio_ms": _ms(at.first_audio_ms),
        },
    )


def replace_notes(call_pk: int, notes: Iterable[events.Note]) -> None:
    """Makes the call's notes (by key) what they are now; writes only those that changed."""
    wanted = {
        note.number: Note(
            call_id=call_pk,
            number=note.number,
            kind=note.kind.value,
            text=one_line(note.text),
            at_ms=_ms(note.at_ms) or 0,
        )
        for note in notes
    }
    with transaction.atomic():
        rows = Note.objects.filter(call_id=call_pk)
        kept = {row.number: _said(row) for row in rows}
        gone = kept.keys() - wanted.keys()
        if gone:
            rows.filter(number__in=gone).delete()
        Note.objects.bulk_create(
            [row for number, row in wanted.items() if kept.get(number) != _said(row)],
            update_conflicts=True,
            unique_fields=["call", "number"],
            update_fields=["kind", "text", "at_ms"],
        )


def _said(note: Note) -> tuple[str, str, int]:
    return note.kind, note.text, note.at_ms


def of_call(call: Call) -> QuerySet[Turn]:
    """Returns the call's turns in order."""
    return Turn.objects.filter(call=call).order_by("index")


def notes_of(call: Call) -> QuerySet[Note]:
    """Returns the call's notes in order."""
    return Note.objects.filter(call=call).order_by("number")


def _ms(value: float | None) -> int | None:
    return None if value is None else max(0, round(value))
