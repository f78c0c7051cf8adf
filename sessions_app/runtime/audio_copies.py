"""Makes recordings in other formats, at low priority."""

import hashlib
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sessions_app.engine.core import priorities
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.recording.transcoding import transcode
from sessions_app.models import AudioCopy, Call, Recording
from sessions_app.services import audio_copies, redactions, work
from sessions_app.services.erasure_work import copies_prefix
from sessions_app.services.stored_files import save_as

NICE = priorities.LOWEST
"""Copies are made only while the CPU has nothing else to do."""

SLACK_MS = 100
"""How far a copy's length may be off: a recording that cannot be read to its end is none."""


WAIT = timedelta(seconds=10)
"""Until a job that cannot run yet is tried again. Longer delays it; shorter tries more often."""

NOT_COVERED = "The sound of hidden words has yet to be removed from the recording."


class _GivenUpError(Exception):
    """Nobody waits for the copy any more."""


def make(copy_pk: int) -> None:
    """Makes a pending copy, unless another worker does; safe to be killed and run again."""
    with work.claimed(AudioCopy, copy_pk) as row:
        if row is None:
            return
        call = Call.objects.get(pk=row.call_id)
        recording = audio_copies.recording_of(call)
        if recording is None:
            raise MediaError(audio_copies.NO_RECORDING)
        if redactions.needs_sound_redaction(call):
            work.postpone(row, NOT_COVERED, WAIT)
            return
        with tempfile.TemporaryDirectory(prefix=copies_prefix(call.public_id)) as folder:
            made = _made(recording, row.format, Path(folder))
            audio_copies.keep(row, made, _facts(made), recording)


def _made(recording: Recording, form: str, folder: Path) -> Path:
    source, target = folder / "call.ogg", folder / f"call.{form}"
    save_as(recording.file.storage, str(recording.file.name), source)
    length_ms = transcode_at_low_priority(source, target, form)
    expected_ms = length_ms if recording.duration_ms is None else recording.duration_ms
    if abs(length_ms - expected_ms) > SLACK_MS:
        raise MediaError("The recording's file is not as long as the recording was.")
    return target


def transcode_at_low_priority(source: Path, target: Path, form: str) -> int:
    """Does what `transcode` does, in a thread of the lowest priority.

    What interrupts the caller, such as the worker's end, ends the thread too.
    """
    over = threading.Event()

    def proceed() -> None:
        if over.is_set():
            raise _GivenUpError

    with ThreadPoolExecutor(
        1, "transcoding", initializer=priorities.lower, initargs=(NICE,)
    ) as pool:
        try:
            return pool.submit(transcode, source, target, form, proceed).result()
        finally:
            over.set()


def _facts(file: Path) -> dict[str, object]:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {"size": file.stat().st_size, "sha256": digest}
