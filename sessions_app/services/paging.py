"""Pages of long lists, for Django's paginators."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

Row = TypeVar("Row", bound=Model)


class Keyed:
    """A list of which a page is read by its rows' keys.

    Of the rows before the page only keys are read, so that counts and joins per row cost nothing
    for rows that are skipped or sorted. `whole` is what the page's rows are read from, where that
    is quicker than the list itself, which a search may have narrowed. With `at_once` the list is
    queried once, to count it and to read the page: for searches, which cost more than all keys.
    """

    def __init__(
        self, rows: QuerySet[Row], whole: QuerySet[Row] | None = None, *, at_once: bool = False
    ) -> None:
        self._rows = rows
        self._whole = rows if whole is None else whole
        self._at_once = at_once
        self.ordered = rows.ordered

    def count(self) -> int:
        """Returns how long the list is."""
        return len(self._keys) if self._at_once else self._rows.count()

    @cached_property
    def _keys(self) -> list[Any]:
        return list(self._rows.values_list("pk", flat=True))

    def __getitem__(self, part: slice) -> list[Any]:
        keys: Any = self._keys[part] if self._at_once else self._rows.values("pk")[part]
        return list(self._whole.filter(pk__in=keys).order_by(*self._rows.query.order_by))
