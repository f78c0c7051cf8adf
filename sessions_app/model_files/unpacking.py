"""Recognises archives of models, and unpacks them safely."""

import tarfile
import zipfile
from pathlib import Path

ENDINGS = (".zip", ".tgz", ".gz", ".bz2", ".xz", ".tar", ".whl")


class FetchError(Exception):
    """A model cannot be fetched; the message says what to do."""


def is_archive(path: Path) -> bool:
    """Returns whether the file is an archive that `extract` can read; wheels are."""
    return zipfile.is_zipfile(path) or tarfile.is_tarfile(path)


def extract(archive: Path, target: Path) -> None:
    """Unpacks into the new folder `target`; writes nothing outside it.

    (tarfile's "data" filter; PEP 706.) Raises FetchError.
    """
    try:
        _extract(archive, target)
    except (OSError, tarfile.TarError, zipfile.BadZipFile, EOFError, ValueError) as error:
        raise FetchError(f"{archive} cannot be unpacked: {error}.") from error


def _private(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo:
    """The "data" filter of PEP 706, which also removes all rights of group and others."""
    safe = tarfile.data_filter(member, folder)
    mode: int | None = safe.mode  # None for what is no file: then the umask decides
    return safe if mode is None else safe.replace(mode=mode & 0o700, deep=False)


def _extract(archive: Path, target: Path) -> None:
    target.mkdir()
    if tarfile.is_tarfile(archive):
        with tarfile.open(archive) as opened:
            opened.extractall(target, filter=_private)  # nosec B202 # noqa: S202 - it holds "data"
        return
    with zipfile.ZipFile(archive) as zipped:
        for name in zipped.namelist():
            if not (target / name).resolve().is_relative_to(target.resolve()):
                raise ValueError(f"it would write outside its folder: {name[:100]!r}")
        zipped.extractall(target)  # nosec B202 # noqa: S202 - every name was looked at
