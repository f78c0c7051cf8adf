"""The day on which a call began, as the database tells it."""

from datetime import timedelta

from django.db import connection
from django.db.models import DateField, F, Func, Value
from django.db.models.functions import TruncDate

from sessions_app.services.periods import Period, start_of


def day_in(period: Period) -> Func:
    """Returns the day of `created_at` in the current time zone, for calls that began in `period`.

    On SQLite, Django's own function is Python that is called for each row, and takes most of the
    time of counting. SQLite's is used where the clocks do not change in the period.
    """
    offsets = {
        start_of(period.first + timedelta(days=days)).utcoffset() for days in range(period.days + 1)
    }
    (offset, *more) = offsets
    if connection.vendor != "sqlite" or more or offset is None:
        return TruncDate("created_at")
    moved = Value(f"{offset.total_seconds():+.0f} seconds")
    return Func(F("created_at"), moved, function="DATE", output_field=DateField())
