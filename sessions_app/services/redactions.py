"""Operations on what is hidden in calls."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from sessions_app.engine.core.events import SegmentFinal
from sessions_app.engine.redaction.lines import Hit
from sessions_app.engine.redaction.live import RedactedFinal
from sessions_app.engine.text.cleaning import one_line
from sessions_app.models import (
    AccessLog,
    Call,
    Recording,
    RedactedOriginal,
    Redaction,
    SoundRedaction,
)
from sessions_app.models.work import WorkState
from sessions_app.services import access, audio_copies, changes, work
from sessions_app.services.queueing import REDACT_SOUND, queue
from sessions_app.services.transcripts import word_row

REDACT = "sessions_app.redact_call"
VIEW_ORIGINAL = "sessions_app.view_unredacted"


def is_ready(recording: Recording | None) -> bool:
    """Returns whether a recording can be heard: it is there, without the sound of hidden words."""
    if recording is None or recording.state != WorkState.DONE or not recording.file:
        return False
    return not needs_sound_redaction(recording.call)


def may_redact(user: Any) -> bool:
    """Returns whether a user may hide words of the calls that they see as staff."""
    return access.sees_all(user) and bool(user.has_perm(REDACT))


def may_read_originals(user: Any) -> bool:
    """Returns whether a user may read what is hidden, where it is kept."""
    return access.sees_all(user) and bool(user.has_perm(VIEW_ORIGINAL))


def keep_live(call_pk: int, found: RedactedFinal, *, original: bool) -> None:
    """Stores what was hidden in a live call's final; storing it again changes nothing.

    With `original`, what was said is kept beside it.
    """
    final = found.original
    with transaction.atomic():
        Redaction.objects.filter(call_id=call_pk, seq=final.seq, by=None).delete()
        Redaction.objects.bulk_create(_row(call_pk, final.seq, hit) for hit in found.hits)
        if original:
            RedactedOriginal.objects.update_or_create(
                call_id=call_pk, seq=final.seq, defaults={"texts": _texts(final)}
            )


def keep_found(call: Call, seq: int, hits: Iterable[Hit], user: Any | None = None) -> None:
    """Stores what was hidden after the call, by `user` or by the agent's settings.

    `seq` is 0 for words that only a second pass found. Queues hiding the sound.
    """
    known = set(Redaction.objects.filter(call=call).values_list("kind", "start_ms", "end_ms"))
    rows = [_row(call.pk, seq, hit) for hit in hits]
    fresh = [row for row in rows if (row.kind, row.start_ms, row.end_ms) not in known]
    for row in fresh:
        row.by_id = None if user is None else user.pk
    if fresh:
        with transaction.atomic():
            schedule_sound(call)
            Redaction.objects.bulk_create(fresh)
            changes.updated(call.pk)


def schedule_sound(call: Call) -> None:
    """Queues a recording without the sound of what is hidden. In a transaction.

    Call it before the redactions are stored: then a worker already doing that sees them.
    """
    if not Recording.objects.filter(call=call).exists():
        return
    row, _ = SoundRedaction.objects.get_or_create(call=call)
    SoundRedaction.objects.select_for_update().get(pk=row.pk)
    work.retry(row)
    audio_copies.remake(call)
    queue(REDACT_SOUND, call.pk)


def note_original(call: Call, name: str) -> None:
    """Notes where the recording with nothing removed is."""
    done = {"state": WorkState.DONE, "done_at": timezone.now()}
    row, _ = SoundRedaction.objects.get_or_create(call=call, defaults=done)
    SoundRedaction.objects.filter(pk=row.pk).update(original=name)


def original_sound_of(call: Call, user: Any) -> str:
    """Returns the file of the recording with nothing removed.

    Empty where it is not kept, or the user may not hear it.
    """
    if not may_read_originals(user):
        return ""
    names = SoundRedaction.objects.filter(call=call).values_list("original", flat=True)
    return names.first() or ""


def needs_sound_redaction(call: Call) -> bool:
    """Returns whether words that are hidden can still be heard in the call's recording."""
    return SoundRedaction.objects.filter(call=call).exclude(state=WorkState.DONE).exists()


def hidden_times(call: Call) -> list[tuple[int, int]]:
    """Returns where something is hidden, as start and end in ms on the call clock."""
    spoken = Redaction.objects.filter(call=call, end_ms__gt=F("start_ms"))  # what is typed is not
    rows = spoken.order_by("start_ms", "end_ms")
    return list(rows.values_list("start_ms", "end_ms").distinct())


def of_call(call: Call) -> list[Redaction]:
    """Returns what is hidden in the call, in the order in which it was said."""
    return list(Redaction.objects.filter(call=call).select_related("by"))


def originals_of(call: Call, user: Any) -> dict[int, Any]:
    """Returns what the call's segments were, by `seq`, and logs that `user` reads it.

    Empty where nothing is kept, or the user may not read it.
    """
    if not may_read_originals(user):
        return {}
    rows = RedactedOriginal.objects.filter(call=call)
    found = {row.seq: row.texts for row in rows}
    if found:
        access.log(call, user, AccessLog.Action.READ, "what is hidden")
    return found


def _row(call_pk: int, seq: int, hit: Hit) -> Redaction:
    start = max(0, round(hit.start_ms))
    return Redaction(
        call_id=call_pk,
        seq=seq,
        kind=hit.span.kind,
        label=hit.span.label,
        start_ms=start,
        end_ms=max(start, round(hit.end_ms)),
    )


def _texts(final: SegmentFinal) -> dict[str, Any]:
    """Returns the fields of the row that the final would have been."""
    return {
        "text": one_line(final.text),
        "heard_text": None if final.heard_text is None else one_line(final.heard_text),
        "words": [word_row(word) for word in final.words],
    }
