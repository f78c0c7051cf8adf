"""The search index on SQLite: an FTS5 table of trigrams, kept by triggers.

A row's number is its call's key and its `seq` (`call << 32 | seq`), so that calls are found
without a look at their segments, and newest calls stand together. The table keeps no texts of its
own (`content=''`); to delete an entry, FTS5 is given the segment's old text again.
https://www.sqlite.org/fts5.html
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cache, reduce
from operator import and_
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL

from sessions_app.engine.text.queries import Term
from sessions_app.models import Call, Segment
from sessions_app.services.search.index import (
    GRAM,
    MOST_CHARACTERS,
    SEGMENTS,
    Found,
    Progress,
    having,
)

TABLE = "sessions_app_search"
GRAMS = f"{TABLE}_grams"
STATE = f"{TABLE}_state"
TRIGGERS = (f"{TABLE}_added", f"{TABLE}_changed", f"{TABLE}_gone")

CALLS = Call._meta.db_table
BATCH = 5000
"""Segments that are put into the index in one transaction: with more, live calls wait longer."""

PROBED, DENSE = 2_000, 10
"""If the newest PROBED segments with a term are DENSE or more a call, it is in nearly every call.

The first calls that have it are then found sooner by reading each until the term is found.
"""

MOST_GRAMS = 200
"""With more groups that begin with them, one or two characters are in nearly every call."""

_LAST = chr(0x10FFFF)


def _place(row: str) -> str:
    return f"({row}.call_id << 32) | {row}.seq"


def _said(row: str) -> str:
    """Each character begins a group, the last ones too, and each line follows a line break."""
    return f"char(10) || {row}.search_text || char(10) || char(10)"


def _is_in(row: str) -> str:
    """Segments between `low` and `high` wait for `fill`; one not in the index cannot be removed."""
    return f"(SELECT {row}.id < low OR {row}.id > high FROM {STATE})"


_ADD = f"INSERT INTO {TABLE}(rowid, said) VALUES ({_place('NEW')}, {_said('NEW')});"
_TAKE_OUT = (
    f"INSERT INTO {TABLE}({TABLE}, rowid, said) VALUES ('delete', {_place('OLD')}, {_said('OLD')});"
)
_IS_NEW = "(OLD.search_text <> NEW.search_text OR OLD.call_id <> NEW.call_id OR OLD.seq <> NEW.seq)"

TABLES = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5("
    "said, content='', columnsize=0, tokenize='trigram case_sensitive 1')",
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {GRAMS} USING fts5vocab({TABLE}, 'row')",
    f"CREATE TABLE IF NOT EXISTS {STATE}(low INTEGER NOT NULL, high INTEGER NOT NULL)",
)
KEEPERS = (
    f"CREATE TRIGGER IF NOT EXISTS {TRIGGERS[0]} AFTER INSERT ON {SEGMENTS} "
    f"WHEN {_is_in('NEW')} BEGIN {_ADD} END",
    f"CREATE TRIGGER IF NOT EXISTS {TRIGGERS[1]} AFTER UPDATE OF search_text, call_id, seq "
    f"ON {SEGMENTS} WHEN {_IS_NEW} AND {_is_in('NEW')} BEGIN {_TAKE_OUT} {_ADD} END",
    f"CREATE TRIGGER IF NOT EXISTS {TRIGGERS[2]} AFTER DELETE ON {SEGMENTS} "
    f"WHEN {_is_in('OLD')} BEGIN {_TAKE_OUT} END",
)
_NEWEST = (
    f"(SELECT rowid >> 32 FROM {TABLE} WHERE {TABLE} MATCH %s "
    "ORDER BY rowid DESC LIMIT 1 OFFSET %s)"
)
"""The call of one of the newest segments with a term, counted from 0."""

_ALL_WAIT = (
    f"INSERT INTO {STATE}(low, high) "
    f"SELECT COALESCE(MIN(id), 1), COALESCE(MAX(id), 0) FROM {SEGMENTS}"
)


@cache
def is_possible() -> bool:
    """Returns whether this SQLite has FTS5 with trigrams, as all since 3.34 should."""
    if sqlite3.sqlite_version_info < (3, 34):
        return False
    with closing(sqlite3.connect(":memory:")) as connection:
        found = connection.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()
    return bool(found[0])


class SqliteIndex:
    """FTS5 behind the interface."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def is_ready(self) -> bool:
        return self._dense(()) is not None

    def saying(self, terms: Sequence[Term], first: int = 0) -> Found:
        dense = self._dense(terms if first else ())
        if dense is None:
            return Q(), terms
        wanted = [(term, None if term in dense else self._wanted(term)) for term in terms]
        said = [self._said_in(term, asked) for term, asked in wanted if asked is not None]
        return reduce(and_, said, Q()), [term for term, asked in wanted if asked is None]

    def _said_in(self, term: Term, wanted: str) -> Q:
        found = f"SELECT rowid >> 32 FROM {TABLE} WHERE {TABLE} MATCH %s"
        calls = RawSQL(found, (wanted,))
        if len(term.text) <= MOST_CHARACTERS:
            return Q(pk__in=calls)
        return Q(pk__in=Segment.objects.filter(having(term), call__in=calls).values("call_id"))

    def _dense(self, terms: Sequence[Term]) -> set[Term] | None:
        """Returns the terms that PROBED and DENSE say to be common; None while it is not ready.

        Terms that are looked up by their beginnings are left out, and calls that were erased count
        as without the term.
        """
        plain = [term for term in terms if min(map(len, term.needles)) >= GRAM]
        asked = ["low > high", f"(SELECT MAX(id) FROM {CALLS})", *[_NEWEST] * len(plain)]
        given: list[Any] = []
        for term in plain:
            given += [_either(term.needles), PROBED - 1]
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(f"SELECT {', '.join(asked)} FROM {STATE}", given)
                ready, newest, *oldest = cursor.fetchone()
        except OperationalError as error:
            if "no such table" not in str(error):
                raise
            return None
        if not ready:
            return None
        probed = [(term, at) for term, at in zip(plain, oldest, strict=True) if at is not None]
        return {term for term, at in probed if DENSE * (newest - at + 1) <= PROBED}

    def install(self) -> None:
        with transaction.atomic(self._connection.alias), self._connection.cursor() as cursor:
            for statement in TABLES:
                cursor.execute(statement)
            cursor.execute(f"SELECT 1 FROM {STATE}")
            if cursor.fetchone() is None:
                cursor.execute(_ALL_WAIT)
            for statement in KEEPERS:
                cursor.execute(statement)

    def fill(self, progress: Progress) -> None:
        while (done := self._fill_some()) is not None:
            progress(done)

    def empty(self) -> None:
        with transaction.atomic(self._connection.alias), self._connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('delete-all')")
            cursor.execute(f"DELETE FROM {STATE}")
            cursor.execute(_ALL_WAIT)

    def remove(self) -> None:
        with transaction.atomic(self._connection.alias), self._connection.cursor() as cursor:
            for name in TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            for name in (GRAMS, TABLE, STATE):
                cursor.execute(f"DROP TABLE IF EXISTS {name}")

    def _fill_some(self) -> int | None:
        """Puts the next segments into the index; None once all are there."""
        with transaction.atomic(self._connection.alias), self._connection.cursor() as cursor:
            cursor.execute(f"SELECT low, high FROM {STATE}")
            low, high = cursor.fetchone()
            if low > high:
                return None
            cursor.execute(
                f"SELECT MAX(id), COUNT(*) FROM (SELECT id FROM {SEGMENTS} "
                "WHERE id BETWEEN %s AND %s ORDER BY id LIMIT %s)",
                (low, high, BATCH),
            )
            last, count = cursor.fetchone()
            last = high if last is None else last
            cursor.execute(
                f"INSERT INTO {TABLE}(rowid, said) SELECT {_place('s')}, {_said('s')} "
                f"FROM {SEGMENTS} s WHERE s.id BETWEEN %s AND %s ORDER BY 1",
                (low, last),
            )
            cursor.execute(f"UPDATE {STATE} SET low = %s", (last + 1,))
        return int(count)

    def _wanted(self, term: Term) -> str | None:
        """Returns the term as FTS5 takes it; None where it is too short or too common."""
        groups: list[str] = []
        for needle in term.needles:
            if len(needle) >= GRAM:
                groups.append(needle)
                continue
            beginning = self._groups(needle)
            if len(beginning) > MOST_GRAMS:
                return None
            groups += beginning
        # a term with a group that no text has is not looked up
        return _either(groups or [_LAST * GRAM])

    def _groups(self, beginning: str) -> list[str]:
        """Returns the groups of three characters in use that begin with fewer."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"SELECT term FROM {GRAMS} WHERE term >= %s AND term < %s LIMIT %s",
                (beginning, beginning + _LAST, MOST_GRAMS + 1),
            )
            return [row[0] for row in cursor.fetchall()]


def _either(texts: Iterable[str]) -> str:
    """Returns the texts as FTS5 takes them, of which one is to be found."""
    return " OR ".join(_quoted(text[:MOST_CHARACTERS]) for text in texts)


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
