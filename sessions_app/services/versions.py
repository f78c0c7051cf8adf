"""Operations on versions: second transcripts, and what staff take over from them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from sessions_app.engine.core.states import LIVE
from sessions_app.engine.core.usage import UsageKind, UsedPart
from sessions_app.engine.text.comparing import DiffRun, differences, same_words
from sessions_app.models import (
    AccessLog,
    Call,
    Purpose,
    Recording,
    Segment,
    Version,
    VersionSegment,
)
from sessions_app.models.segment import SegmentSource
from sessions_app.models.work import UNDER_WAY, WorkState
from sessions_app.services import access, changes, transcripts, usage, work
from sessions_app.services.queueing import RETRANSCRIBE, queue

ADDED_FROM = 1_000_000
"""Segments that a second pass adds are numbered from here on: no live call has so many."""

LIVE_NUMBER = 1
"""The transcript that was made live is the first."""


def ask(call: Call, user: Any, recogniser: str) -> Version | None:
    """Queues a new version of a call by that recogniser, and logs the request.

    Returns None, and does nothing, if there is no recording to transcribe, or the call's words were
    erased.
    """
    heard = Recording.objects.filter(call=call).exclude(file="")
    if call.text_erased_at is not None or not heard.exists():
        return None
    with transaction.atomic():
        version = _new(call, recogniser, Purpose.REVIEW, user)
        access.log(call, user, AccessLog.Action.RETRANSCRIBED, f"version {version.number}")
        queue(RETRANSCRIBE, version.pk)
    return version


def schedule_lost_words(public_id: str) -> None:
    """Queues a version for the words that the live recogniser lost, once per call.

    VOICE["SECOND_PASS"] names the recognisers for it, the best first; if it is empty, nothing is
    queued.
    """
    names: Sequence[str] = settings.VOICE["SECOND_PASS"]
    with transaction.atomic():
        call = Call.objects.select_for_update().filter(public_id=public_id).first()
        if call is None or not names or call.consented_at is None:
            return
        if not Version.objects.filter(call=call, purpose=Purpose.LOST).exists():
            _new(call, names[0], Purpose.LOST, None)


def pending_lost_words(call: Call) -> list[int]:
    """Returns the keys of the call's pending versions for lost words."""
    pending = Version.objects.filter(call=call, purpose=Purpose.LOST, state=WorkState.PENDING)
    return list(pending.values_list("pk", flat=True))


def startable(keys: Iterable[int]) -> list[int]:
    """Returns those that can start now: their call is over, and its recording is finished.

    They also wait for the recording without the sound of hidden words, or those would be
    transcribed again.
    """
    audible = Q(call__sound_redaction__state__in=[*UNDER_WAY, WorkState.FAILED])
    coming = audible | Q(call__recording__state__in=UNDER_WAY)
    live = Q(call__state__in=sorted(state.value for state in LIVE))
    kept = Version.objects.filter(pk__in=list(keys), call__erasing_at=None)
    found = kept.exclude(live | coming)
    return list(found.order_by("pk").values_list("pk", flat=True))


def keep(version: Version, rows: Sequence[VersionSegment], heard_ms: float = 0.0) -> bool:
    """Saves the rows of a claimed version as done; False where another worker has it now.

    `heard_ms` is how much speech its recogniser was given.
    """
    with transaction.atomic():
        if not work.complete(version):
            return False
        version.segments.all().delete()
        for index, row in enumerate(rows, start=1):
            row.version, row.index = version, index
        VersionSegment.objects.bulk_create(rows)
        if heard_ms:
            used = UsedPart(UsageKind.SECOND_PASS, version.recogniser, audio_ms=round(heard_ms))
            usage.keep(version.call_id, [used], version.number)
        if version.purpose == Purpose.LOST:
            for row in version.segments.all():
                _apply(row, None)
    return True


def differs(row: VersionSegment, live: Segment | None) -> bool:
    """Returns whether the row has other words than were recognised live."""
    return row.added or live is None or not same_words(live.text, row.text)


def compared(row: VersionSegment, live: Segment | None) -> list[DiffRun]:
    """Returns how the row differs from what was recognised live, word by word."""
    return differences("" if row.added or live is None else live.text, row.text)


def accept(row: VersionSegment, user: Any) -> bool:
    """Shows the row's words from now on; False where they are shown already.

    What was recognised live is kept; so is a correction by hand, which takes precedence.
    """
    with transaction.atomic():
        Version.objects.select_for_update().get(pk=row.version_id)
        row.refresh_from_db()
        if row.accepted_at is not None:
            return False
        _accept(row, user)
    return True


def accept_all(version: Version, user: Any) -> int:
    """Accepts every row that has other words; returns how many were not accepted before."""
    with transaction.atomic():
        Version.objects.select_for_update().get(pk=version.pk)
        live = by_seq(version.call)
        open_ = version.segments.filter(accepted_at=None).select_related("version__call")
        rows = [row for row in open_ if differs(row, live.get(row.seq or 0))]
        for row in rows:
            _accept(row, user)
        return len(rows)


def take_back(row: VersionSegment, user: Any) -> bool:
    """Undoes `accept`: shows what was recognised live again."""
    with transaction.atomic():
        version = Version.objects.select_for_update().get(pk=row.version_id)
        row.refresh_from_db()
        if row.accepted_at is None:
            return False
        hidden_at = timezone.now() if row.added else None
        transcripts.revise(
            version.call, row.seq or 0, revised_text="", revised_words=[], revised_at=hidden_at
        )
        row.accepted_at = row.accepted_by = None
        row.save(update_fields=["accepted_at", "accepted_by"])
        detail = f"segment {row.seq} not from version {version.number}"
        access.log(version.call, user, AccessLog.Action.REVISED, detail)
    return True


def by_seq(call: Call) -> dict[int, Segment]:
    """Returns the call's segments by their number."""
    return {segment.seq: segment for segment in Segment.objects.filter(call=call)}


def _accept(row: VersionSegment, user: Any) -> None:
    _apply(row, user)
    detail = f"segment {row.seq} from version {row.version.number}"
    access.log(row.version.call, user, AccessLog.Action.REVISED, detail)
    changes.updated(row.version.call_id)


def _new(call: Call, recogniser: str, purpose: Purpose, user: Any) -> Version:
    access.lock_call(call.pk)  # two at once would get the same number
    last = Version.objects.filter(call=call).aggregate(last=Max("number"))["last"] or LIVE_NUMBER
    return Version.objects.create(
        call=call, number=last + 1, purpose=purpose, recogniser=recogniser, asked_by=user
    )


def _apply(row: VersionSegment, user: Any) -> None:
    now, call = timezone.now(), row.version.call
    if row.added and row.seq is None:
        row.seq = _next_seq(call)
        Segment.objects.create(
            call=call,
            seq=row.seq,
            speaker=row.speaker,
            text=row.text,
            start_ms=row.start_ms,
            end_ms=row.end_ms,
            confidence=row.confidence,
            language=call.language,
            words=row.words,
            source=SegmentSource.SECOND_PASS,
            revision=1,
        )
    else:
        # a segment that was added and taken back still exists
        put: dict[str, Any] = {"revised_text": "", "revised_words": [], "revised_at": None}
        if not row.added:
            others = VersionSegment.objects.filter(
                version__call=call, seq=row.seq or 0, added=False
            )
            others.exclude(pk=row.pk).update(accepted_at=None, accepted_by=None)
            put = {"revised_text": row.text, "revised_words": row.words, "revised_at": now}
        transcripts.revise(call, row.seq or 0, **put)
    row.accepted_at, row.accepted_by = now, user
    row.save(update_fields=["seq", "accepted_at", "accepted_by"])


def _next_seq(call: Call) -> int:
    """Returns a number that no live segment can get, even a later one of a suspended process."""
    access.lock_call(call.pk)
    last = Segment.objects.filter(call=call).aggregate(last=Max("seq"))["last"] or 0
    return max(int(last), ADDED_FROM) + 1
