"""The call list's dates are those that Django finds."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from sessions_app.admin.dated import DatedCalls, timed
from sessions_app.models import Call
from tests.conftest import CallMaker

TIMES = (
    datetime(2024, 2, 29, 23, 30, tzinfo=UTC),
    datetime(2024, 3, 1, 0, 30, tzinfo=UTC),
    datetime(2024, 3, 31, 0, 30, tzinfo=UTC),
    datetime(2024, 3, 31, 23, 30, tzinfo=UTC),
    datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
    datetime(2024, 10, 27, 23, 30, tzinfo=UTC),
    datetime(2024, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2026, 1, 1, 12, tzinfo=UTC),
    datetime(2026, 1, 1, 13, tzinfo=UTC),
)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Santiago", "Asia/Kolkata"])
@pytest.mark.parametrize("kind", ["day", "month", "year"])
def test_dates_are_those_that_django_finds(
    alice: User, make_call: CallMaker, zone: str, kind: Any
) -> None:
    for moment in TIMES:
        Call.objects.filter(pk=make_call(alice).pk).update(created_at=moment)
    with timezone.override(zone):
        usual = list(QuerySet(Call).datetimes("created_at", kind))
        assert DatedCalls(Call).datetimes("created_at", kind) == usual
        assert DatedCalls(Call).datetimes("created_at", kind, "DESC") == usual[::-1]
        found = DatedCalls(Call).among(dict(timed(QuerySet(Call).exclude(created_at=TIMES[3]))))
        left = [at for at in TIMES if at != TIMES[3]]
        usual = list(QuerySet(Call).filter(created_at__in=left).datetimes("created_at", kind))
        assert found.datetimes("created_at", kind) == usual
        assert found.datetimes("created_at", kind, "DESC") == usual[::-1]
        assert list(found.filter(created_at=TIMES[0]).datetimes("created_at", kind)) == usual[:1]
    assert DatedCalls(Call).none().datetimes("created_at", kind) == []
    assert list(DatedCalls(Call).among({}).datetimes("created_at", kind)) == []
