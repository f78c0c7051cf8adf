"""Makes a backup: the database first, then every file that its rows name.

Stored files never change under their names, so they may be copied after the database while calls
go on. Where one is gone meanwhile (a recording was erased, its time was over, lanes became a
recording) the database is copied once more, until both agree. Whatever is in the vault already is
not copied again, so a run that was killed goes on where it was.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sessions_app.services.backups import manifest, named_files, receipts, snapshots, work_folder
from sessions_app.services.backups.errors import BackupError, DamagedError
from sessions_app.services.backups.manifest import FileCopy, Manifest
from sessions_app.services.backups.named_files import NamedFile
from sessions_app.services.backups.vault import SNAPSHOTS, Vault

ATTEMPTS = 5
"""How often the database is copied at most. Fewer fail where much is erased; more copy on and on
where the storage itself changes."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BackupResult:
    """A backup that was made: its name, and what it took."""

    name: str
    made: Manifest
    copied: int
    copied_bytes: int


def back_up(vault: Vault) -> BackupResult:
    """Makes a backup. Raises BackupError, and what the disk or the storage raise."""
    if not snapshots.is_migrated():
        raise BackupError("The database is not migrated. Run `manage.py migrate` first.")
    before = _known(vault)
    copier = _Copier(vault, before)
    with work_folder.scratch() as folder:
        made, lost = copier.attempt(folder), set[str]()
        for _ in range(ATTEMPTS - 1):
            if set(made.missing) <= lost:
                break  # missing before, too: not because something was erased meanwhile
            lost = set(made.missing)
            made = copier.attempt(folder)
    at = f"{datetime.fromisoformat(made.taken_at):%Y%m%dT%H%M%S%f}Z"
    receipts.keep(vault, at)
    name = vault.note(SNAPSHOTS, at, made.as_json())
    return BackupResult(name, made, copier.copied, copier.copied_bytes)


def verify(vault: Vault, names: Sequence[str], *, mend: bool) -> list[str]:
    """Reads all contents of these backups, and their notes; returns what is damaged or missing.

    `mend` lets go of what is damaged, so that the next backup copies it again.
    """
    wanted: dict[str, str] = {}
    damaged = []
    for name in names:
        try:
            wanted |= dict(told(vault, name).contents())
        except DamagedError:
            damaged.append(f"the note of backup {name}")
            if mend:
                vault.drop(SNAPSHOTS, name)
    for sha256, what in wanted.items():
        try:
            for _ in vault.read(sha256):
                pass
        except DamagedError:
            damaged.append(what)
            if mend:
                vault.set_aside(sha256)
    try:
        receipts.kept(vault)
    except DamagedError:  # the next backup, or --receipts, writes it anew
        damaged.append("the list of what was erased")
    return damaged


def prune(vault: Vault, keep: int | None) -> int:
    """Deletes all but the `keep` newest backups, and contents that none needs; returns how many.

    Without a number it deletes only such contents, and none while the note of a backup is damaged,
    which cannot say what it needs: `verify` lets go of it.
    """
    names = vault.names(SNAPSHOTS)
    dropped = names[:-keep] if keep else []
    for name in dropped:
        vault.drop(SNAPSHOTS, name)
    with suppress(DamagedError):
        left = [told(vault, name) for name in vault.names(SNAPSHOTS)]
        vault.sweep({sha256 for one in left for sha256, _ in one.contents()})
    return len(dropped)


def told(vault: Vault, name: str) -> Manifest:
    """Returns a backup by its name. Raises BackupError and DamagedError."""
    return manifest.from_json(vault.told(SNAPSHOTS, name))


class _Copier:
    """Copies the database and files into a vault, as often as needed."""

    def __init__(self, vault: Vault, before: dict[str, FileCopy]) -> None:
        self._vault = vault
        self._before = before
        self.copied = 0
        self.copied_bytes = 0

    def attempt(self, scratch: Path) -> Manifest:
        """Returns the backup as of now, with the names of files that were not there any more."""
        lanes = named_files.lane_sizes()
        with snapshots.taken(scratch) as alias:
            # PostgreSQL's moment is that of its transaction's first question
            migrations = snapshots.applied(alias)
            taken_at = datetime.now(UTC).isoformat(timespec="microseconds")
            files = named_files.of_database(alias, lanes)
            database = snapshots.kept(alias, self._vault.put)
        found = {file: self._file(file) for file in files}
        missing = tuple(file.name for file, copy in found.items() if copy is None)
        copies = tuple(copy for copy in found.values() if copy is not None)
        return Manifest(taken_at, migrations, database, copies, missing)

    def _file(self, file: NamedFile) -> FileCopy | None:
        """Returns the copy of a file, made if it is not there yet; None where the file is gone."""
        if file.sha256 and file.size is not None and self._vault.has(file.sha256):
            return FileCopy(file.place, file.name, file.sha256, file.size)
        try:
            return self._read(file)
        except FileNotFoundError:
            return None

    def _read(self, file: NamedFile) -> FileCopy:
        changed = named_files.modified(file) if file.place == manifest.RECORDINGS else 0.0
        known = self._before.get(file.name)
        if known and changed and changed == known.modified and self._vault.has(known.sha256):
            return known
        stored = self._vault.put(named_files.chunks(file))
        self.copied += 1
        self.copied_bytes += stored.size
        copy = FileCopy(file.place, file.name, stored.sha256, stored.size, changed)
        self._before[file.name] = copy
        return copy


def _known(vault: Vault) -> dict[str, FileCopy]:
    """Returns the files of the last backup by name."""
    names = vault.names(SNAPSHOTS)
    try:
        last = told(vault, names[-1]).files if names else ()
    except DamagedError:
        last = ()
    return {file.name: file for file in last if file.place == manifest.RECORDINGS}
