"""Operations on recordings."""

import logging
import secrets
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete
from django.utils import timezone

from sessions_app.models import AccessLog, Call, Recording, SoundRedaction, WebhookEvent
from sessions_app.models.recording import recording_path
from sessions_app.models.work import WorkState
from sessions_app.services import (
    access,
    archives,
    audio_copies,
    changes,
    erasure,
    retention,
    webhooks,
    work,
)
from sessions_app.services.queueing import FINALISE, queue

logger = logging.getLogger(__name__)

FILE_NAME, ORIGINAL_NAME = "call.ogg", "original.ogg"
DELETED_A_RUN = 200
"""Recordings that one run of the task deletes; the rest waits for the next.

More makes a run longer, and other jobs wait for it.
"""

RETRY_MIN = 60
"""Minutes until the deletion of a recording is tried again. Longer keeps expired audio longer."""


def folder() -> Path | None:
    """Returns the folder in which finished recordings are kept; None for another storage."""
    storage = Recording._meta.get_field("file").storage
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def keep(row: Recording, file: Path, facts: Mapping[str, Any]) -> None:
    """Stores the finished file of a claimed `row` under its one name, and `facts` about it.

    Storing it again, after a crash in between, replaces the file.
    """
    storage = row.file.storage
    name = recording_path(row, FILE_NAME)
    # a storage renames a second file of one name, and the first would never be deleted
    storage.delete(name)
    with file.open("rb") as content:
        row.file.name = storage.save(name, File(content))
    for field, value in facts.items():
        setattr(row, field, value)
    days = retention.audio_days(row.call.agent)
    row.delete_after = timezone.now() + timedelta(days=days) if days else None
    with transaction.atomic():
        if kept := work.complete(row):
            webhooks.schedule(WebhookEvent.RECORDING_READY, row.call.public_id, _when(row))
    if not kept and not Recording.objects.filter(pk=row.pk).exists():
        storage.delete(name)  # the call was erased while this worker was suspended


def other_name(row: Recording) -> str:
    """Returns a new unique name for a replacement recording."""
    return recording_path(row, f"call-{secrets.token_hex(8)}.ogg")


def keep_original(row: Recording, file: Path) -> str:
    """Stores the recording with nothing removed, for those who may hear it; returns its name.

    Storing it again, after a crash in between, replaces the file.
    """
    storage = row.file.storage
    name = recording_path(row, ORIGINAL_NAME)
    storage.delete(name)
    with file.open("rb") as content:
        return str(storage.save(name, File(content)))


def _when(row: Recording) -> str:
    """Returns a value that changes when the recording is made again."""
    return "" if row.done_at is None else row.done_at.isoformat()


def keep_nothing(row: Recording, checks: Sequence[Mapping[str, Any]]) -> None:
    """Marks the claimed recording of a call without audio as done; `checks` say so."""
    row.checks = list(checks)
    row.duration_ms = 0
    work.complete(row)


def ask_again(call: Call, user: Any) -> bool:
    """Queues a failed recording again, and logs the request; False if it has not failed."""
    with transaction.atomic():
        row = Recording.objects.filter(call=call, state=WorkState.FAILED).first()
        if row is None or not work.retry(row):
            return False
        access.log(call, user, AccessLog.Action.RECORDED)
        queue(FINALISE, call.pk)
    return True


def delete_expired(now: datetime) -> int:
    """Deletes audio past its retention period; returns how many. Transcripts are kept.

    Audio under legal hold is kept, too. What cannot be deleted now is tried again at the next run.
    `delete_after` of a deleted recording becomes the time of its deletion.
    """
    free = Q(call__held_at=None, call__erasing_at=None)
    expired = Recording.objects.filter(free, delete_after__lt=now).exclude(file="")
    count = 0
    for row in expired.select_related("call").order_by("pk")[:DELETED_A_RUN]:
        if not Recording.objects.filter(free, pk=row.pk).exists():
            continue  # placed under legal hold just now
        try:
            audio_copies.forget(row)
            row.file.storage.delete(recording_path(row, ORIGINAL_NAME))
            row.file.storage.delete(str(row.file.name))
        except Exception as error:  # noqa: BLE001 - storages break in their own ways
            logger.warning("recording %s was not deleted, tried again later: %s", row.pk, error)
            later = now + timedelta(minutes=RETRY_MIN)
            Recording.objects.filter(pk=row.pk).update(delete_after=later)
            continue
        told: dict[str, Any] = {
            "file": "",
            "size": None,
            "sha256": "",
            "peaks": [],
            "delete_after": now,
        }
        with transaction.atomic():
            SoundRedaction.objects.filter(call=row.call_id).update(original="")
            if Recording.objects.filter(pk=row.pk).exclude(file="").update(**told):
                archives.forget_calls([row.call_id])
                erasure.receipt_of_audio(row, now)
                changes.updated(row.call_id)
        count += 1
    return count


def delete_with_rows() -> None:
    """From now on audio is deleted whenever its row is: by a user, by staff, by a cascade."""
    post_delete.connect(_recording_gone, sender=Recording, dispatch_uid="recording-gone")
    post_delete.connect(_original_gone, sender=SoundRedaction, dispatch_uid="original-gone")
    post_delete.connect(_call_gone, sender=Call, dispatch_uid="call-gone")


def _recording_gone(instance: Recording, **_: Any) -> None:
    if instance.file:
        # the row is deleted: a storage that fails must not undo the rest of the deletion
        forget = partial(instance.file.storage.delete, str(instance.file.name))
        transaction.on_commit(forget, robust=True)


def _original_gone(instance: SoundRedaction, **_: Any) -> None:
    if instance.original:
        storage = Recording._meta.get_field("file").storage
        transaction.on_commit(partial(storage.delete, instance.original), robust=True)


def _call_gone(instance: Call, **_: Any) -> None:
    lanes = Path(settings.VOICE["LANES_DIR"]) / instance.public_id
    transaction.on_commit(partial(shutil.rmtree, lanes, ignore_errors=True), robust=True)
