"""The verbs over recordings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.files import File

from sessions_app.models import Call, Recording
from sessions_app.models.recording import recording_path
from sessions_app.services import work

FILE_NAME = "call.ogg"


def keep(recording: Recording, file: Path, facts: Mapping[str, Any]) -> None:
    """Stores the finished file under its one name, and what was found out about it.

    Storing it again, after a crash in between, replaces the file.
    """
    storage = recording.file.storage
    name = recording_path(recording, FILE_NAME)
    if storage.exists(name):
        storage.delete(name)
    with file.open("rb") as content:
        recording.file.name = storage.save(name, File(content))
    for field, value in facts.items():
        setattr(recording, field, value)
    work.done(recording)


def keep_nothing(recording: Recording, checks: Sequence[Mapping[str, Any]]) -> None:
    """Closes the recording of a call that brought no audio; `checks` say so."""
    recording.checks = list(checks)
    recording.duration_ms = 0
    work.done(recording)


def note_length(call: Call, duration_ms: int) -> None:
    """Gives a call that ended with its process the length its audio shows."""
    if call.duration_ms is None:
        Call.objects.filter(pk=call.pk, duration_ms=None).update(duration_ms=duration_ms)
        call.duration_ms = duration_ms
