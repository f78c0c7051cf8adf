"""The days, months and years of a long list, for the admin's navigation by date."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast, Left
from django.utils import timezone

from sessions_app.models import Call
from sessions_app.services.search import among

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
            moment = times.filter(**{f"{field_name}__gte": _after(start, kind)}).first()
        return found if order == "ASC" else found[::-1]

    def among(self, found: Mapping[int, str], *, is_all: bool = True) -> "FoundCalls":
        """Returns those of the calls whose keys are in `found`, with times as `TIME` has them.

        Without `is_all` there are others, whose times are not known: all periods are offered then.
        """
        calls = FoundCalls(Call, self.query.chain(), self.db)
        calls = calls.filter(among(list(found), self.db))
        calls.times = sorted(found.values())
        calls.among_others = None if is_all else self
        return calls


TIME = Left(Cast("created_at", TextField()), 19)
"""When a call began, in UTC to the second, as text: thousands are read without being understood."""


def timed(calls: QuerySet[Call]) -> QuerySet[Call, tuple[int, str]]:
    """Returns the keys of the calls, each with its TIME, the newest first."""
    return calls.order_by("-created_at", "-pk").values_list("pk", TIME)


def newest(several: Iterable[QuerySet[Call]], most: int) -> tuple[dict[int, str], bool]:
    """Returns the `most` newest calls of several sets with their TIMEs, and if there are more."""
    found = {pk: at for calls in several for pk, at in timed(calls)[: most + 1]}
    in_order = sorted(found, key=lambda pk: (found[pk], pk), reverse=True)
    return {pk: found[pk] for pk in in_order[:most]}, len(found) > most


class FoundCalls(DatedCalls):
    """Calls that a search found, whose dates are known by then."""

    times: Sequence[str] = ()
    """In order; not those of querysets that are made of this one."""

    among_others: DatedCalls | None = None
    """The calls that were searched, where not all that were found are here."""

    def datetimes(self, field_name: str, kind: Any, order: Any = "ASC", tzinfo: Any = None) -> Any:
        """Returns the beginnings of the periods that have calls, as Django does."""
        if self.among_others is not None:
            return self.among_others.datetimes(field_name, kind, order, tzinfo)
        if not self.times or field_name != "created_at" or kind not in _LONGEST or tzinfo:
            return QuerySet(Call, self.query.chain(), self.db).datetimes(
                field_name, kind, order, tzinfo
            )
        found: list[datetime] = []
        place = 0
        while place < len(self.times):
            moment = datetime.fromisoformat(self.times[place]).replace(tzinfo=UTC)
            found.append(_start(timezone.localtime(moment), kind))
            after = _after(found[-1], kind).astimezone(UTC).replace(tzinfo=None)
            place = bisect_left(self.times, after.isoformat(" ", "seconds"))
        return found if order == "ASC" else found[::-1]


def _after(start: datetime, kind: str) -> datetime:
    """Returns when the next day, month or year begins after the one that begins at `start`."""
    return _start(start + _LONGEST[kind] + timedelta(hours=12), kind)


def _start(moment: datetime, kind: str) -> datetime:
    """Returns when the day, month or year of a local time begins."""
    first = moment.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    if kind != "day":
        first = first.replace(day=1)
    if kind == "year":
        first = first.replace(month=1)
    return timezone.make_aware(first)
