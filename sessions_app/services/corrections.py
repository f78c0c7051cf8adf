"""Corrections of a transcript: permissions, history, undo, and two people who edit one line.

What was recognised is kept. Each change of the shown text is a `SegmentRevision`, written with it
in one transaction; so is each undo.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.engine.text.cleaning import one_line
from sessions_app.models import AccessLog, Call, Segment, SegmentRevision
from sessions_app.services import access, changes

CORRECT = "sessions_app.correct_transcript"
MOST_CHARACTERS = 5000
"""How long a correction may be: far more than anybody says in one breath."""


class StillLiveError(VoiceError):
    """The call is live, so its words are not corrected yet (retryable once it has ended)."""

    code = "call_live"
    retryable = True


class StaleRevisionError(VoiceError):
    """Somebody has changed the line meanwhile; `segment` is what it is now (not retryable)."""

    code = "stale_revision"

    def __init__(self, segment: Segment) -> None:
        super().__init__(
            gettext(
                "Line {seq} was changed meanwhile: it has revision {revision} now, which this "
                "answer holds. Send that revision to overwrite it."
            ).format(seq=segment.seq, revision=segment.revision)
        )
        self.segment = segment


class NothingToUndoError(VoiceError):
    """Nobody has corrected the line, or every correction was undone (not retryable)."""

    code = "nothing_to_undo"


@dataclass(frozen=True, slots=True)
class _Shown:
    """What people read of a segment, and whether that is a correction."""

    text: str
    corrected: bool


def may_correct(user: Any, call: Call) -> bool:
    """Returns whether `user` may correct a call: permitted staff, or its owner by the setting."""
    if access.sees_all(user) and user.has_perm(CORRECT):
        return True
    by_owner: bool = settings.VOICE["CORRECT_BY_OWNER"]
    return by_owner and bool(user.is_active) and call.owner_id == user.pk


def correct(
    segment: Segment,
    user: Any,
    text: str,
    *,
    nothing_said: bool = False,
    expected: int | None = None,
) -> Segment:
    """Shows `text` instead of what was recognised, and logs who wrote it.

    An empty text, or the one that is read without a correction, takes the correction back; with
    `nothing_said` it says that no words were said here, and none are shown. `expected` is the
    revision that the user saw; None accepts any.

    Returns the segment as it is now. Raises StaleRevisionError, StillLiveError, and
    UnknownCallError where the call or the line was erased meanwhile.
    """
    with transaction.atomic():
        row = _locked(segment, expected)
        written = "" if nothing_said else one_line(text)
        corrected = written != row.uncorrected_text and bool(written or nothing_said)
        after = _Shown(written, True) if corrected else _Shown(row.uncorrected_text, False)
        if after != _shown(row):
            _write(row, user, after)
            access.log(row.call, user, AccessLog.Action.EDITED, f"segment {row.seq}")
    return row


def undo(segment: Segment, user: Any, *, expected: int | None = None) -> Segment:
    """Takes back the newest correction that is not undone; called again, the one before it.

    Returns the segment as it is now. Raises NothingToUndoError, and what `correct` raises.
    """
    with transaction.atomic():
        row = _locked(segment, expected)
        standing = row.revisions.filter(undoes=None, undone_by=None)
        last = standing.order_by("-number").first()
        if last is None:
            raise NothingToUndoError(
                gettext("No correction of line {seq} is left to undo.").format(seq=row.seq)
            )
        back = _Shown(last.before, True) if last.was_corrected else None
        _write(row, user, back or _Shown(row.uncorrected_text, False), last)
        access.log(row.call, user, AccessLog.Action.EDITED, f"segment {row.seq}, undone")
    return row


def history(segment: Segment) -> QuerySet[SegmentRevision]:
    """Returns the revisions of a line, the newest first."""
    found = SegmentRevision.objects.filter(segment=segment).order_by("-number")
    return found.select_related("by", "undoes", "undone_by")


def corrector(segment: Segment) -> str:
    """Returns the name of whoever corrected a segment last; empty for nobody, or if unknown."""
    user = segment.edited_by
    return "" if user is None else user.get_full_name() or user.get_username()


def text_revision(call: Call) -> int:
    """Returns a number that grows with each change of what people read of a call."""
    total = Segment.objects.filter(call=call).aggregate(total=Sum("revision"))["total"]
    return int(total or 0)


def _locked(segment: Segment, expected: int | None) -> Segment:
    """Returns the row, which nobody else changes until the end of the transaction."""
    # the call first, as the erasure of its words does
    call = Call.objects.select_for_update().filter(pk=segment.call_id).first()
    row = Segment.objects.select_for_update().filter(pk=segment.pk).first()
    if call is None or row is None:
        raise UnknownCallError(gettext("There is no such call or line any more."))
    if call.is_live:
        raise StillLiveError(
            gettext(
                "The call {public_id} is live. Its transcript can be corrected once it has ended."
            ).format(public_id=call.public_id)
        )
    if expected is not None and expected != row.revision:
        raise StaleRevisionError(row)
    row.call = call
    return row


def _shown(row: Segment) -> _Shown:
    return _Shown(row.shown_text, row.is_corrected)


def _write(row: Segment, user: Any, after: _Shown, undoes: SegmentRevision | None = None) -> None:
    before, now = _shown(row), timezone.now()
    row.revision += 1
    row.edited_text = after.text if after.corrected else ""
    row.edited_at = now if after.corrected else None
    row.edited_by = user if after.corrected else None
    row.save(update_fields=["revision", "edited_text", "edited_at", "edited_by"])
    changes.updated(row.call_id)
    SegmentRevision.objects.create(
        segment=row,
        number=row.revision,
        before=before.text,
        was_corrected=before.corrected,
        after=after.text,
        is_corrected=after.corrected,
        by=user,
        at=now,
        undoes=undoes,
    )
