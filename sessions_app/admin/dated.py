"""The days, months and years of a long list, for the admin's navigation by date."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from sessions_app.models import Call

_LONGEST = {"day": timedelta(days=1), "month": timedelta(days=31), "year": timedelta(days=366)}


class DatedCalls(QuerySet[Call]):
    """Calls whose dates are found by an index, from each to the next; Django looks at every row."""

    def datetimes(self, field_name: str, kind: Any, order: Any = "ASC", tzinfo: Any = None) -> Any:
        """Returns the beginnings of the periods that have calls, as Django does."""
        if kind not in _LONGEST or tzinfo is not None:
            return super().datetimes(field_name, kind, order, tzinfo)
        found: list[datetime] = []
        times = self.order_by(field_name).values_list(field_name, flat=True)
        moment = times.first()
        while moment is not None:
            start = _start(timezone.localtime(moment), kind)
            found.append(start)
            after = _start(start + _LONGEST[kind] + timedelta(hours=12), kind)
            moment = times.filter(**{f"{field_name}__gte": after}).first()
        return found if order == "ASC" else found[::-1]

    def plain(self) -> QuerySet[Call]:
        """Returns the same rows, their dates found as usual: quicker where each step searches."""
        return QuerySet(Call, self.query.chain(), self.db)


def _start(moment: datetime, kind: str) -> datetime:
    """Returns when the day, month or year of a local time begins."""
    first = moment.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    if kind != "day":
        first = first.replace(day=1)
    if kind == "year":
        first = first.replace(month=1)
    return timezone.make_aware(first)
