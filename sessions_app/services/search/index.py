"""The interface of the search index, and which one a database has.

An index covers `Segment.search_text`, all folded texts of a segment. It finds strings wherever
they stand, of any script, by groups of three characters (trigrams): no language's words need
to be known, and it holds no word in a piece.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from django.db import connections
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from sessions_app.engine.text.queries import Term
from sessions_app.models import Segment

Progress = Callable[[int], None]
"""Called with the number of segments put into the index since the last call."""

Found = tuple[Q, Sequence[Term]]
"""A filter for calls, and the terms that it does not look for."""

SEGMENTS = Segment._meta.db_table

GRAM = 3
"""Characters of a group. Longer ones make short terms harder to find; shorter ones fit too much."""

MOST_CHARACTERS = 60
"""Characters of a term that are looked for in an index; the texts found are compared in full."""


class Index(Protocol):
    """A database's index of what was said. The database keeps it within each write's transaction.

    Every write counts, whoever makes it: bulk writes, cascades and SQL by hand too.
    """

    def is_ready(self) -> bool:
        """Returns whether all segments are in it; else texts have to be read."""
        ...

    def saying(self, terms: Sequence[Term], first: int = 0) -> Found:
        """Returns the filter for calls in which `terms` were said, and the terms it leaves out.

        For those, reading the texts is quicker. That depends on how many calls
        are wanted, by the time they began: the `first`, or with 0 all. While the index is not
        ready, all are returned.

        """
        ...

    def install(self) -> None:
        """Makes the index where there is none. `fill` puts the existing segments into it."""
        ...

    def fill(self, progress: Progress) -> None:
        """Adds missing segments, in short transactions; continues where it was interrupted."""
        ...

    def empty(self) -> None:
        """Empties it, for `fill` to start again; searches read the texts until that is done."""
        ...

    def remove(self) -> None:
        """Drops the index and its triggers."""
        ...


class NoIndex:
    """For a database that can keep none: every search reads the texts."""

    def is_ready(self) -> bool:
        return False

    def saying(self, terms: Sequence[Term], first: int = 0) -> Found:
        return Q(), terms

    def install(self) -> None: ...
    def fill(self, progress: Progress) -> None: ...
    def empty(self) -> None: ...
    def remove(self) -> None: ...


def index_of(alias: str) -> Index:
    """Returns the index of a database by its name in the settings."""
    from sessions_app.services.search import postgresql, sqlite  # noqa: PLC0415 - they know us

    connection: Any = connections[alias]
    if connection.vendor == "postgresql":
        return postgresql.PostgresIndex(connection)
    if connection.vendor == "sqlite" and sqlite.is_possible():
        return sqlite.SqliteIndex(connection)
    return NoIndex()


def among(keys: Sequence[int], alias: str) -> Q:
    """Returns the filter for rows of these keys, as one parameter however many they are.

    It is for a search that several queries need: they then look for it once.
    """
    connection: Any = connections[alias]
    if connection.vendor == "postgresql":
        return Q(pk__in=RawSQL("SELECT unnest(%s::bigint[])", (list(keys),)))
    if connection.vendor == "sqlite":
        return Q(pk__in=RawSQL("SELECT value FROM json_each(%s)", (json.dumps(list(keys)),)))
    return Q(pk__in=list(keys))


def reading(term: Term, speaker: str = "") -> Q:
    """Returns the filter for calls in which `term` was said, found by reading their segments.

    A call is read until the term is found: what nearly every call has costs little.
    """
    said = Segment.objects.filter(having(term), call=OuterRef("pk"))
    return Q(Exists(said.filter(speaker=speaker) if speaker else said))


def having(term: Term) -> Q:
    """Returns the filter for segments that have `term`."""
    if not term.begins:
        return Q(search_text__contains=term.text)
    either = Q(search_text__startswith=term.text)
    for needle in term.needles:
        either |= Q(search_text__contains=needle)
    return either
