"""Erasing calls, users and words: permissions, refusals, and the jobs that follow.

What is erased here is hidden at once; `erasure_work` deletes it.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app.engine.core.errors import UnknownCallError, VoiceError
from sessions_app.engine.core.states import LIVE
from sessions_app.i18n import gettext_lazy
from sessions_app.models import (
    AccessLog,
    ArchiveEnd,
    AudioCopy,
    Call,
    CallTag,
    ErasureCause,
    ErasureKind,
    ErasureReceipt,
    Extraction,
    Note,
    Recording,
    RedactedOriginal,
    ReviewComment,
    Segment,
    ShareLink,
    SoundRedaction,
    StaffAct,
    Summary,
    SummaryVersion,
    Ticket,
    Version,
    VersionSegment,
    WebhookEvent,
)
from sessions_app.models.work import LeasedJob, WorkState
from sessions_app.services import access, archives, changes, scorecards, webhooks
from sessions_app.services.queueing import ERASE, queue

DELETE = "sessions_app.delete_call"
HOLD = "sessions_app.hold_call"
HOW_TO_LIFT = gettext_lazy(
    "Have it lifted first: in the admin, on the list of calls, 'Lift the legal hold'."
)
JOBS: tuple[type[LeasedJob], ...] = (
    Recording,
    Summary,
    Version,
    AudioCopy,
    SoundRedaction,
    Extraction,
)
"""The jobs that workers do for a call."""


class CallLiveError(VoiceError):
    """The call is live, so it cannot be erased yet (retryable once it has ended)."""

    code = "call_live"
    retryable = True


class LegalHoldError(VoiceError):
    """It is under legal hold, which must be lifted first (not retryable)."""

    code = "legal_hold"


class UserGoneError(VoiceError):
    """There is no such user any more (not retryable)."""


def may_erase(user: Any, call: Call) -> bool:
    """Returns whether `user` may erase a call: permitted staff, or its owner if settings allow."""
    if access.sees_all(user) and user.has_perm(DELETE):
        return True
    by_owner: bool = settings.VOICE["ERASE_BY_OWNER"]
    return by_owner and bool(user.is_active) and call.owner_id == user.pk


def cause_of(user: Any, call: Call) -> ErasureCause:
    """Returns in which role (owner or staff) `user` erases a call."""
    return ErasureCause.OWNER if call.owner_id == user.pk else ErasureCause.STAFF


def why_not(call: Call) -> VoiceError | None:
    """Returns what keeps a call from being erased now, if anything."""
    if call.is_held:
        return LegalHoldError(
            gettext("The call {public_id} is under legal hold. {how_to_lift}").format(
                public_id=call.public_id, how_to_lift=HOW_TO_LIFT
            )
        )
    if call.is_live:
        return CallLiveError(
            gettext(
                "The call {public_id} is live. Hang up first, or end it on its page in the admin, "
                "then erase it."
            ).format(public_id=call.public_id)
        )
    return None


def why_not_user(user: Any) -> VoiceError | None:
    """Returns what keeps a user from being erased now, if anything."""
    own = Call.objects.filter(owner_id=user.pk)
    if held := own.exclude(held_at=None).count():
        return LegalHoldError(
            gettext("{held} of the calls of user {pk} are under legal hold. {how_to_lift}").format(
                held=held, pk=user.pk, how_to_lift=HOW_TO_LIFT
            )
        )
    live = own.filter(state__in=sorted(LIVE)).values_list("public_id", flat=True).first()
    if live is not None:
        return CallLiveError(
            gettext(
                "User {pk} is in the call {live}. End it on its page in the admin, then erase "
                "the user."
            ).format(pk=user.pk, live=live)
        )
    return None


def erase_call(call: Call, user: Any | None, cause: ErasureCause) -> ErasureReceipt:
    """Hides a call for good, at once, and queues its erasure; returns the receipt.

    Raises LegalHoldError and CallLiveError, and UnknownCallError where it is erased already.
    """
    with transaction.atomic():
        row = Call.objects.select_for_update().filter(pk=call.pk).first()
        if row is None:
            raise UnknownCallError(gettext("There is no such call any more."))
        if error := why_not(row):
            raise error
        receipt = _schedule(ErasureKind.CALL, cause, row.public_id, row, user)
        hide(Call.objects.filter(pk=row.pk))
    return receipt


def erase_user(target: Any, user: Any | None, cause: ErasureCause) -> ErasureReceipt:
    """Deactivates a user and hides all their calls, at once, and queues the erasure of both.

    Raises LegalHoldError and CallLiveError, and UserGoneError if there is no such user any more.
    """
    with transaction.atomic():
        row = User.objects.select_for_update().filter(pk=target.pk).first()
        if row is None:
            raise UserGoneError(gettext("There is no such user any more."))
        own = Call.objects.filter(owner_id=row.pk)
        list(own.select_for_update().values_list("pk", flat=True))
        if error := why_not_user(row):
            raise error
        User.objects.filter(pk=row.pk).update(is_active=False)
        archives.remove(archives.about(row.pk), ArchiveEnd.ERASED)
        receipt = _schedule(ErasureKind.USER, cause, f"user {row.pk}", row, user)
        hide(own)
    return receipt


def erase_text(call: Call, user: Any | None, cause: ErasureCause) -> ErasureReceipt | None:
    """Erases all words of a call, from every source; audio and timestamps are kept.

    Returns None and does nothing while a worker uses them. Raises LegalHoldError and CallLiveError,
    and UnknownCallError where there is no such call any more.
    """
    with transaction.atomic():
        row = Call.objects.select_for_update().filter(pk=call.pk).first()
        if row is None:
            raise UnknownCallError(gettext("There is no such call any more."))
        if error := why_not(row):
            raise error
        if is_worked_on(row.pk) or any(_waiting(row)):
            return None
        return _without_words(row, user, cause)


def hide(calls: QuerySet[Call]) -> None:
    """Hides calls from everybody; no worker starts a job of theirs any more."""
    ids = dict(calls.values_list("pk", "public_id"))
    keys = list(ids)
    for call_id in ids.values():
        webhooks.schedule(WebhookEvent.CALL_ERASED, call_id)
    for model in JOBS:
        manager: Any = model._default_manager
        waiting = manager.filter(call_id__in=keys, state=WorkState.PENDING)
        waiting.update(state=WorkState.FAILED, leased_until=None)
    webhooks.erase_call_data(keys)
    archives.forget_calls(keys)
    changes.erased(calls.filter(pk__in=keys))
    # a retried offer must not find it, nor be refused because of it
    calls.filter(pk__in=keys).update(offer_key="", erasing_at=timezone.now())


def is_worked_on(call_pk: int) -> bool:
    """Returns whether a worker has a job of this call, and may still write to it."""
    now = timezone.now()
    running = {"call_id": call_pk, "state": WorkState.RUNNING, "leased_until__gt": now}
    return any(_rows(model).filter(**running).exists() for model in JOBS)


def hold(call: Call, user: Any, reason: str) -> bool:
    """Places a call under legal hold, and logs who did.

    Returns False if it is already on hold or being erased.
    """
    now = timezone.now()
    with transaction.atomic():
        free = Call.objects.filter(pk=call.pk, held_at=None)
        if not free.update(held_at=now, held_by=user.pk, hold_reason=reason[:300]):
            return False
        access.log(call, user, AccessLog.Action.HELD)
    return True


def release(call: Call, user: Any) -> bool:
    """Lifts a call's legal hold, and logs who did; False where there is none."""
    with transaction.atomic():
        held = Call.objects.filter(pk=call.pk).exclude(held_at=None)
        if not held.update(held_at=None, held_by=None, hold_reason=""):
            return False
        access.log(call, user, AccessLog.Action.RELEASED)
    return True


def receipt_of_audio(recording: Recording, now: datetime) -> None:
    """Writes the receipt of audio that was deleted when its retention period was over."""
    call = recording.call
    _done(ErasureKind.AUDIO, ErasureCause.RULE, call, None, {"file": 1}, now)


def _without_words(call: Call, user: Any | None, cause: ErasureCause) -> ErasureReceipt:
    now = timezone.now()
    archives.forget_calls([call.pk])
    counts: dict[str, int] = {}
    words: tuple[QuerySet[Any], ...] = (
        VersionSegment.objects.filter(version__call=call),
        Version.objects.filter(call=call),
        Segment.objects.filter(call=call),
        Note.objects.filter(call=call),
        CallTag.objects.filter(call=call),
        ReviewComment.objects.filter(call=call),
        RedactedOriginal.objects.filter(call=call),
        SummaryVersion.objects.filter(call=call),
        Extraction.objects.filter(call=call),
        StaffAct.objects.filter(call=call),
    )
    for rows in words:
        add(counts, rows.delete()[1])
    if cards := scorecards.forget_texts(call):
        counts["scorecard"] = cards
    counts["summary"] = Summary.objects.filter(call=call).update(
        text="",
        key_points=[],
        action_items=[],
        speakers=[],
        error="",
        title="",
        decisions=[],
        note="",
    )
    ShareLink.objects.filter(call=call).update(note="")
    Ticket.objects.filter(call_id=call.public_id).update(variables={}, metadata={})
    webhooks.erase_call_data([call.pk])
    given: dict[str, Any] = {"variables": {}, "metadata": {}}
    Call.objects.filter(pk=call.pk).update(title="", text_erased_at=now, **given)
    changes.updated(call.pk)
    return _done(ErasureKind.TEXT, cause, call, user, counts, now)


def add(counts: dict[str, int], deleted: dict[str, int]) -> None:
    """Adds what a queryset's `delete` says it deleted to a receipt's counts."""
    for label, number in deleted.items():
        name = label.rpartition(".")[2].lower()
        if number:
            counts[name] = counts.get(name, 0) + number


def _schedule(
    kind: ErasureKind, cause: ErasureCause, subject: str, row: Model, user: Any | None
) -> ErasureReceipt:
    receipt, _ = ErasureReceipt.objects.get_or_create(
        kind=kind,
        target=row.pk,
        defaults={"cause": cause, "subject": subject, "asked_by": user},
    )
    queue(ERASE, receipt.pk)
    return receipt


def _done(  # noqa: PLR0917 - what a receipt says
    kind: ErasureKind,
    cause: ErasureCause,
    call: Call,
    user: Any | None,
    counts: dict[str, int],
    now: datetime,
) -> ErasureReceipt:
    return ErasureReceipt.objects.create(
        kind=kind,
        cause=cause,
        subject=call.public_id,
        target=call.pk,
        asked_by=user,
        counts=counts,
        state=WorkState.DONE,
        done_at=now,
    )


def _waiting(call: Call) -> list[bool]:
    waiting = Q(call=call, state=WorkState.PENDING)
    return [_rows(model).filter(waiting).exists() for model in JOBS]


def _rows(model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.all()
    return rows
