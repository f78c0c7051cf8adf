"""The folder below VAR_DIR that backups and restores of this installation use."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from sessions_app.services.backups.errors import BackupError

UNFINISHED = "A restore was begun here and is not finished. Run the same `manage.py restore` again."


@contextmanager
def scratch() -> Iterator[Path]:
    """Yields a folder for temporary files, for this user alone, and empties it."""
    path = _folder() / "scratch"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _empty(path)  # of a run that was killed
        yield path
        _empty(path)
    except BlockingIOError:
        raise BackupError("Another backup or restore of this installation is running.") from None
    finally:
        os.close(handle)


def restoring() -> str:
    """Returns the name of the backup of which a restore has begun and not ended; else nothing."""
    try:
        return str(json.loads(_marker().read_text())["backup"])
    except FileNotFoundError:
        return ""


def note_restoring(name: str) -> None:
    """Notes that a restore begins: from now on nothing may be served until it is done."""
    marker = _marker()
    marker.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = marker.with_suffix(".new")
    new.write_text(json.dumps({"backup": name}))
    new.replace(marker)


def note_restored() -> None:
    """Notes that the restore is done."""
    _marker().unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "backup"


def _marker() -> Path:
    return _folder() / "restoring.json"


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink(missing_ok=True)
