"""The search index on PostgreSQL: a GIN index over trigrams as a `tsvector`.

It is an index of the segments' own table, over a function of `search_text`. So nothing is stored
twice, and it is an ordinary index: updated with each row, and created or rebuilt while others write
(`CONCURRENTLY`). No extension is needed.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from sessions_app.engine.text.queries import WORD_STARTS, Term
from sessions_app.models import Segment
from sessions_app.services.search.index import GRAM, MOST_CHARACTERS, SEGMENTS, Found, Progress

Calls = QuerySet[Segment, Any]
"""Keys of calls, as a query."""

NAME = "sessions_app_search"
FUNCTION = f"{NAME}_grams"

MOST_FOUND = 60_000
MOST_SHARE = 0.15
"""If more segments (or a larger share) have a term, each call is read until the term is found.

Higher uses the index where reading is quicker; lower reads where the index is quicker. With 60 000
segments of which 7 % have the term, the index took 7 ms and reading 16; where 45 % have it, 65 and
8. The index's result must fit into PostgreSQL's `work_mem`, of which some 60 000 take 4 MB.
"""

# each character begins a group, the last ones too
CREATE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}(said text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    c text[] := string_to_array(E'\\n' || said || E'\\n\\n', NULL);
    grams text[];
BEGIN
    FOR i IN 1 .. cardinality(c) - 2 LOOP
        grams[i] := c[i] || c[i + 1] || c[i + 2];
    END LOOP;
    RETURN array_to_tsvector(grams);
END $$
"""
_CREATE = f"CREATE INDEX CONCURRENTLY {NAME} ON {SEGMENTS} USING gin ({FUNCTION}(search_text))"
_DROP = f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}"

# pg_stats keeps the commonest groups of the index, and in which share of the rows each is
_FOUND = f"""
WITH known AS (
    SELECT most_common_elems::text::text[] AS grams, most_common_elem_freqs AS shares
    FROM pg_stats WHERE schemaname = current_schema() AND tablename = '{NAME}'
), common AS (
    SELECT gram, share FROM known, unnest(grams, shares[1:cardinality(grams)]) AS of(gram, share)
)
SELECT COALESCE(MIN(COALESCE(share, 0)), 0),
    (SELECT reltuples FROM pg_class WHERE oid = '{SEGMENTS}'::regclass)
FROM unnest(%s::text[]) AS asked LEFT JOIN common ON gram = asked
"""


class PostgresIndex:
    """The search index on PostgreSQL. Implements `index.Index`."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def is_ready(self) -> bool:
        return self._is_valid() is True

    def saying(self, terms: Sequence[Term], first: int = 0) -> Found:
        if not self.is_ready():
            return Q(), terms
        found = [(term, self._said_in(term, first)) for term in terms]
        said = [calls for _, calls in found if calls is not None]
        left = [term for term, calls in found if calls is None]
        # one set of calls for all terms: PostgreSQL guesses that a term is in few segments, and
        # would go through all of one term for each call of another
        return (Q(pk__in=said[0].intersection(*said[1:])) if said else Q()), left

    def _said_in(self, term: Term, first: int) -> Calls | None:
        """Returns the keys of the calls in which `term` was said; None where reading is quicker."""
        grams = _grams(term.text)
        if len(term.text) < GRAM:
            if term.text.isascii() and len(term.text) == 1:
                return None
            query = f"{_quoted(term.text)}:*"
        elif self._is_common(grams, first):
            return None
        else:
            query = " & ".join(map(_quoted, grams))
        found = Segment.objects.filter(_Has(F("search_text"), Value(query)))
        if term.begins or len(term.text) > GRAM:
            found = found.filter(_compared(term))
        # as a whole: otherwise PostgreSQL computes the groups of each call's segments again
        # without the rows' order, for which each would be joined with its call
        return found.order_by().values("call_id").distinct()

    def install(self) -> None:
        self._execute(CREATE_FUNCTION)
        if self._is_valid() is False:  # its creation was interrupted
            self._execute(_DROP)

    def fill(self, progress: Progress) -> None:
        if self._is_valid() is None:
            self._execute(_CREATE)
            self._execute(f"ANALYZE {SEGMENTS}")
            progress(Segment.objects.using(self._connection.alias).count())

    def empty(self) -> None:
        self._execute(_DROP)

    def remove(self) -> None:
        self._execute(_DROP)
        self._execute(f"DROP FUNCTION IF EXISTS {FUNCTION}(text)")

    def _is_valid(self) -> bool | None:
        """Returns whether the index is complete; None where there is none."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", (NAME,)
            )
            found = cursor.fetchone()
        return None if found is None else bool(found[0])

    def _is_common(self, grams: list[str], first: int) -> bool:
        """Returns whether many segments have all of the groups, by PostgreSQL's statistics.

        Where one in `n` has them, the `first` calls are found by reading some `n` segments each, or
        by looking up that share of all segments.
        """
        with self._connection.cursor() as cursor:
            cursor.execute(_FOUND, (grams,))
            share, segments = cursor.fetchone()
        looked_up = share * segments
        if share > MOST_SHARE or looked_up > MOST_FOUND:
            return True
        return bool(first and share * looked_up > first)

    def _execute(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)


class _Has(Func):
    """Whether a text has the groups of a `tsquery`, which is what the index can look up."""

    template = f"({FUNCTION}(%(expressions)s::tsquery)"
    arg_joiner = ") @@ "
    output_field = BooleanField()


def _compared(term: Term) -> Q:
    if not term.begins:
        return Q(search_text__contains=term.text)
    begins = f"(^|[{re.escape(WORD_STARTS)}]){re.escape(term.text)}"
    return Q(search_text__regex=begins) | Q(search_text__contains=term.needles[0])


def _grams(text: str) -> list[str]:
    used = text[:MOST_CHARACTERS]
    return sorted({used[at : at + GRAM] for at in range(len(used) - GRAM + 1)})


def _quoted(gram: str) -> str:
    doubled = gram.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
