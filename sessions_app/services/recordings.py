"""The verbs over recordings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.files import File

from sessions_app.models import Recording
from sessions_app.models.recording import recording_path
from sessions_app.services import work

FILE_NAME = "call.ogg"


def keep(row: Recording, file: Path, facts: Mapping[str, Any]) -> None:
    """Stores the finished file under its one name, and what was found out about it.

    Storing it again, after a crash in between, replaces the file. `row` was taken.
    """
    storage = row.file.storage
    name = recording_path(row, FILE_NAME)
    # a storage gives a second file of a name another one, and the first would stay for ever
    storage.delete(name)
    with file.open("rb") as content:
        row.file.name = storage.save(name, File(content))
    for field, value in facts.items():
        setattr(row, field, value)
    work.done(row)


def keep_nothing(row: Recording, checks: Sequence[Mapping[str, Any]]) -> None:
    """Closes the recording of a call that brought no audio; `checks` say so. `row` was taken."""
    row.checks = list(checks)
    row.duration_ms = 0
    work.done(row)
