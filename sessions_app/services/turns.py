"""Operations on turns and notes."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from sessions_app.engine.core import events
from sessions_app.engine.text.cleaning import one_line
from sessions_app.models import Call, Note, Turn


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


def change_notes(
    call_pk: int, added: Iterable[events.NoteTaken], removed: Iterable[int] = ()
) -> None:
    """Adds notes to a call (by key) and takes back those with the numbers `removed`.

    Storing it again changes nothing.
    """
    rows = [
        Note(
            call_id=call_pk,
            number=note.number,
            kind=note.kind.value,
            text=one_line(note.text),
            at_ms=_ms(note.at_ms) or 0,
        )
        for note in added
    ]
    gone = list(removed)
    with transaction.atomic():
        if gone:
            Note.objects.filter(call_id=call_pk, number__in=gone).delete()
        if rows:
            Note.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["call", "number"],
                update_fields=["kind", "text", "at_ms"],
            )


def replace_notes(call_pk: int, notes: Iterable[events.NoteTaken]) -> None:
    """Replaces the notes of a call (by key) with `notes`."""
    with transaction.atomic():
        Note.objects.filter(call_id=call_pk).delete()
        change_notes(call_pk, notes)


def of_call(call: Call) -> QuerySet[Turn]:
    """Returns the call's turns in order."""
    return Turn.objects.filter(call=call).order_by("index")


def answers_of(call: Call) -> QuerySet[Turn]:
    """Returns the agent's answers in order, without what it said unprompted."""
    own = Q(first_token_ms__isnull=True, first_audio_ms__isnull=True)
    return of_call(call).filter(speaker=events.Speaker.AGENT.value).exclude(own)


def notes_of(call: Call) -> QuerySet[Note]:
    """Returns the call's notes in order."""
    return Note.objects.filter(call=call).order_by("number")


def _ms(value: float | None) -> int | None:
    return None if value is None else max(0, round(value))
