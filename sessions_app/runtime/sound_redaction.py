"""Takes the sound of what is hidden out of a call's recording."""

import shutil
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction

from sessions_app.engine.recording.masking import Times, mask_recording
from sessions_app.models import Call, Recording, SoundRedaction
from sessions_app.models.work import UNDER_WAY
from sessions_app.services import archives, audio_copies, changes, recordings, redactions, work
from sessions_app.services.erasure_work import copies_prefix, delete_copies

WAIT = timedelta(seconds=10)
"""Until a job that cannot run yet is tried again. Longer delays it; shorter tries more often."""

NOT_MADE, HELD = "The recording is not made yet.", "The call is under legal hold."


def redact(call: Call) -> None:
    """Does it if it is pending and no other worker does; safe to be killed and run again.

    A new file replaces the old one, which is then deleted.
    """
    with work.claimed(SoundRedaction, call.pk) as row:
        if row is not None:
            _redact(call, row)
    if not redactions.needs_sound_redaction(call):
        audio_copies.queue_pending(call)


def _redact(call: Call, row: SoundRedaction) -> None:
    recording = Recording.objects.select_related("call").filter(call=call).first()
    if recording is not None and recording.state in UNDER_WAY:
        work.postpone(row, NOT_MADE, WAIT)
        return
    if call.is_held:
        work.postpone(row, HELD, WAIT)
        return
    delete_copies(call)  # with the sound of what is hidden
    if recording is None or not recording.file:
        _delete(row, keep="")  # the audio was deleted while this worker wrote the new file
    while not _is_done(row, recording):
        assert recording is not None  # noqa: S101 - without one it is done
        if not _rewrite(recording, row, redactions.hidden_times(call)):
            return


def _is_done(row: SoundRedaction, recording: Recording | None) -> bool:
    """Closes the work, unless more has been hidden since the recording was written."""
    with transaction.atomic():
        if not work.is_held(row):
            return True
        known = [list(times) for times in redactions.hidden_times(row.call)]
        if recording is not None and recording.file and (known != row.masked or row.stale):
            return False
        work.complete(row)
    return True


def _rewrite(recording: Recording, row: SoundRedaction, times: Sequence[Times]) -> bool:
    """Puts a recording with a tone at `times` in place, and deletes what was there before.

    Returns False where another worker has the job, or the recording was deleted.
    """
    storage, old = recording.file.storage, str(recording.file.name)
    _delete(row, keep=old)
    if [list(one) for one in times] == row.masked:
        return True
    new = recordings.other_name(recording)
    row.stale = [new]  # a worker that is killed from here on leaves it to the next one
    row.save(update_fields=["stale"])
    facts = _written(recording, row, times, new)
    with transaction.atomic():
        held = work.is_held(row)
        rows = Recording.objects.filter(pk=recording.pk, file=old)
        swapped = held and bool(rows.update(file=new, **facts))
        if swapped:
            # copies too: a worker that had lost one may have stored it, and died
            row.masked = [list(one) for one in times]
            row.stale = [old, *audio_copies.paths_of(recording, old)]
            row.save(update_fields=["masked", "stale", "original"])
            archives.forget_calls([row.call_id])
            changes.updated(row.call_id)
    if not swapped:
        storage.delete(new)
        return False
    recording.refresh_from_db()
    _delete(row, keep=new)
    return True


def _written(
    recording: Recording, row: SoundRedaction, times: Sequence[Times], name: str
) -> dict[str, Any]:
    """Stores the recording with a tone at `times` under `name`; returns the facts to store.

    The one with all of its sound is kept, too, where the agent says so.
    """
    with tempfile.TemporaryDirectory(prefix=copies_prefix(recording.call.public_id)) as folder:
        source, target = Path(folder) / "call.ogg", Path(folder) / "redacted.ogg"
        with recording.file.open("rb") as stored, source.open("wb") as copy:
            shutil.copyfileobj(stored, copy)
        if not row.original and recording.call.agent.redact_keep_original:
            row.original = recordings.keep_original(recording, source)
        written = mask_recording(source, target, times)
        with target.open("rb") as content:
            recording.file.storage.save(name, File(content))
    return {"size": written.size, "sha256": written.sha256, "peaks": written.peaks}


def _delete(row: SoundRedaction, *, keep: str) -> None:
    """Deletes the stale files but the one that is the recording's."""
    storage = Recording._meta.get_field("file").storage
    for name in row.stale:
        if name != keep:
            storage.delete(name)
    if row.stale:
        row.stale = []
        row.save(update_fields=["stale"])
