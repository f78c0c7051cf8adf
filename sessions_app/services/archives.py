"""Zip files that people request: queued, stored for some days, downloaded, then deleted.

`archive_writing` makes them. Erasing a call deletes each archive that may hold something of it;
so does erasing its sound or text when their retention period is over.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from sessions_app.engine.core.errors import VoiceError
from sessions_app.i18n import gettext_lazy
from sessions_app.models import AccessLog, Archive, ArchivedCall, ArchiveEnd, ArchiveKind, Call
from sessions_app.models.work import UNDER_WAY, WorkState
from sessions_app.services import access, audio_copies, work
from sessions_app.services.queueing import MAKE_ARCHIVE, queue
from sessions_app.services.stored_files import StoredFile, file_response

logger = logging.getLogger(__name__)

EXPORT_USER = "sessions_app.export_user"
EXPORT_CALLS = "sessions_app.export_calls"
FOLDER = "exports"
ROWS_PER_STATEMENT = 500
"""Rows that are written in one statement."""

SWEPT_AGAIN = timedelta(days=1)
"""How long after its end an archive's files are deleted again, in case a worker stored one late."""

STILL_MADE = gettext_lazy("Your last export is still being made. Wait for it, or remove it.")
ERASED_MEANWHILE = gettext_lazy("A call in it was erased while it was made. Ask for it again.")


class OneAtATimeError(VoiceError):
    """Another export of this user is being made (retryable once that is done)."""

    retryable = True


class _Moved(File[bytes]):
    """A file that a storage may move instead of copying it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def may_export_user(user: Any, subject: Any) -> bool:
    """Returns whether `user` may export all of `subject`'s data: their own, or as staff."""
    if user.pk == subject.pk:
        return bool(user.is_active)
    return access.sees_all(user) and bool(user.has_perm(EXPORT_USER))


def may_export_calls(user: Any) -> bool:
    """Returns whether `user` may export chosen calls as one file."""
    return access.sees_all(user) and bool(user.has_perm(EXPORT_CALLS))


def ask_own(subject: Any, user: Any) -> Archive:
    """Queues an archive of all of `subject`'s data for `user`; replaces their previous one.

    If one is pending or being made, returns that. The caller checks permissions.
    """
    mine = Archive.objects.filter(kind=ArchiveKind.OWN, user=user, subject=subject)
    under_way = mine.filter(state__in=UNDER_WAY)
    if (found := under_way.first()) is not None:
        return found
    try:
        with transaction.atomic():
            remove(mine.filter(gone_at=None), ArchiveEnd.REMOVED)
            return _new(kind=ArchiveKind.OWN, user=user, subject=subject)
    except IntegrityError:  # requested twice at the same moment
        return under_way.get()


def ask_calls(calls: QuerySet[Call], user: Any) -> Archive:
    """Queues an archive of these calls for `user`, in their order; `calls` is evaluated once.

    Raises OneAtATimeError. The caller checks permissions.
    """
    keys = list(calls.values_list("pk", flat=True))
    try:
        with transaction.atomic():
            return _new(kind=ArchiveKind.CALLS, user=user, wanted=keys)
    except IntegrityError as error:
        raise OneAtATimeError(STILL_MADE) from error


def _new(**given: Any) -> Archive:
    row = Archive.objects.create(**given)
    queue(MAKE_ARCHIVE, row.pk)
    return row


def of(user: Any) -> QuerySet[Archive]:
    """Returns the archives that `user` requested, the newest first."""
    return Archive.objects.filter(user=user).select_related("subject")


def newest_own(user: Any) -> Archive | None:
    """Returns the last archive that `user` requested of their own data."""
    return of(user).filter(kind=ArchiveKind.OWN, subject=user).first()


def unseen(user: Any) -> Archive | None:
    """Returns an archive that is ready and was never downloaded."""
    ready = Q(state=WorkState.DONE, gone_at=None, fetched_at=None)
    return of(user).filter(ready).first()


def may_download(row: Archive, user: Any) -> bool:
    """Returns whether `user` requested it and may still download it."""
    if row.user_id != user.pk:
        return False
    return may_export_calls(user) if row.subject is None else may_export_user(user, row.subject)


def response(request: HttpRequest, row: Archive) -> HttpResponseBase:
    """Returns an archive that is ready, whole or by range."""
    day = timezone.localtime(row.done_at)
    file = StoredFile(
        storage=storage(),
        name=row.file_name,
        tag=row.sha256,
        media_type="application/zip",
        saved_as=f"voicesite-{day:%Y-%m-%d}-{row.public_id}.zip",
        about=f"the export {row.public_id}",
    )

    def note() -> None:
        Archive.objects.filter(pk=row.pk, fetched_at=None).update(fetched_at=timezone.now())

    return file_response(request, file, note, as_download=True)


def keep(row: Archive, part: Path, facts: Mapping[str, Any]) -> None:
    """Stores the finished file of a claimed `row`, and logs its calls as exported.

    Discards the file if another worker has taken the job, or a call in it was erased.
    """
    name = stored_name(row, row.attempts)
    storage().delete(name)
    with part.open("rb") as content:
        row.file_name = storage().save(name, _Moved(content, str(part)))
    part.unlink(missing_ok=True)
    for field, value in facts.items():
        setattr(row, field, value)
    days: int = settings.VOICE["EXPORT_KEEP_DAYS"]
    row.expires_at = timezone.now() + timedelta(days=days)
    row.wanted = []
    with transaction.atomic():
        if kept := work.complete(row):
            _log(row)
    if not kept:
        storage().delete(name)


def _log(row: Archive) -> None:
    rows = row.contents.select_related("call").order_by("pk")
    chunk: list[Call] = []
    for content in rows.iterator(ROWS_PER_STATEMENT):
        chunk.append(content.call)
        if len(chunk) == ROWS_PER_STATEMENT:
            access.log_all(chunk, row.user, AccessLog.Action.EXPORTED, f"zip {row.public_id}")
            chunk = []
    access.log_all(chunk, row.user, AccessLog.Action.EXPORTED, f"zip {row.public_id}")


def remove(rows: QuerySet[Archive], why: ArchiveEnd) -> int:
    """Withdraws archives: they cannot be downloaded any more, and their files are then deleted.

    One that is being made fails. Returns how many.
    """
    keys = list(rows.filter(gone_at=None).values_list("pk", flat=True))
    found = Archive.objects.filter(pk__in=keys)
    error = ERASED_MEANWHILE if why == ArchiveEnd.ERASED else why.label
    work.revoke(found.filter(state__in=UNDER_WAY), state=WorkState.FAILED, error=error)
    found.update(gone_at=timezone.now(), gone_because=why, wanted=[])
    for key in keys:
        transaction.on_commit(partial(_sweep_one, key), robust=True)
    return len(keys)


def holding(call_pks: Sequence[int]) -> QuerySet[Archive]:
    """Returns the archives that may hold something of these calls."""
    held = ArchivedCall.objects.filter(call_id__in=call_pks)
    return Archive.objects.filter(pk__in=held.values("archive_id"))


def about(user_pk: int) -> QuerySet[Archive]:
    """Returns the archives that a user requested, or that hold that user's data."""
    return Archive.objects.filter(Q(user_id=user_pk) | Q(subject_id=user_pk))


def forget_calls(call_pks: Sequence[int]) -> None:
    """Deletes archives that contain any of these calls, because part of them was erased."""
    remove(holding(call_pks), ArchiveEnd.ERASED)


def delete_files(rows: QuerySet[Archive]) -> None:
    """Deletes the files of archives, now. Raises what the storage raises.

    That includes files of a worker that was killed before it saved their names.
    """
    remove(rows, ArchiveEnd.ERASED)
    for row in rows.filter(swept_at=None):
        _delete_files(row)


def expire(now: datetime) -> int:
    """Withdraws expired archives, and deletes files that could not be deleted before.

    Returns how many expired.
    """
    over = remove(Archive.objects.filter(expires_at__lt=now), ArchiveEnd.EXPIRED)
    # again for a day: a worker whose job was invalidated may have stored its file and died
    again = Q(swept_at=None) | Q(gone_at__gt=now - SWEPT_AGAIN)
    for row in Archive.objects.exclude(gone_at=None).filter(again):
        _sweep(row)
    return over


def storage() -> Storage:
    """Returns where archives are kept: with the recordings."""
    return audio_copies.storage()


def stored_name(row: Archive, attempt: int) -> str:
    """Returns the path in the storage that an attempt gives its file."""
    return f"{FOLDER}/{row.public_id}-{attempt}.zip"


def part_of(row: Archive, attempt: int) -> Path:
    """Returns the file that an attempt writes; all workers see the folder of lanes."""
    folder = Path(settings.VOICE["LANES_DIR"]) / f".{FOLDER}"
    return folder / f"{row.public_id}-{attempt}.part"


def delete_attempts(row: Archive, below: int) -> None:
    """Deletes the files of attempts before number `below`."""
    for attempt in range(1, below):
        part_of(row, attempt).unlink(missing_ok=True)
        storage().delete(stored_name(row, attempt))


def _delete_files(row: Archive) -> None:
    row.refresh_from_db(fields=["attempts"])
    delete_attempts(row, row.attempts + 1)
    Archive.objects.filter(pk=row.pk).update(swept_at=timezone.now(), file_name="")


def _sweep_one(key: int) -> None:
    for row in Archive.objects.filter(pk=key):
        _sweep(row)


def _sweep(row: Archive) -> None:
    try:
        _delete_files(row)
    except Exception as error:  # noqa: BLE001 - storages break in their own ways
        logger.warning("files of export %d stay for now (%s)", row.pk, type(error).__name__)
