"""Which files the rows of a database name, and their bytes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage

from sessions_app.models import Archive, AudioCopy, Call, Recording, SoundRedaction
from sessions_app.models.recording import recordings_storage
from sessions_app.models.work import WorkState
from sessions_app.services.backups.manifest import LANES, RECORDINGS
from sessions_app.services.backups.vault import chunks_of_file
from sessions_app.services.stored_files import stored_chunks

LANE_FILES = ("caller.ogg", "agent.ogg")


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that a row names, with what the row knows of it.

    `size` is in bytes; of a lane only as many are taken, for it may still grow.
    """

    place: str
    name: str
    size: int | None = None
    sha256: str = ""


def lane_sizes() -> dict[str, int]:
    """Returns how long the lanes are now, in bytes, by their names below LANES_DIR.

    Ask before the database is copied: the lanes then hold nothing that comes after it.
    """
    folder = lanes_folder()
    paths = (path for name in LANE_FILES for path in folder.glob(f"*/{name}"))
    found = {}
    for path in paths:
        try:
            found[str(path.relative_to(folder))] = path.stat().st_size
        except FileNotFoundError:
            continue  # its recording was made just now
    return found


def lanes_folder() -> Path:
    """Returns where the sound of live calls is kept on this machine."""
    return Path(settings.VOICE["LANES_DIR"])


def of_database(alias: str, lanes: Mapping[str, int]) -> list[NamedFile]:
    """Returns all files that the rows of a database name, and the lanes of their calls.

    What is being erased is left out: its files may be gone before its row is.
    """
    return [*_stored(alias), *_lanes(alias, lanes)]


def _stored(alias: str) -> Iterator[NamedFile]:
    kept = Recording.objects.using(alias).filter(call__erasing_at=None).exclude(file="")
    for name, size, sha256 in kept.values_list("file", "size", "sha256").iterator():
        yield NamedFile(RECORDINGS, name, size, sha256)
    whole = SoundRedaction.objects.using(alias).filter(call__erasing_at=None).exclude(original="")
    for name in whole.values_list("original", flat=True).iterator():
        yield NamedFile(RECORDINGS, name)
    made: Any
    copies = AudioCopy.objects.using(alias).filter(call__erasing_at=None)
    archives = Archive.objects.using(alias).filter(gone_at=None)
    for made in (copies, archives):
        done = made.filter(state=WorkState.DONE).exclude(file_name="")
        for name, size, sha256 in done.values_list("file_name", "size", "sha256").iterator():
            yield NamedFile(RECORDINGS, name, size, sha256)


def _lanes(alias: str, sizes: Mapping[str, int]) -> Iterator[NamedFile]:
    """Yields the lanes of calls whose recording is still to be made, live ones among them."""
    there = {name.partition("/")[0] for name in sizes}
    calls = Call.everything.using(alias).filter(public_id__in=there, erasing_at=None)
    waiting = calls.exclude(recording__state=WorkState.DONE)
    for public_id in waiting.values_list("public_id", flat=True).order_by("pk"):
        for lane in LANE_FILES:
            name = f"{public_id}/{lane}"
            if name in sizes:
                yield NamedFile(LANES, name, sizes[name])


def modified(file: NamedFile) -> float:
    """Returns when a stored file was last changed, in seconds since 1970.

    Raises FileNotFoundError, and what the storage raises.
    """
    return _storage().get_modified_time(file.name).timestamp()


def chunks(file: NamedFile) -> Iterator[bytes]:
    """Yields a file's bytes. Raises FileNotFoundError, and what the storage raises."""
    if file.place == LANES:
        yield from chunks_of_file(lanes_folder() / file.name, file.size)
    else:
        yield from stored_chunks(_storage(), file.name)


def _storage() -> Storage:
    return recordings_storage()
