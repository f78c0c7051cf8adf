"""Periods of whole days in the time zone of the settings, and the stretches they are drawn in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext

MOST_DAYS = 366
"""The longest period: a year."""

MOST_BARS = 92
"""A period of more days is drawn in weeks, counted from its first day."""

WEEK = 7
"""Days in a week."""

ONE_DAY = timedelta(days=1)
"""Added to a day to get the next one."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """Its day, or its first and last one."""
        days = dict.fromkeys((f"{self.first}", f"{self.last}"))
        return gettext(" to ").join(days)

    @property
    def since(self) -> datetime:
        """When its first day begins."""
        return start_of(self.first)

    @property
    def before(self) -> datetime:
        """When the day after its last one begins."""
        return start_of(self.last + ONE_DAY)


@dataclass(frozen=True, slots=True)
class Period(Stretch):
    """What numbers are asked for."""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def step(self) -> int:
        """How many days a stretch has; the last one may have fewer."""
        return 1 if self.days <= MOST_BARS else WEEK

    def stretches(self) -> list[Stretch]:
        """Returns all of it in order, without gaps."""
        return list(self._stretches())

    def place_of(self, day: date) -> int:
        """Returns which of the stretches has `day`, from 0."""
        return (day - self.first).days // self.step

    def _stretches(self) -> Iterator[Stretch]:
        length = timedelta(days=self.step - 1)
        for places in range(0, self.days, self.step):
            first = self.first + timedelta(days=places)
            yield Stretch(first, min(first + length, self.last))


def start_of(day: date) -> datetime:
    """Returns when a day begins, aware; it has 23 to 25 hours where clocks change."""
    return timezone.make_aware(datetime.combine(day, time.min))


def last_days(days: int) -> Period:
    """Returns the last `days` days, including today."""
    today = timezone.localdate()
    return Period(today - timedelta(days=days - 1), today)
