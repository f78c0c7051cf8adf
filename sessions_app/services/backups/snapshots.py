"""A database as of one moment, while others write to it: copied, asked, and put back.

SQLite is copied by its backup API. PostgreSQL is read in one REPEATABLE READ transaction, table by
table with COPY: that needs no program of the server's version on this machine.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from psycopg import IsolationLevel, sql

from sessions_app.services.backups.errors import BackupError, DamagedError, NewerReleaseError
from sessions_app.services.backups.manifest import DatabaseCopy, DatabasePart, Manifest
from sessions_app.services.backups.vault import StoredObject, Vault, chunks_of_file

ALIAS = "snapshot"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
MIGRATIONS_TABLE = "django_migrations"
USERS_TABLE, USERS_SEQUENCE = "auth_user", "auth_user_id_seq"

USERS_APART = 1000
"""By how many the numbers of users go on higher after a restore.

Users who were made after the backup had the next numbers. Lower, and a number might mean two
people, of whom a receipt of an erasure has only one in mind; higher only makes longer numbers.
"""

Put = Callable[[Iterator[bytes]], StoredObject]


@contextmanager
def taken(scratch: Path) -> Iterator[str]:
    """Yields the alias of a connection to the database as it is now, which stays so.

    Other processes go on writing. `scratch` is for files that go before it returns.
    """
    if connection.vendor == SQLITE:
        with _sqlite_copy(scratch) as path, _connection(NAME=str(path), OPTIONS={}):
            yield ALIAS
    elif connection.vendor == POSTGRESQL:
        given = connection.settings_dict["OPTIONS"]
        options = {**given, "isolation_level": IsolationLevel.REPEATABLE_READ}
        with _connection(OPTIONS=options), transaction.atomic(using=ALIAS):
            yield ALIAS
    else:
        raise BackupError(f"Backups of {connection.vendor} are not supported.")


def applied(alias: str = "default") -> tuple[tuple[str, str], ...]:
    """Returns the migrations of a database, in order."""
    return tuple(sorted(MigrationRecorder(connections[alias]).applied_migrations()))


def is_migrated() -> bool:
    """Returns whether the database is that of this release."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def kept(alias: str, put: Put) -> DatabaseCopy:
    """Hands the database to `put`, piece by piece; returns what it consists of."""
    own = connections[alias]
    if own.vendor == SQLITE:
        stored = put(chunks_of_file(Path(own.settings_dict["NAME"])))
        return DatabaseCopy(SQLITE, (DatabasePart(SQLITE, stored.sha256, stored.size),))
    with own.cursor() as cursor:
        tables = sorted(own.introspection.table_names(cursor))
        parts = [_table_kept(cursor, table, put) for table in tables]
        return DatabaseCopy(POSTGRESQL, tuple(parts), _sequences(cursor))


def put_back(vault: Vault, manifest: Manifest, scratch: Path) -> None:
    """Makes the database what it was, wholly or not at all, then migrates it to this release.

    Whatever it held is gone. Raises DamagedError.
    """
    if connection.vendor == SQLITE:
        _sqlite_back(vault, manifest.database, scratch)
    else:
        _tables_as_of(manifest)
        _rows_back(vault, manifest.database)
    if not is_migrated():
        call_command("migrate", verbosity=0, interactive=False)


def check_release(manifest: Manifest) -> None:
    """Raises where this release or this database cannot take a backup, saying what can."""
    vendor = manifest.database.vendor
    if vendor != connection.vendor:
        raise BackupError(
            f"The backup is of {vendor}, and DATABASE_URL names {connection.vendor}. "
            f"Set DATABASE_URL to an empty database of {vendor}."
        )
    known = set(MigrationExecutor(connection).loader.disk_migrations)
    unknown = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if unknown:
        raise NewerReleaseError(
            f"The backup was made by a newer release: this one has no migration {unknown[-1]}. "
            "Install that release, or a newer one, and restore there."
        )


# -- SQLite ---------------------------------------------------------------------------------


@contextmanager
def _sqlite_copy(scratch: Path) -> Iterator[Path]:
    path = scratch / "snapshot.sqlite3"
    path.unlink(missing_ok=True)
    connection.ensure_connection()
    copy = sqlite3.connect(path)
    try:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    finally:
        copy.close()
    try:
        yield path
    finally:
        path.unlink()


def _sqlite_back(vault: Vault, copy: DatabaseCopy, scratch: Path) -> None:
    path = scratch / "restored.sqlite3"
    with path.open("wb") as file:
        for chunk in vault.read(copy.parts[0].sha256):
            file.write(chunk)
    source = sqlite3.connect(path)
    try:
        if source.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise DamagedError("The database of the backup is damaged. Use another backup.")
        with suppress(sqlite3.OperationalError):  # a database in which no key was ever given
            source.execute(
                "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?",
                (USERS_APART, USERS_TABLE),
            )
        source.commit()
        connection.ensure_connection()
        source.backup(connection.connection)  # one transaction of the target
    finally:
        source.close()
        connection.close()
    path.unlink()


# -- PostgreSQL -----------------------------------------------------------------------------


def _table_kept(cursor: Any, table: str, put: Put) -> DatabasePart:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 "
        "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [f'"{table}"'],
    )
    columns = [name for (name,) in cursor.fetchall()]
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(_name(table), _names(columns))
    with cursor.copy(statement) as rows:
        stored = put(bytes(row) for row in rows)
    return DatabasePart(table, stored.sha256, stored.size, tuple(columns))


def _sequences(cursor: Any) -> Mapping[str, int]:
    """Returns the next value of each; it is at least as great as in the snapshot."""
    cursor.execute(
        "SELECT sequencename, COALESCE(last_value, 0) + 1 FROM pg_sequences "
        "WHERE schemaname = current_schema() ORDER BY sequencename"
    )
    return dict(cursor.fetchall())


def _tables_as_of(manifest: Manifest) -> None:
    """Makes the tables as they were at the backup, without the rows."""
    if applied() == manifest.migrations:
        return
    own = [*connection.introspection.django_table_names(only_existing=True), MIGRATIONS_TABLE]
    with transaction.atomic(), connection.cursor() as cursor:
        for table in own:
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(_name(table)))
    executor = MigrationExecutor(connection)
    executor.migrate(_targets(executor, set(manifest.migrations)))


def _targets(executor: MigrationExecutor, wanted: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Returns the last migrations of each app among those wanted."""
    graph = executor.loader.graph
    nodes = [key for key in graph.nodes if key in wanted]
    before = {
        parent.key
        for key in nodes
        for parent in graph.node_map[key].parents
        if parent.key[0] == key[0]
    }
    return sorted(set(nodes) - before)


def _rows_back(vault: Vault, copy: DatabaseCopy) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        tables = sql.SQL(", ").join(_name(part.name) for part in copy.parts)
        cursor.execute(sql.SQL("TRUNCATE {}").format(tables))
        for part in copy.parts:
            into = sql.SQL("COPY {} ({}) FROM STDIN")
            statement = into.format(_name(part.name), _names(part.columns))
            with cursor.copy(statement) as rows:
                for chunk in vault.read(part.sha256):
                    rows.write(chunk)
        for name, following in copy.sequences.items():
            apart = USERS_APART if name == USERS_SEQUENCE else 0
            cursor.execute("SELECT setval(%s, %s, false)", [f'"{name}"', following + apart])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _names(names: Any) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


# -- both -----------------------------------------------------------------------------------


@contextmanager
def _connection(**changed: Any) -> Iterator[None]:
    """Makes a second connection, ALIAS, with these settings changed."""
    connections.settings[ALIAS] = {**connection.settings_dict, **changed}
    try:
        yield
    finally:
        with suppress(AttributeError):
            connections[ALIAS].close()
            del connections[ALIAS]
        del connections.settings[ALIAS]
