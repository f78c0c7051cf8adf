"""The folder that holds backups: files by their content, and notes of what belongs together.

`objects/` has each file once, by the SHA-256 of its content. `snapshots/` has a note for each
backup, `receipts/` one of what was erased. A file is written under `tmp/`, brought to the disk, and
only then renamed to its place: whoever is killed leaves nothing half. With a key everything is
sealed (`sealing.py`), and names of objects tell nothing of the content.
"""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessions_app.services.backups import sealing
from sessions_app.services.backups.errors import BackupError, DamagedError, WrongKeyError

FORMAT = 1
"""The form of the folder. A release that reads another one says so."""

HEAD = "voicesite-backup.json"
SNAPSHOTS, RECEIPTS = "snapshots", "receipts"
READ_BYTES = 256 * 1024
"""Bytes that are read at once: more take memory, fewer take more CPU."""

DIGITS = 16
"""Hexadecimal digits of a note's SHA-256 in its name; fewer might miss damage."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A file's content in the vault: its SHA-256 and its size in bytes."""

    sha256: str
    size: int


class Vault:
    """The folder, opened with its key or without one. Use `opened`."""

    def __init__(self, folder: Path, key: bytes | None) -> None:
        self._folder = folder
        self._key = key

    def has(self, sha256: str) -> bool:
        """Returns whether a content is there."""
        return self._path(sha256).exists()

    def put(self, chunks: Iterable[bytes]) -> StoredObject:
        """Keeps a content, once however often it is given. Raises what `chunks` or the disk do."""
        digest, size = hashlib.sha256(), 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                yield chunk

        temporary = self._written(counted())
        target = self._path(digest.hexdigest())
        if target.exists():
            temporary.unlink()
        else:
            target.parent.mkdir(exist_ok=True)
            _into_place(temporary, target)
        return StoredObject(digest.hexdigest(), size)

    def read(self, sha256: str) -> Iterator[bytes]:
        """Yields a content; raises DamagedError, at the end at the latest, where it is another."""
        path, digest = self._path(sha256), hashlib.sha256()
        if not path.exists():
            raise DamagedError(f"{path.name} is missing from the backup.")
        try:
            for chunk in self._opened(path):
                digest.update(chunk)
                yield chunk
        except DamagedError:
            raise DamagedError(f"{path.name} is damaged.") from None
        if digest.hexdigest() != sha256:
            raise DamagedError(f"{path.name} is damaged.")

    def set_aside(self, sha256: str) -> None:
        """Lets go of a content that is damaged, so that the next backup keeps it again."""
        self._path(sha256).unlink(missing_ok=True)

    def note(self, kind: str, at: str, value: Any) -> str:
        """Keeps a note of SNAPSHOTS or RECEIPTS; returns its name. `at` orders the names."""
        data = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
        name = f"{at}-{hashlib.sha256(data).hexdigest()[:DIGITS]}"
        _into_place(self._written([data]), self._note(kind, name))
        return name

    def names(self, kind: str) -> list[str]:
        """Returns the names of all notes of a kind, the oldest first."""
        return sorted(path.stem for path in (self._folder / kind).glob("*.json"))

    def told(self, kind: str, name: str) -> Any:
        """Returns what a note says; raises BackupError where there is none, and DamagedError."""
        path = self._note(kind, name)
        if not path.exists():
            known = ", ".join(self.names(kind)) or "none"
            raise BackupError(f"There is no backup {name!r} here. There are: {known}.")
        try:
            data = b"".join(self._opened(path))
        except DamagedError:
            data = b""
        if hashlib.sha256(data).hexdigest()[:DIGITS] != name.rpartition("-")[2]:
            raise DamagedError(f"{path} is damaged.")
        return json.loads(data)

    def drop(self, kind: str, name: str) -> None:
        """Deletes a note."""
        self._note(kind, name).unlink(missing_ok=True)

    def sweep(self, used: set[str]) -> int:
        """Deletes all contents but those in `used` (SHA-256), and what killed runs left.

        Returns how many contents were deleted.
        """
        for path in (self._folder / "tmp").iterdir():
            path.unlink()
        kept = {self._path(sha256) for sha256 in used}
        unused = [path for path in (self._folder / "objects").glob("*/*") if path not in kept]
        for path in unused:
            path.unlink()
        return len(unused)

    def _path(self, sha256: str) -> Path:
        name = sealing.name_under(self._key, sha256) if self._key else sha256
        return self._folder / "objects" / name[:2] / name

    def _note(self, kind: str, name: str) -> Path:
        return self._folder / kind / f"{name}.json"

    def _opened(self, path: Path) -> Iterator[bytes]:
        chunks = chunks_of_file(path)
        return sealing.unseal(self._key, chunks) if self._key else chunks

    def _written(self, chunks: Iterable[bytes]) -> Path:
        """Returns a new file with these bytes, which are on the disk."""
        path = self._folder / "tmp" / secrets.token_hex(8)
        with path.open("xb") as file:
            for chunk in sealing.seal(self._key, chunks) if self._key else chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return path


@contextmanager
def opened(folder: Path, key: bytes | None, *, make: bool) -> Iterator[Vault]:
    """Yields the vault in `folder`, for this process alone; `make` makes a new one where none is.

    Raises BackupError, and WrongKeyError where the key is another or missing.
    """
    if make:
        _make(folder, key)
    head = _head(folder)
    _check_key(head, key)
    # NFS locks only what is open for writing; a restore may be from what cannot be written
    mode = "r+b" if os.access(folder / HEAD, os.W_OK) else "rb"
    with (folder / HEAD).open(mode) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"Another backup or restore is using {folder}.") from None
        yield Vault(folder, key)


def chunks_of_file(path: Path, most: int | None = None) -> Iterator[bytes]:
    """Yields what a file holds, or its first `most` bytes."""
    left = path.stat().st_size if most is None else most
    with path.open("rb") as file:
        while left and (chunk := file.read(min(READ_BYTES, left))):
            left -= len(chunk)
            yield chunk


def _make(folder: Path, key: bytes | None) -> None:
    if (folder / HEAD).exists():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(path.name not in _OWN for path in folder.iterdir()):
            raise BackupError(f"{folder} holds other files. Give backups a folder of their own.")
        for name in ("objects", "tmp", SNAPSHOTS, RECEIPTS):
            (folder / name).mkdir(exist_ok=True, mode=0o700)
        head = {"format": FORMAT, "key": _mark(key)}
        new = folder / "tmp" / HEAD
        new.write_text(json.dumps(head) + "\n")
        _into_place(new, folder / HEAD)
    except OSError as error:
        raise BackupError(f"{folder} cannot be written ({error.strerror}).") from error


_OWN = {HEAD, "objects", "tmp", SNAPSHOTS, RECEIPTS}


def _head(folder: Path) -> dict[str, Any]:
    try:
        head: dict[str, Any] = json.loads((folder / HEAD).read_text())
    except (OSError, ValueError):
        raise BackupError(f"{folder} is no folder of backups: it has no {HEAD}.") from None
    if head.get("format") != FORMAT:
        raise BackupError(
            f"The backups in {folder} have form {head.get('format')}; this release reads form "
            f"{FORMAT}. Use the release that made them, or a newer one."
        )
    return head


def _check_key(head: dict[str, Any], key: bytes | None) -> None:
    if head["key"] and key is None:
        raise WrongKeyError("These backups are encrypted: give their key with --key-file.")
    if not head["key"] and key is not None:
        raise WrongKeyError("These backups are not encrypted: leave --key-file out.")
    if head["key"] != _mark(key):
        raise WrongKeyError("This is the wrong key: these backups were encrypted with another one.")


def _mark(key: bytes | None) -> str:
    """Returns what tells keys apart and gives none away."""
    return sealing.name_under(key, "which key")[:DIGITS] if key else ""


def _into_place(new: Path, target: Path) -> None:
    """Renames a file, and has the disk remember it."""
    new.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
