from datetime import date

import pytest

from sessions_app.engine.summaries.dates import named_time

SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Call the plumber on Tuesday at 9.", "2026-12-01T09:00"),
        ("call the plumber on tuesday at nine", "2026-12-01T09:00"),
        ("pay it by Friday", "2026-12-04"),
        ("next Friday at 3 pm", "2026-12-04T15:00"),
        ("this Saturday", "2026-11-28"),
        ("on Saturday at noon", "2026-12-05T12:00"),
        ("next week on Monday", "2026-11-30"),
        ("tomorrow at half past nine", "2026-11-29T09:30"),
        ("the day after tomorrow", "2026-11-30"),
        ("tonight at eight", "2026-11-28T20:00"),
        ("in two weeks", "2026-12-12"),
        ("within 3 days", "2026-12-01"),
        ("in three months", "2027-02-28"),
        ("on the 3rd of December at 10:30", "2026-12-03T10:30"),
        ("the twenty-first of January", "2027-01-21"),
        ("Tuesday the 15th of December at nine", "2026-12-15T09:00"),
        ("on Tuesday the 15th", "2026-12-15"),
        ("March 3", "2027-03-03"),
        ("the fifth of May 2028", "2028-05-05"),
        ("February 29", "2028-02-29"),
        ("by the 31st", "2026-12-31"),
        ("by the end of the month", "2026-11-30"),
        ("by the end of next week", "2026-12-04"),
        ("on Christmas Eve", "2026-12-24"),
        ("on Thursday at a quarter to five", "2026-12-03T16:45"),
        ("on Monday at three thirty", "2026-11-30T15:30"),
        ("Friday at 9 a.m.", "2026-12-04T09:00"),
        ("on Sunday morning at 6", "2026-11-29T06:00"),
        ("Wednesday at 12 a.m.", "2026-12-02T00:00"),
        ("on 2026-12-05", "2026-12-05"),
        ("Monday week", "2026-12-07"),
        ("by Friday week at noon", "2026-12-11T12:00"),
        ("a week on Monday", "2026-12-07"),
        ("two weeks from Tuesday", "2026-12-15"),
        ("a week from tomorrow", "2026-12-06"),
        ("tomorrow week", "2026-12-06"),
        ("Tuesday fortnight", "2026-12-15"),
        ("in a fortnight", "2026-12-12"),
        ("the Monday after next", "2026-12-07"),
        ("Friday the thirteenth", "2027-08-13"),
        ("Thursday the fourteenth of March", "2030-03-14"),
        ("Monday, December 14", "2026-12-14"),
        ("Sunday, March 3rd", "2030-03-03"),
        ("Sunday the 3rd of March 2027", "2027-03-03"),
        ("on the first Monday in December", "2026-12-07"),
        ("the last Friday of January at ten", "2027-01-29T10:00"),
        ("the second Tuesday in November", "2027-11-09"),
        ("at half nine tomorrow", "2026-11-29T09:30"),
        ("tomorrow at half three", "2026-11-29T15:30"),
        ("twelve eggs on Wednesday", "2026-12-02"),
        ("Tuesday at 25:00", "2026-12-01"),
    ],
)
def test_a_named_day_is_counted_from_the_calls_day(text: str, moment: str) -> None:
    found = named_time(text, SATURDAY)
    assert found is not None
    assert found.isoformat() == moment


@pytest.mark.parametrize(
    "text",
    [
        "at nine",
        "next week",
        "soon",
        "on the third floor",
        "we met last Tuesday",
        "Friday was fine",
        "may 2 people come",
        "February 31",
        "every Monday",
        "in a hurry",
        "",
        "call her on Easter Monday",
        "we are closed on Good Friday",
        "the sale is on Black Friday",
        "any day but Monday",
        "every day except Tuesday",
        "order half ten crates",
    ],
)
def test_what_names_no_one_day_has_none(text: str) -> None:
    assert named_time(text, SATURDAY) is None


@pytest.mark.parametrize(
    ("today", "text", "moment"),
    [
        (date(2026, 11, 24), "on Tuesday", "2026-12-01"),  # a Tuesday
        (date(2026, 11, 24), "this Tuesday", "2026-11-24"),
        (date(2026, 11, 23), "next Tuesday", "2026-12-01"),  # a Monday
        (date(2026, 11, 23), "on Tuesday", "2026-11-24"),
        (date(2026, 11, 23), "by the end of the week", "2026-11-27"),
        (date(2026, 12, 31), "tomorrow", "2027-01-01"),
        (date(2026, 12, 31), "in two months", "2027-02-28"),
        (date(2028, 2, 28), "in a couple of days", "2028-03-01"),
    ],
)
def test_weeks_and_years_turn(today: date, text: str, moment: str) -> None:
    found = named_time(text, today)
    assert found is not None
    assert found.isoformat() == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("pay it by 7 Dec", date(2026, 12, 7)),
        ("pay it by the 7th of Dec.", date(2026, 12, 7)),
        ("see you on Dec. 7th", date(2026, 12, 7)),
        ("the fair is on 3 Sept", date(2027, 9, 3)),
        ("finish it by Christmas", date(2026, 12, 25)),
        ("by Christmas Eve it must be there", date(2026, 12, 24)),
    ],
)
def test_short_months_and_christmas_as_a_deadline(text: str, day: date) -> None:
    found = named_time(text, date(2026, 11, 24))
    assert found is not None
    assert found.day == day


@pytest.mark.parametrize("text", ["we may go", "mar the table", "after Christmas", "I dec it"])
def test_other_words_name_no_month(text: str) -> None:
    assert named_time(text, date(2026, 11, 24)) is None
