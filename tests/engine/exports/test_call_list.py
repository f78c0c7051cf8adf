import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from sessions_app.engine.exports import call_list
from sessions_app.engine.exports.call_list import CallLine
from sessions_app.engine.exports.csv import PLAIN

CALL = CallLine(
    call="abc",
    title="Monday",
    owner="alice",
    visitor="",
    agent="Ada",
    language="en-US",
    door="signaling",
    state="ended",
    end_reason="caller_hung_up",
    created_at="2026-05-01T12:00:00+00:00",
    ended_at="",
    duration_s=61.5,
    words=12,
    recording="done",
    summary="",
)


def read(*calls: CallLine) -> list[dict[str, str]]:
    text = call_list.head() + call_list.lines(calls)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_line_a_call_with_every_column() -> None:
    first, second = read(CALL, replace(CALL, call="def", duration_s=None))
    assert tuple(first) == call_list.COLUMNS
    assert (first["call"], first["duration_s"], first["words"]) == ("abc", "61.5", "12")
    assert (second["call"], second["duration_s"]) == ("def", "")


@pytest.mark.parametrize("field", ["title", "owner", "visitor", "agent"])
@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+49 30", "-1", "@SUM(A1)", "\t=1", "\r\n=1", "1/2", "TRUE"]
)
def test_what_people_wrote_is_no_formula_and_no_number(field: str, text: str) -> None:
    given: dict[str, Any] = {field: text}
    written = read(replace(CALL, **given))[0][field]
    assert written == PLAIN + text.strip()


def test_quotes_commas_and_lines_stay_in_their_cell() -> None:
    assert read(replace(CALL, title='a "b", c\nd'))[0]["title"] == 'a "b", c d'
