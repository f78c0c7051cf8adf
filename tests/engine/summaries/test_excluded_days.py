"""Which of the days and times that words name is meant, and which is only spoken of."""

import time
from datetime import date

import pytest

from sessions_app.engine.summaries.dates import named_time

SATURDAY = date(2026, 11, 28)


def read(text: str, said_on: date = SATURDAY) -> str:
    found = named_time(text, said_on)
    return found.isoformat() if found else ""


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Call tomorrow night at nine.", "2026-11-29T21:00"),
        ("Call Friday night at ten", "2026-12-04T22:00"),
        ("Take the bins out on Saturday night at one.", "2026-12-05"),
        ("Good morning, call me tomorrow night at nine", "2026-11-29T21:00"),
        ("As I told you last night, call Anna on Monday at nine.", "2026-11-30T09:00"),
        ("Move the meeting from Monday to Wednesday at two.", "2026-12-02T14:00"),
        ("Move Monday's meeting to Wednesday at two.", "2026-12-02T14:00"),
        ("Move the meeting on Monday from two to three.", "2026-11-30T15:00"),
        (
            "Reschedule the appointment from the 3rd of December to the 5th of December.",
            "2026-12-05",
        ),
        ("Postpone the party until Friday.", "2026-12-04"),
        ("Move the meeting away from Monday.", ""),
        ("Move the meeting from next Monday at two to next Tuesday.", "2026-12-01"),
        ("Call her on Monday at 10 to 11.", "2026-11-30T10:50"),
        ("Call her on Monday at 20 to 5.", "2026-11-30T16:40"),
        ("Call her on Monday at 5 past 4.", "2026-11-30T16:05"),
        ("Call her on Monday at ten minutes to nine", "2026-11-30T08:50"),
        ("Call her on Monday from ten to eleven.", "2026-11-30"),
        ("I need five to ten chairs on Monday", "2026-11-30"),
        ("Come not on Monday but on Tuesday.", "2026-12-01"),
        ("Don't come on Monday but on Tuesday at ten", "2026-12-01T10:00"),
        ("The plumber comes not on Monday at nine but on Tuesday at ten.", "2026-12-01T10:00"),
        ("Come on Tuesday instead of Monday.", "2026-12-01"),
        ("Instead of Monday, come on Tuesday.", "2026-12-01"),
        ("Call me a week today.", "2026-12-05"),
        ("Call me two weeks tomorrow.", "2026-12-13"),
        ("Call me a week Monday", "2026-12-07"),
        ("Call a fortnight on Tuesday.", "2026-12-15"),
        ("once a week on Monday", "2026-11-30"),
        ("Pay three days after Christmas Day.", "2026-12-28"),
        ("Come the Friday before Christmas.", "2026-12-18"),
        ("On the Monday after Christmas", "2026-12-28"),
        ("two days before the 5th of December", "2026-12-03"),
        ("the day before Christmas Eve", "2026-12-23"),
        ("the Friday before the wedding", ""),
        ("two days after the party on Saturday", "2026-12-07"),
        ("Come on Monday before lunch", "2026-11-30"),
        ("Call Anna before Christmas.", ""),
        ("Call Anna after tomorrow.", ""),
        ("Call Anna two days after tomorrow.", "2026-12-01"),
        ("three days from Monday", "2026-12-03"),
        ("Come on Friday in two weeks.", ""),
        ("Come in two weeks on Friday.", ""),
        ("Tell Tom that I paid on Monday.", ""),
        ("Tell Tom that I paid the rent on the 5th of March.", ""),
        ("Tell Tom that Anna came on Monday", ""),
        ("Tell Tom that the plumber was here on Monday.", ""),
        ("Tell Tom that I've paid on Monday, and that he must sign on Friday.", "2026-12-04"),
        ("Remind me that I promised to call Anna on Monday.", "2026-11-30"),
        ("Tell Tom that I booked the flight for Friday.", "2026-12-04"),
        ("Tell Tom the meeting was moved to Wednesday", "2026-12-02"),
        ("Send the signed contract on Monday.", "2026-11-30"),
        ("Send Anna the report I need on Monday.", "2026-11-30"),
        ("Tell Tom that I said he must come on Monday", "2026-11-30"),
        ("Tell Tom that I gave it to Anna on Monday", ""),
        ("Call the plumber on Monday at nine about the boiler.", "2026-11-30T09:00"),
        ("Meet on Monday at two places", "2026-11-30"),
        ("Pay on the 5th of next month.", "2026-12-05"),
        ("Pay by the 31st of next month", "2026-12-31"),
        ("Pay by the end of December.", "2026-12-31"),
        ("Pay by the end of May", "2027-05-31"),
        ("Come two days from now.", "2026-11-30"),
        ("Call at 9am on Monday", "2026-11-30T09:00"),
        ("Call on Monday at 9.30", "2026-11-30T09:30"),
        ("Call on Monday at nine or ten", "2026-11-30"),
        ("Tell the man who came on Monday that I'm here.", ""),
        ("Call Tom on the day after the meeting.", ""),
        ("Move the car on Monday.", "2026-11-30"),
        ("Change the bed sheets on Monday to white ones.", "2026-11-30"),
        ("Tell him on Monday that I called.", "2026-11-30"),
        ("Tell Anna I called and that she can come on Monday.", "2026-11-30"),
        ("I've got to call Anna on Monday.", "2026-11-30"),
        ("I was told to call Anna on Monday.", "2026-11-30"),
        ("The car broke down and I had hoped to bring it on Monday.", "2026-11-30"),
        ("the heating was cold call the plumber on monday", "2026-11-30"),
        ("Remind me that the shop's closed on Monday.", "2026-11-30"),
        ("Remind me that I've got a meeting on Monday.", "2026-11-30"),
        ("Let's move the call from Monday at nine to Wednesday at two.", "2026-12-02T14:00"),
        ("Meet me at 25 past 3 on Friday", "2026-12-04T15:25"),
        ("Friday at 10 to 9 in the evening", "2026-12-04T20:50"),
        ("Meet on Monday between 10 and 11", "2026-11-30"),
        ("Meet on Monday from 9 to 5", "2026-11-30"),
        ("At 10 to 11 people call me on Monday", "2026-11-30"),
        ("The day after Boxing Day call Anna", "2026-12-27"),
        ("Call the day before New Year's Eve at noon", "2026-12-30T12:00"),
        ("Pay two weeks before Christmas.", "2026-12-11"),
        ("Pay a week before Christmas", "2026-12-18"),
        ("Pay a month after Christmas Day", "2027-01-25"),
        ("Call me in two days' time", "2026-11-30"),
        ("Call on Friday a week from now", ""),
        ("Call me three weeks from now on Monday", ""),
        ("By the beginning of December", ""),
        ("Pay by the end of February 2028", "2028-02-29"),
        ("On the 5th of this month", "2026-12-05"),
        ("on the first of next month at nine", "2026-12-01T09:00"),
        ("Saturday evening at half past seven", "2026-12-05T19:30"),
        ("Sunday night at 11:30", "2026-11-29T23:30"),
        ("Call me tonight at ten to nine", "2026-11-28T20:50"),
        ("on Monday morning at ten to nine", "2026-11-30T08:50"),
        ("Not this Friday but next Friday", "2026-12-04"),
        ("Not on the 3rd of December but on the 5th of December", "2026-12-05"),
        ("The party is not at nine but at ten on Friday", "2026-12-04T10:00"),
        ("On Friday, not Monday.", "2026-12-04"),
        ("Tell Anna that we moved the meeting to Friday", "2026-12-04"),
        ("Tell Anna the meeting on Monday is cancelled", "2026-11-30"),
        ("Tell Tom I saw her on Monday", ""),
        ("Tell Tom that the invoice came yesterday and he must pay by Friday", "2026-12-04"),
        ("Call Anna, I met her on Monday", ""),
        ("The Monday after Easter", ""),
        ("Call the office the Monday before", ""),
        ("Call before Monday", "2026-11-30"),
        ("Tell him I will pay on Monday", "2026-11-30"),
        ("Send the offer we discussed on Monday by Friday", "2026-12-04"),
        ("Bring the book that Anna wanted on Monday.", ""),
        ("Ask Anna if she got the letter by Friday.", "2026-12-04"),
    ],
)
def test_the_day_that_is_meant(text: str, moment: str) -> None:
    assert read(text) == moment


def test_weeks_from_a_day_are_counted_where_both_ways_agree() -> None:
    assert read("on Friday in two weeks", date(2026, 11, 30)) == "2026-12-18"
    assert read("in a week on Tuesday", date(2026, 11, 30)) == "2026-12-08"
    assert read("on Friday in two weeks", SATURDAY) == ""


def test_long_talk_is_read_quickly() -> None:
    started = time.process_time()
    read("move it not from the car he paid on monday to the house and at ten to you " * 300)
    assert time.process_time() - started < 3
