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
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """A backup that was restored: how many later erasures were carried out again, and the names of
    what was left out because it is damaged or missing in the backup.
    """

    made: Manifest
    erased: int
    left_out: tuple[str, ...]


def restore(vault: Vault, name: str, *, leave_out_damaged: bool = False) -> RestoreResult:
    """Restores a backup; one whose database is damaged is refused, and nothing is changed.

    What else is damaged or missing ends it, too, unless it is to be left out: contents are kept
    once, so that such a file is damaged in every backup that has it. Raises BackupError,
    NotEmptyError, NewerReleaseError and DamagedError, and what the storage or the database raise;
    then the same command goes on.
    """
    manifest = _told(vault, name)
    snapshots.check_release(manifest)
    begun = work_folder.restoring()
    if begun and begun != name:
        raise NotEmptyError(f"The restore of {begun} was begun here. Finish it: --at {begun}.")
    if not begun:
        check_empty()
    later, unread = _later_erasures(vault, leave_out_damaged)
    work_folder.note_restoring(name)
    with work_folder.scratch() as scratch:
        files = _Files(vault, scratch, leave_out_damaged=leave_out_damaged)
        left_out = files.put_back(manifest.files)
        snapshots.put_back(vault, manifest, scratch)
    erased = receipts.erase_again(later)
    work_folder.note_restored()
    return RestoreResult(manifest, erased, left_out + unread)


def _told(vault: Vault, name: str) -> Manifest:
    """Returns a backup whose database was found whole: without one there is no restore."""
    try:
        manifest = backing_up.told(vault, name)
        for part in manifest.database.parts:
            for _ in vault.read(part.sha256):
                pass
    except DamagedError as error:
        raise DamagedError(
            f"Backup {name} has no whole database: {error.message} Nothing was changed. Restore "
            "another one: --list, then --at NAME."
        ) from error
    return manifest


def _later_erasures(
    vault: Vault, leave_out_damaged: bool
) -> tuple[list[receipts.Receipt], tuple[str, ...]]:
    """Returns what the vault knows of erasures; or nothing, and what is left out."""
    try:
        return receipts.kept(vault), ()
    except DamagedError as error:
        if leave_out_damaged:
            return [], ("The list of what was erased",)
        raise DamagedError(
            "The list of what was erased is damaged, and nothing was changed. Where the old "
            "database can be read, write it anew there: `manage.py backup DEST --receipts`. With "
            "--leave-out-damaged what was erased after this backup comes back."
        ) from error


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

    def __init__(self, vault: Vault, scratch: Path, *, leave_out_damaged: bool = False) -> None:
        self._vault = vault
        self._scratch = scratch / "file"
        self._storage = recordings_storage()
        self._leaves_out = leave_out_damaged

    def put_back(self, files: Iterable[FileCopy]) -> tuple[str, ...]:
        """Returns the names of those that are damaged, where they are to be left out."""
        damaged = []
        for file in files:
            try:
                self._put_back(file)
            except DamagedError as error:
                if not self._leaves_out:
                    raise DamagedError(
                        f"{file.name} of the {file.place} cannot be restored: {error.message} "
                        "Where it cannot be mended, run the same command with "
                        "--leave-out-damaged: all others are restored."
                    ) from error
                damaged.append(file.name)
        return tuple(damaged)

    def _put_back(self, file: FileCopy) -> None:
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
        fetched = self._fetched(file)
        self._storage.delete(file.name)
        with fetched.open("rb") as content:
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
