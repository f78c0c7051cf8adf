"""How values look in the admin."""

import pytest

from sessions_app.admin.display import badge, moment, time_or_dash


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [(None, "-"), (0, "0:00:00"), (61_999, "0:01:01"), (36_000_000, "10:00:00")],
)
def test_clock(milliseconds: int | None, shown: str) -> None:
    assert time_or_dash(milliseconds) == shown


def test_badges_are_escaped() -> None:
    assert badge("done", "<b>") == '<span class="vs-badge vs-badge-done">&lt;b&gt;</span>'


def test_no_moment() -> None:
    assert moment(None) == "-"
