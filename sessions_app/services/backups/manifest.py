"""What a backup consists of, as its note in the vault says it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

RECORDINGS, LANES = "recordings", "lanes"


@dataclass(frozen=True, slots=True)
class DatabasePart:
    """One file of the database: all of SQLite's, or the rows of one table of PostgreSQL.

    `columns` are the table's, in the order in which the rows have them.
    """

    name: str
    sha256: str
    size: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DatabaseCopy:
    """A database as of one moment.

    `sequences` has PostgreSQL's counters of keys by name, with their next value.
    """

    vendor: str
    parts: tuple[DatabasePart, ...]
    sequences: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileCopy:
    """A file of RECORDINGS or LANES, by its name there.

    `modified` is when the storage says that it was last changed, in seconds since 1970; 0 where
    the database has its SHA-256.
    """

    place: str
    name: str
    sha256: str
    size: int
    modified: float = 0.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup. `taken_at` is the moment of the database, in UTC (ISO 8601).

    `missing` are files that the database names and the storage did not have.
    """

    taken_at: str
    migrations: tuple[tuple[str, str], ...]
    database: DatabaseCopy
    files: tuple[FileCopy, ...]
    missing: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def contents(self) -> Iterator[tuple[str, str]]:
        """Yields the SHA-256 of each content, with what it is."""
        for part in self.database.parts:
            yield part.sha256, f"{part.name} of the database"
        for file in self.files:
            yield file.sha256, f"{file.name} of the {file.place}"


def from_json(given: Mapping[str, Any]) -> Manifest:
    """Returns the backup that a note describes."""
    database = given["database"]
    return Manifest(
        taken_at=given["taken_at"],
        migrations=tuple((app, name) for app, name in given["migrations"]),
        database=DatabaseCopy(
            database["vendor"],
            tuple(_part(**part) for part in database["parts"]),
            database["sequences"],
        ),
        files=tuple(FileCopy(**file) for file in given["files"]),
        missing=tuple(given["missing"]),
    )


def _part(name: str, sha256: str, size: int, columns: Sequence[str]) -> DatabasePart:
    return DatabasePart(name, sha256, size, tuple(columns))
