"""Lengths and places on the call clock as people and files have them."""

import pytest

from sessions_app.engine.core.clock_times import short_time, time_with_hours, timestamp


@pytest.mark.parametrize(
    ("ms", "short", "with_hours", "stamp"),
    [
        (0, "0:00", "0:00:00", "00:00:00.000"),
        (7_999.9, "0:07", "0:00:07", "00:00:07.999"),
        (760_000, "12:40", "0:12:40", "00:12:40.000"),
        (3_723_004, "1:02:03", "1:02:03", "01:02:03.004"),
    ],
)
def test_a_time_is_written_in_three_ways(
    ms: float, short: str, with_hours: str, stamp: str
) -> None:
    assert (short_time(ms), time_with_hours(ms), timestamp(ms)) == (short, with_hours, stamp)


def test_a_time_stamp_begins_at_nothing_and_has_the_mark_of_its_form() -> None:
    assert timestamp(-5) == "00:00:00.000"
    assert timestamp(1_500, ",") == "00:00:01,500"
