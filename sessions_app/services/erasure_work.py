"""The work of an erasure: files first, then rows, then the receipt is complete.

If it is killed, it is done again from the start and deletes what is left. Its counts are written in
the same transaction as each deletion.
"""

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Q, QuerySet

from sessions_app.engine.core.errors import VoiceError
from sessions_app.models import (
    Archive,
    AudioCopy,
    Call,
    ErasureKind,
    ErasureReceipt,
    Recording,
    Segment,
    SoundRedaction,
    Ticket,
)
from sessions_app.models.recording import recording_path
from sessions_app.models.work import WorkState
from sessions_app.services import archives, audio_copies, database, erasure, retention, work
from sessions_app.services.recordings import FILE_NAME, ORIGINAL_NAME

logger = logging.getLogger(__name__)

BATCH = 500
"""Segments that are deleted in one transaction: with more, live calls wait longer for it."""

WAIT = timedelta(seconds=10)
"""Until an erasure that has to wait is tried again. Longer delays it; shorter tries more often."""

WORKED_ON = "A background worker still has a job of this call."
REFUSED = "The storage did not delete a file ({}). It is tried again."


class StorageRefusedError(VoiceError):
    """A storage or folder did not delete a file (retryable). Says what kind of error it was."""

    retryable = True


class TakenOverError(VoiceError):
    """Another worker has this erasure now (not retryable by this one)."""


class NotYetError(VoiceError):
    """Something else must finish first (retryable)."""

    retryable = True


def carry_out(receipt_pk: int) -> bool:
    """Erases what a receipt names, unless another worker is doing so; returns whether it is done.

    Safe to be killed anywhere and run again. What cannot be deleted now is tried again later,
    without a limit; the receipt says why.
    """
    with work.claimed(ErasureReceipt, receipt_pk) as receipt:
        if receipt is not None:
            try:
                _whole(receipt)
            except NotYetError as wait:
                work.postpone(receipt, wait.message, WAIT)
    return bool(ErasureReceipt.objects.filter(pk=receipt_pk, done_at__isnull=False).exists())


def _whole(receipt: ErasureReceipt) -> None:
    if receipt.kind == ErasureKind.USER:
        _user(receipt)
    else:
        for call in Call.everything.filter(pk=receipt.target):
            _call(receipt, call)
    receipt.refresh_from_db(fields=["asked_by"])  # that account may be deleted by now
    database.drop_write_ahead_log()
    if work.complete(receipt):
        logger.info("erasure %d is done: %s", receipt.pk, receipt.kind)


def _user(receipt: ErasureReceipt) -> None:
    """Erases the user's calls, including those that began during the request, then the user."""
    own = Call.everything.filter(owner_id=receipt.target)
    for call in own.filter(erasing_at=None):
        _hide(call)
    for call in own.iterator():
        _call(receipt, call)
    _delete_archives(archives.about(receipt.target))
    user = User.objects.filter(pk=receipt.target)
    about = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(receipt.target)
    )
    keys = list(_sessions_of(receipt.target)) if user.exists() else []
    _delete(receipt, Session.objects.filter(pk__in=keys), about, user)


def _hide(call: Call) -> None:
    with transaction.atomic():
        row = Call.objects.select_for_update().filter(pk=call.pk).first()
        if row is None:
            return
        if error := erasure.why_not(row):
            raise NotYetError(error.message)
        erasure.hide(Call.objects.filter(pk=row.pk))


def _call(receipt: ErasureReceipt, call: Call) -> None:
    if erasure.is_worked_on(call.pk):
        raise NotYetError(WORKED_ON)
    recording = Recording.objects.filter(call=call).first()
    delete_files(call)
    segments = Segment.objects.filter(call=call)
    while keys := list(segments.values_list("pk", flat=True)[:BATCH]):
        _delete(receipt, Segment.objects.filter(pk__in=keys))
    about = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Call), object_id=str(call.pk)
    )
    tickets = Ticket.objects.filter(call_id=call.public_id)
    copies = AudioCopy.objects.filter(call=call).exclude(file_name="").count()
    files = int(bool(recording and recording.file)) + copies
    _delete(receipt, about, tickets, Call.everything.filter(pk=call.pk), files=files)


def _delete(receipt: ErasureReceipt, *rows: QuerySet[Any], files: int = 0) -> None:
    """Deletes rows, and counts them on the receipt, in one transaction."""
    with transaction.atomic():
        if not work.is_held(receipt):
            raise TakenOverError("Another worker has taken this erasure over.")
        for some in rows:
            erasure.add(receipt.counts, some.delete()[1])
        if files:
            erasure.add(receipt.counts, {"file": files})
        receipt.save(update_fields=["counts"])


def _delete_archives(rows: QuerySet[Archive]) -> None:
    """Deletes the files of exports; raises StorageRefusedError."""
    try:
        archives.delete_files(rows)
    except Exception as error:
        raise StorageRefusedError(REFUSED.format(type(error).__name__)) from error


def delete_files(call: Call) -> None:
    """Deletes a call's recording, its lanes, and copies that a killed worker left behind.

    Also deletes exports that hold something of it. Raises StorageRefusedError.
    """
    _delete_archives(archives.holding([call.pk]))
    try:
        for storage, name in _stored(call):
            storage.delete(name)
        lanes = Path(settings.VOICE["LANES_DIR"]) / call.public_id
        if lanes.exists():
            shutil.rmtree(lanes)
        delete_copies(call)
    except Exception as error:
        raise StorageRefusedError(REFUSED.format(type(error).__name__)) from error


def delete_copies(call: Call) -> None:
    """Deletes temporary copies of a call's recording that killed workers left behind.

    Call it only while holding the job for which a running worker would need them. Raises OSError.
    """
    for folder in _copies(call):
        with suppress(FileNotFoundError):  # a worker that lost its job cleans up, too
            shutil.rmtree(folder)


def delete_expired_lanes(now: datetime) -> int:
    """Deletes the audio of failed recordings after its retention period; returns how many.

    Such a recording has no file, but its lanes are kept so that it can be made again.
    """
    free = Q(call__held_at=None, call__erasing_at=None)
    failed = Q(state=WorkState.FAILED, file="", delete_after=None)
    rows = Recording.objects.filter(free, failed, retention.audio_over(now))
    count = 0
    for row in rows.select_related("call").order_by("pk")[:BATCH]:
        if not rows.filter(pk=row.pk).exists():
            continue  # placed under legal hold, erased, or asked for again just now
        try:
            delete_files(row.call)
        except StorageRefusedError as error:
            logger.warning("lanes of recording %d stay for now: %s", row.pk, error.message)
            continue
        with transaction.atomic():
            Recording.objects.filter(pk=row.pk).update(delete_after=now)
            erasure.receipt_of_audio(row, now)
        count += 1
    return count


def _stored(call: Call) -> Iterator[tuple[Storage, str]]:
    """Yields the recording's file, and files that a worker may have stored just before it died."""
    row = Recording.objects.filter(call=call).first()
    if row is None:
        return
    sound = SoundRedaction.objects.filter(call=call).first()
    stale: list[str] = [] if sound is None else sound.stale
    usual = (recording_path(row, name) for name in (FILE_NAME, ORIGINAL_NAME))
    names = [str(row.file.name or ""), *usual, *stale]
    for name in dict.fromkeys(names):
        if name:
            yield row.file.storage, name
    for copy in AudioCopy.objects.filter(call=call):
        yield row.file.storage, audio_copies.path_of(copy, row)


def copies_prefix(public_id: str) -> str:
    """Returns how the names of temporary folders begin that hold something of a call."""
    return f"voicesite-{public_id}-"


def _copies(call: Call) -> Iterator[Path]:
    return Path(tempfile.gettempdir()).glob(f"{copies_prefix(call.public_id)}*")


def _sessions_of(user_pk: int) -> Iterator[str]:
    """Yields the keys of a user's sign-ins."""
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(user_pk):
            yield session.pk
