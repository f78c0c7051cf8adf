"""To-dos in natural wording: who does them, and when they are due."""

from datetime import date, datetime
from pathlib import Path

import pytest

from sessions_app.engine.summaries.dates import named_time
from sessions_app.engine.summaries.people import person
from sessions_app.engine.summaries.places import is_place
from tests.engine.summaries.effects import SAID, fits, rows, todos

FILE = Path(__file__).with_name("natural.txt")
HELD_OUT = Path(__file__).with_name("natural_held_out.txt")
RIGHT_AT_SIGHT = 38
"""Of the 40 held-out sentences, so many were right when they were first tried; 16 before."""


def due(text: str, said_at: datetime = SAID, *, month_first: bool = True) -> str:
    """Returns the day or moment that a text names; empty for none."""
    found = named_time(text, said_at.date(), said_at=said_at, month_first=month_first)
    return found.isoformat() if found else ""


@pytest.mark.parametrize(("sentence", "wanted"), rows(FILE))
def test_a_sentence_leaves_the_to_dos_that_were_meant(sentence: str, wanted: str) -> None:
    found = todos(sentence)
    assert fits(found, wanted), found


def test_wording_that_no_rule_was_made_for_is_mostly_understood() -> None:
    wrong = [one for one, wanted in rows(HELD_OUT) if not fits(todos(one), wanted)]
    assert len(rows(HELD_OUT)) - len(wrong) >= RIGHT_AT_SIGHT, wrong


def test_no_held_out_talk_leaves_a_to_do() -> None:
    assert [one for one, wanted in rows(HELD_OUT) if wanted == "none" and todos(one)] == []


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("in a quarter of an hour", "2026-11-25T10:15"),
        ("in an hour and a half", "2026-11-25T11:30"),
        ("in half an hour", "2026-11-25T10:30"),
        ("in three quarters of an hour", "2026-11-25T10:45"),
        ("two hours from now", "2026-11-25T12:00"),
        ("within the next hour", "2026-11-25T11:00"),
        ("in 16 hours' time", "2026-11-26T02:00"),
        ("in a minute", ""),
        ("in an hour or so", ""),
        ("three times in an hour", ""),
        ("on Friday, in an hour", "2026-11-27"),
        ("at the weekend", "2026-11-28"),
        ("next weekend", "2026-12-05"),
        ("last weekend", ""),
        ("every weekend", ""),
        ("the day after the weekend", "2026-11-30"),
        ("at the beginning of next week", "2026-11-30"),
        ("at the start of the month", "2026-12-01"),
        ("in the middle of next month", "2026-12-15"),
        ("mid-January", "2027-01-15"),
        ("by close of business", "2026-11-25"),
        ("by close of business on Friday", "2026-11-27"),
        ("by 12/15", "2026-12-15"),
        ("on 31/1", "2027-01-31"),
        ("by 12/15/2027", "2027-12-15"),
        ("on Tuesday 12/1/26 at nine", "2026-12-01T09:00"),
        ("by 15.12.", "2026-12-15"),
        ("by 15.12.2027 please", "2027-12-15"),
        ("tomorrow by 9.30", "2026-11-26T09:30"),
        ("tomorrow by 10.10", "2026-11-26T10:10"),
        ("for 1/2 an hour", ""),
        ("on page 12/15", ""),
        ("by 24/7 support", ""),
    ],
)
def test_hours_weekends_and_figures_are_counted_from_the_call(text: str, moment: str) -> None:
    assert due(text) == moment


def test_either_order_of_day_and_month_is_read_as_it_is_written_there() -> None:
    assert due("pay by 3/1") == "2027-03-01"
    assert due("pay by 3/1", month_first=False) == "2027-01-03"


def test_without_the_moment_hours_are_unknown() -> None:
    assert named_time("call back in an hour", date(2026, 11, 25)) is None


def test_hours_go_on_into_the_next_day_and_leave_seconds_out() -> None:
    assert due("in an hour", datetime(2026, 12, 31, 23, 30, 59)) == "2027-01-01T00:30"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Send the crate to Bremen.", ""),
        ("Send the crate to Ludwigsburg.", ""),
        ("Send the crate to New York.", ""),
        ("Deliver it to the depot.", ""),
        ("Send the crate to Tom.", "Tom"),
        ("Send the crate to Florence.", "Florence"),
        ("Send the form to the office.", "the office"),
    ],
)
def test_things_are_sent_to_people_and_to_places(text: str, who: str) -> None:
    assert person(text) == who


def test_people_are_no_places() -> None:
    assert not any(
        map(is_place, ("Anna", "Graham", "Neville", "Roland", "my brother", "", "the vet"))
    )
