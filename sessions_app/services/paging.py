"""Pages of long lists, for Django's paginators."""

import re
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

Row = TypeVar("Row", bound=Model)

PAGE_NUMBER = re.compile("[1-9][0-9]{0,8}")
"""How the number of a page is written."""

MOST_COUNTED = 1_000
"""Calls of a search that are counted; of more, a list says that there are more.

Lower says so sooner. Higher finds more calls for each page of a search for a common word: each
thousand takes some ms.
"""


def reach(page: int, size: int) -> int:
    """Returns how many rows a search must find, so that `page` (from 1) and the next are known."""
    return max(MOST_COUNTED, (page + 1) * size)


class Keyed:
    """A list of which a page is read by its rows' keys.

    Of the rows before the page only keys are read, so that counts and joins per row cost nothing
    for rows that are skipped or sorted. `whole` is what the page's rows are read from, where that
    is quicker than the list itself, which a search may have narrowed. With `most` the list is
    queried once, to count it and to read the page, and ends after so many rows: for searches, which
    cost more than all keys, and of which nobody reads thousands.
    """

    def __init__(
        self,
        rows: QuerySet[Row],
        whole: QuerySet[Row] | None = None,
        *,
        most: int | None = None,
    ) -> None:
        self._rows = rows
        self._whole = rows if whole is None else whole
        self._most = most
        self.ordered = rows.ordered

    def count(self) -> int:
        """Returns how long the list is, as far as it is read."""
        return self._rows.count() if self._most is None else min(self._most, len(self._keys))

    @property
    def more_than(self) -> int:
        """How many there are more than, where not all were read; else 0."""
        goes_on = self._most is not None and len(self._keys) > self._most
        return MOST_COUNTED if goes_on else 0

    @cached_property
    def _keys(self) -> list[Any]:
        keys = self._rows.values_list("pk", flat=True)
        return list(keys if self._most is None else keys[: self._most + 1])

    def __getitem__(self, part: slice) -> list[Any]:
        keys: Any = self._rows.values("pk")[part] if self._most is None else self._keys[part]
        return list(self._whole.filter(pk__in=keys).order_by(*self._rows.query.order_by))
