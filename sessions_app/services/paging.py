"""Pages of long lists, for Django's paginators."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


class Keyed:
    """A list of which a page is read by its rows' keys.

    Only keys are read of the rows before the page, so counts and joins per row cost nothing for
    those that are skipped or sorted. `whole` is what the page's rows are read from, where that is
    quicker than the list itself, which a search may have narrowed.
    """

    def __init__(self, rows: QuerySet[Row], whole: QuerySet[Row] | None = None) -> None:
        self._rows = rows
        self._whole = rows if whole is None else whole
        self.ordered = rows.ordered

    def count(self) -> int:
        """Returns how long the list is."""
        return self._rows.count()

    def __getitem__(self, part: slice) -> list[Any]:
        keys = self._rows.values("pk")[part]
        return list(self._whole.filter(pk__in=keys).order_by(*self._rows.query.order_by))
