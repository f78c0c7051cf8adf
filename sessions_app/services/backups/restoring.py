"""Puts a backup into an empty installation: files first, then the database, wholly.

A marker below VAR_DIR says that a restore has begun: until it is done nothing is served, and only
the same backup can be restored. A run that was killed is done again, and skips files that are
there.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage
from django.db import connection
from django.utils import timezone

from sessions_app.models import ChangeCounter, SignOfLife
from sessions_app.models.recording import recordings_storage
from sessions_app.services.backups import backing_up, receipts, snapshots, work_folder
from sessions_app.services.backups.errors import BackupError, DamagedError, NotEmptyError
from sessions_app.services.backups.manifest import LANES, FileCopy, Manifest
from sessions_app.services.backups.named_files import LANE_FILES, lanes_folder
from sessions_app.services.backups.vault import SNAPSHOTS, Vault
from sessions_app.services.stored_files import stored_chunks

RUNS_S = 60
"""Seconds within which a sign of life means that worker or beat run. Beat gives one each 10 s."""

LANE_NAME = re.compile(rf"[\w-]+/({'|'.join(map(re.escape, LANE_FILES))})")
"""What lanes are called below LANES_DIR: a backup must not write anywhere else."""

MADE_BY_MIGRATIONS = {
    "auth.permission",
    "auth.group",
    "contenttypes.contenttype",
    "sessions_app.agent",
    "sessions_app.agentversion",
    "sessions_app.changecounter",
    "sessions_app.signoflife",
}
"""Models of which an installation has rows before anybody used it."""


def newest(vault: Vault) -> str:
    """Returns the name of the newest backup; raises BackupError where there is none."""
    names = vault.names(SNAPSHOTS)
    if not names:
        raise BackupError("There is no finished backup here.")
    return names[-1]


def restore(vault: Vault, name: str) -> tuple[Manifest, int]:
    """Restores a backup; returns it, and how many later erasures were carried out again.

    Raises BackupError, NotEmptyError, NewerReleaseError and DamagedError, and what the storage or
    the database raise; then the same command goes on.
    """
    manifest = backing_up.told(vault, name)
    snapshots.check_release(manifest)
    begun = work_folder.restoring()
    if begun and begun != name:
        raise NotEmptyError(f"The restore of {begun} was begun here. Finish it: --at {begun}.")
    if not begun:
        check_empty()
    work_folder.note_restoring(name)
    with work_folder.scratch() as scratch:
        _Files(vault, scratch).put_back(manifest.files)
        snapshots.put_back(vault, manifest, scratch)
    erased = receipts.erase_again(receipts.kept(vault))
    work_folder.note_restored()
    return manifest, erased


def check_empty() -> None:
    """Raises NotEmptyError where somebody has used this installation, or it runs."""
    tables = set(connection.introspection.table_names())
    if SignOfLife._meta.db_table in tables:
        since = timezone.now() - timedelta(seconds=RUNS_S)
        if SignOfLife.objects.filter(at__gt=since).exists():
            raise NotEmptyError("Worker or beat are running. Stop voicesite, wait a minute, retry.")
    for model in apps.get_models():
        there = model._meta.db_table in tables and not model._meta.proxy
        if there and model._meta.label_lower not in MADE_BY_MIGRATIONS and _has_rows(model):
            raise NotEmptyError(
                f"The database is not empty: there are rows of {model._meta.verbose_name_plural}. "
                "Restore into a new one: name it with DATABASE_URL or VAR_DIR."
            )
    check_empty_storage()


def check_empty_storage() -> None:
    """Raises NotEmptyError where there are recordings, or lanes of calls."""
    if not _is_empty(recordings_storage()) or any(_files_below(lanes_folder())):
        raise NotEmptyError(
            "There are recordings already. Restore into an empty RECORDINGS_URL and "
            "VOICE_LANES_DIR."
        )


def _has_rows(model: Any) -> bool:
    if model is ChangeCounter:
        return False
    return bool(model._base_manager.exists())


def _is_empty(storage: Storage) -> bool:
    try:
        folders, files = storage.listdir("")
    except FileNotFoundError:
        return True
    if isinstance(storage, FileSystemStorage):
        return not any(_files_below(Path(storage.location)))
    return not folders and not files


def _files_below(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")


class _Files:
    """Puts files back where they were, unless they are there."""

    def __init__(self, vault: Vault, scratch: Path) -> None:
        self._vault = vault
        self._scratch = scratch / "file"
        self._storage = recordings_storage()

    def put_back(self, files: Iterable[FileCopy]) -> None:
        for file in files:
            if file.place == LANES:
                self._lane(file)
            else:
                self._stored(file)

    def _lane(self, file: FileCopy) -> None:
        if not LANE_NAME.fullmatch(file.name):
            raise DamagedError(f"The backup names {file.name!r} as a lane, which is none.")
        target = lanes_folder() / file.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(self._fetched(file), target)

    def _stored(self, file: FileCopy) -> None:
        if self._is_there(file):
            return
        self._storage.delete(file.name)
        with self._fetched(file).open("rb") as content:
            name = self._storage.save(file.name, File(content))
        if name != file.name:
            self._storage.delete(name)
            raise BackupError(f"The storage gave {file.name} another name.")

    def _fetched(self, file: FileCopy) -> Path:
        """Returns a file with the content, which was found whole."""
        with self._scratch.open("wb") as copy:
            for chunk in self._vault.read(file.sha256):
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        return self._scratch

    def _is_there(self, file: FileCopy) -> bool:
        if not self._storage.exists(file.name) or self._storage.size(file.name) != file.size:
            return False
        digest = hashlib.sha256()
        for chunk in stored_chunks(self._storage, file.name):
            digest.update(chunk)
        return digest.hexdigest() == file.sha256
