"""Recordings in other formats: queued, kept beside the recording, served, deleted with it."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.signals import post_delete
from django.http import HttpRequest, HttpResponseBase

from sessions_app.engine.core.errors import VoiceError
from sessions_app.models import AccessLog, AudioCopy, AudioFormat, Call, Recording
from sessions_app.models.recording import recording_path
from sessions_app.models.work import WorkState
from sessions_app.services import work
from sessions_app.services.queueing import COPY_AUDIO, queue
from sessions_app.services.stored_files import StoredFile, file_response
from sessions_app.services.visit_log import note_visit

MEDIA_TYPES = {
    AudioFormat.M4A.value: "audio/mp4",
    AudioFormat.MP3.value: "audio/mpeg",
    AudioFormat.WAV.value: "audio/wav",
}
NO_RECORDING = "This call has no recording (yet)."


Copies = dict[str, AudioCopy | None]
"""The copy of each format, or None."""


class NoRecordingError(VoiceError):
    """There is no recording that could be copied (retryable while one is being made)."""

    retryable = True


def storage() -> Storage:
    """Returns where copies are kept: with the recordings."""
    found: Storage = Recording._meta.get_field("file").storage
    return found


def recording_of(call: Call) -> Recording | None:
    """Returns the finished recording that copies are made of, or None."""
    return Recording.objects.filter(call=call, state=WorkState.DONE).exclude(file="").first()


def ask(call: Call, user: Any, form: str) -> AudioCopy:
    """Queues a recording as `form`, one of AudioFormat; returns the job's row, finished or not.

    One that failed is tried again. Raises NoRecordingError.
    """
    with transaction.atomic():
        if recording_of(call) is None:
            raise NoRecordingError(NO_RECORDING)
        row, made = AudioCopy.objects.get_or_create(
            call=call, format=form, defaults={"asked_by": user}
        )
        if made or (row.state == WorkState.FAILED and work.retry(row)):
            queue(COPY_AUDIO, row.pk)
            row.refresh_from_db()
    return row


def remake(call: Call) -> None:
    """Deletes the copies and queues new ones from the next recording. In a transaction.

    A worker already converting one loses its job.
    """
    for row in AudioCopy.objects.select_for_update().filter(call=call):
        if row.file_name:
            transaction.on_commit(partial(storage().delete, row.file_name), robust=True)
        work.revoke(
            AudioCopy.objects.filter(pk=row.pk),
            state=WorkState.PENDING,
            attempts=0,
            error="",
            done_at=None,
            file_name="",
            size=None,
            sha256="",
        )


def queue_pending(call: Call) -> None:
    """Queues the jobs of a call's pending copies; call it once its recording is final."""
    rows = AudioCopy.objects.filter(call=call, state=WorkState.PENDING)
    for key in rows.values_list("pk", flat=True):
        queue(COPY_AUDIO, key)


def of(call: Call) -> Copies:
    """Returns the copy of each format, or None."""
    found = {row.format: row for row in AudioCopy.objects.filter(call=call)}
    return {form: found.get(form) for form in AudioFormat.values}


def any_under_way(copies: Copies) -> bool:
    """Returns whether one of them is being made."""
    return any(copy is not None and copy.is_under_way for copy in copies.values())


def path_of(row: AudioCopy, recording: Recording) -> str:
    """Returns the one path that a copy of this file of the recording has in its storage."""
    return _path(recording, str(recording.file.name or ""), row.format)


def paths_of(recording: Recording, name: str) -> list[str]:
    """Returns where copies of the recording's file `name` may be."""
    return [_path(recording, name, form) for form in AudioFormat.values]


def _path(recording: Recording, name: str, form: str) -> str:
    return recording_path(recording, f"{Path(name or 'call').stem}.{form}")


def keep(
    row: AudioCopy, file: Path, facts: Mapping[str, Any], source: Recording | None = None
) -> None:
    """Stores the finished file of a claimed `row`, and `facts` about it.

    Storing it again, after a crash in between, replaces the file. `source` is the recording that
    was converted, by default the current one; if it was deleted or replaced meanwhile, nothing is
    kept.
    """
    name = path_of(row, source or Recording.objects.get(call_id=row.call_id))
    # a storage renames a second file of one name, and the first would never be deleted
    storage().delete(name)
    with file.open("rb") as content:
        row.file_name = storage().save(name, File(content))
    for field, value in facts.items():
        setattr(row, field, value)
    if not work.complete(row) and not _is_current(row, name):
        storage().delete(name)


def _is_current(row: AudioCopy, name: str) -> bool:
    """Returns whether the worker that has the job now stores it under the same name."""
    recording = Recording.objects.filter(call_id=row.call_id).first()
    there = AudioCopy.objects.filter(pk=row.pk).exists()
    return recording is not None and there and path_of(row, recording) == name


def forget(recording: Recording) -> None:
    """Deletes the copies of a recording, files first. Raises what the storage raises."""
    for row in AudioCopy.objects.filter(call_id=recording.call_id):
        storage().delete(path_of(row, recording))
        row.delete()


def response(
    request: HttpRequest, row: AudioCopy, call: Call, user: Any, where: str
) -> HttpResponseBase:
    """Returns a copy that is ready, whole or by range, and logs `user`'s download and `where`."""
    file = StoredFile(
        storage=storage(),
        name=row.file_name,
        tag=row.sha256,
        media_type=MEDIA_TYPES[row.format],
        saved_as=f"call-{call.public_id}.{row.format}",
        about=f"the {row.format} of call {call.public_id}",
    )

    def note() -> None:
        note_visit(call, user, AccessLog.Action.EXPORTED, where)

    return file_response(request, file, note, as_download=True)


def delete_with_rows() -> None:
    """From now on a copy's file is deleted whenever its row is."""
    post_delete.connect(_gone, sender=AudioCopy, dispatch_uid="audio-copy-gone")


def _gone(instance: AudioCopy, **_: Any) -> None:
    if instance.file_name:
        # the row is deleted: a storage that fails must not undo the rest of the deletion
        transaction.on_commit(partial(storage().delete, instance.file_name), robust=True)
