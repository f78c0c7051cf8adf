"""How long callers wait for the database, and how they tell that it is unavailable."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.backends.signals import connection_created

from sessions_app.engine.core.errors import BusyError

AWAY = (OperationalError, InterfaceError)
"""What Django raises while a database is locked, full, unreachable or stopping."""

BRIEF_S = 0.3
"""How long a small write at a call's start waits for the database's lock; more delays the call."""

REQUEST_S = 3.0
"""How long other requests wait for it: a person or a program with a timeout is waiting."""

RETRY_AFTER_S = 10
"""When clients should try again while the database does not respond. Shorter adds to its load."""

_request_ms = 0
"""The lock time-out in ms of a serving process's PostgreSQL connections; 0 elsewhere."""

_ASKED = {"sqlite": "PRAGMA busy_timeout", "postgresql": "SHOW lock_timeout"}

_PROGRAM_LIMIT = "54"
"""SQLSTATE class of PostgreSQL for work that is too large for it, however often it is tried."""


def is_away(error: Exception) -> bool:
    """Returns whether the same work may succeed later: the fault is the database's, not the work's.

    PostgreSQL's "program limit exceeded" is an OperationalError too, but belongs to the row.
    """
    if not isinstance(error, AWAY):
        return False
    return not str(getattr(error.__cause__, "sqlstate", None) or "").startswith(_PROGRAM_LIMIT)


def busy() -> BusyError:
    """Returns the error for callers while the database cannot be written."""
    return BusyError(
        f"The database is not responding. Try again in {RETRY_AFTER_S} s.",
        retry_after_s=RETRY_AFTER_S,
    )


def serve_requests() -> None:
    """From now on connections of this process wait REQUEST_S for a lock at most.

    Call it before the first connection. Workers and commands have more time.
    """
    global _request_ms  # noqa: PLW0603 - one a process, set before its first connection
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["timeout"] = REQUEST_S
    else:
        _request_ms = round(REQUEST_S * 1000)
        connection_created.connect(_limit_new_connection)


def drop_write_ahead_log() -> None:
    """Removes deleted content from SQLite's write-ahead log, unless a reader is active.

    Later writes overwrite what is left there. Does nothing on other databases, or in a transaction.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with suppress(*AWAY), briefly():
            _execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _limit_new_connection(connection: Any, **_: Any) -> None:
    """Set with a statement: connection poolers refuse it as an option of the connection."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {_request_ms}")


def connect(lock_s: float, statement_s: float = 0.0) -> None:
    """Opens this thread's connection where it has none, with these limits for as long as it is.

    `lock_s` is how long a statement waits for a lock, `statement_s` how long it may take on
    PostgreSQL (0: any time). Raises OperationalError where the database cannot be reached.
    """
    if connection.connection is None:
        connection.ensure_connection()
        _limit(lock_s, statement_s)


@contextmanager
def briefly(lock_s: float = BRIEF_S) -> Iterator[None]:
    """Makes the block's statements wait no longer than `lock_s` for a lock."""
    connection.ensure_connection()
    usual = _lock_limit()
    _limit(lock_s)
    try:
        yield
    finally:
        if connection.connection is not None:
            _restore_limit(usual)


def _lock_limit() -> str:
    """Returns for how long this thread's connection waits for a lock, as its database says it."""
    if connection.vendor not in _ASKED:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED[connection.vendor])
        return str(cursor.fetchone()[0])


def _limit(lock_s: float, statement_s: float = 0.0) -> None:
    lock_ms, statement_ms = round(lock_s * 1000), round(statement_s * 1000)
    if connection.vendor == "sqlite":
        _execute(f"PRAGMA busy_timeout = {lock_ms}")
    elif connection.vendor == "postgresql":
        _execute(f"SET lock_timeout = {lock_ms}")
        if statement_ms:
            _execute(f"SET statement_timeout = {statement_ms}")


def _restore_limit(usual: str) -> None:
    """Lets the connection wait as long as before: `connect` gives each thread its own limit."""
    if connection.vendor == "sqlite":
        _execute(f"PRAGMA busy_timeout = {int(usual)}")
    elif connection.vendor == "postgresql" and not connection.needs_rollback:
        _execute(f"SET lock_timeout = '{usual}'")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
