"""Moments that every database can hold."""

from datetime import UTC, datetime

OUT_OF_RANGE = "This date is too early or too late. Use one between the years 2 and 9998."


def is_storable(moment: datetime) -> bool:
    """Returns whether an aware `moment` is one in UTC, too, as databases compare it.

    At the first and last hours that Python can name, the time zone's offset leads beyond them.
    """
    try:
        in_utc(moment)
    except OverflowError:
        return False
    return True


def in_utc(moment: datetime) -> datetime:
    """Returns an aware `moment` with the offset that every database takes.

    PostgreSQL refuses those of 16 hours and more, which ISO 8601 allows. Raises OverflowError where
    `moment` is not storable.
    """
    return moment.astimezone(UTC)
