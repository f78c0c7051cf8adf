"""What a running copy writes is for its own user alone: transcripts, recordings, keys, logs."""

import os
import stat
from pathlib import Path

UMASK = 0o077
"""New files and folders are readable by their owner alone."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO

OURS = frozenset(
    (
        "backup",
        "beat",
        "broker",
        "credentials.json",
        "credentials.new",
        "lanes",
        "logs",
        "models",
        "recordings",
        "run",
        "run.lock",
        "secret_key",
        "settings.env",
        "static",
        "supervisord.pid",
        "voicesite.sqlite3",
        "voicesite.sqlite3-journal",
        "voicesite.sqlite3-shm",
        "voicesite.sqlite3-wal",
    )
)
"""What lies below VAR_DIR."""


def keep_private(folder: Path) -> bool:
    """Makes `folder`, and what this process writes from now on, its user's alone.

    A folder that others may look into, from an earlier version or made by hand, is closed to them:
    that keeps them from all below. Returns whether it was open. One that also holds what is not
    ours, such as /srv, is left as it is; then each of our own entries in it is closed. What
    belongs to another user cannot be closed: `manage.py check --deploy` says so.
    """
    os.umask(UMASK)
    folder.mkdir(parents=True, exist_ok=True)
    if not is_open(folder):
        return False
    names = {path.name for path in folder.iterdir()}
    if names <= OURS and _close(folder):
        return True
    closed = [_close(folder / name) for name in sorted(names & OURS)]
    return any(closed)


def is_open(path: Path) -> bool:
    """Returns whether other users of this machine may read, write or enter it."""
    try:
        return bool(path.stat().st_mode & OTHERS)
    except FileNotFoundError:
        return False  # a database's journal comes and goes while others look


def open_below(folder: Path) -> list[Path]:
    """Returns what of ours others may look into: the folder, or entries where it must be open."""
    if not folder.is_dir() or not is_open(folder):
        return []
    entries = [path for path in folder.iterdir() if path.name in OURS and not path.is_symlink()]
    return [path for path in entries if is_open(path)]


def _close(path: Path) -> bool:
    """Takes others' rights away; returns whether they had any. A link's target is not ours."""
    if path.is_symlink() or not is_open(path):
        return False
    try:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)
    except (PermissionError, FileNotFoundError):
        return False
    return True
