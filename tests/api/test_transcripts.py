"""What was said, over REST."""

import csv
import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.api import transcripts
from sessions_app.models import AccessLog, Call, Segment
from tests.api.conftest import Program
from tests.static_files import static_files  # noqa: F401 - a fixture


def path(call: Call, tail: str = "segments") -> str:
    return f"/api/v1/calls/{call.public_id}/{tail}"


def test_all_segments(program: Program, call: Call) -> None:
    answer = program.get(path(call)).json()
    assert (answer["last_seq"], answer["more"], answer["state"]) == (3, False, "created")
    first = answer["segments"][0]
    assert first == {
        "seq": 1,
        "speaker": "caller",
        "role": "user",
        "text": "hello there",
        "heard_text": None,
        "interrupted": False,
        "turn_index": 0,
        "edited_text": "",
        "corrected": False,
        "edited_by": None,
        "edited_at": None,
        "revision": 0,
        "revised_text": None,
        "shown_text": "hello there",
        "shown_words": None,
        "source": "live",
        "typed_by": None,
        "start_ms": 0,
        "end_ms": 1500,
        "confidence": 0.5,
        "words": [
            {"text": "hello", "start_ms": 0, "end_ms": 100, "confidence": None},
            {"text": "there", "start_ms": 0, "end_ms": 100, "confidence": None},
        ],
    }
    assert [row["role"] for row in answer["segments"]] == ["user", "agent", "user"]


def test_only_what_came_after(program: Program, call: Call) -> None:
    answer = program.get(path(call), {"after": 2}).json()
    assert [row["seq"] for row in answer["segments"]] == [3]
    answer = program.get(path(call), {"after": 3}).json()
    assert (answer["segments"], answer["last_seq"]) == ([], 3)


def test_a_long_call_comes_in_batches(
    program: Program, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcripts, "BATCH", 2)
    seen, after, more = [], 0, True
    while more:
        answer = program.get(path(call), {"after": after}).json()
        seen += [row["seq"] for row in answer["segments"]]
        after, more = answer["last_seq"], answer["more"]
    assert seen == [1, 2, 3]


@pytest.mark.parametrize("after", ["-1", "x", "1.5", str(2**31), "9" * 20, "9" * 5000])
def test_a_bad_place_is_named(program: Program, call: Call, after: str) -> None:
    answer = program.get(path(call), {"after": after})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["after"])


def test_reading_from_the_start_is_logged_once(program: Program, call: Call) -> None:
    for after in (0, 1, 2):
        program.get(path(call), {"after": after})
    entry = AccessLog.objects.get(call=call)
    assert (entry.action, entry.detail) == (AccessLog.Action.READ, "over REST")


def test_what_a_page_of_ours_shows_is_logged_as_that_page(
    client: Client, program: Program, call: Call, alice: User
) -> None:
    client.force_login(alice)
    client.get(f"/calls/{call.public_id}/")
    client.get(path(call))
    entry = AccessLog.objects.get(call=call)
    assert (entry.action, entry.detail) == (AccessLog.Action.READ, "on the page")
    program.get(path(call))  # that is no page
    assert AccessLog.objects.filter(call=call, detail="over REST").count() == 1


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("json", "application/json"),
        ("txt", "text/plain; charset=utf-8"),
        ("srt", "application/x-subrip; charset=utf-8"),
        ("vtt", "text/vtt; charset=utf-8"),
        ("csv", "text/csv; charset=utf-8"),
    ],
)
def test_files(program: Program, ended: Call, form: str, media_type: str) -> None:
    answer = program.get(path(ended, f"transcript.{form}"), Accept="image/png")
    assert answer.status_code == 200
    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"] == (
        f'attachment; filename="call-{ended.public_id}.{form}"'
    )
    text = answer.content.decode()
    assert "please send the report" in text.replace("\n", " ")
    entry = AccessLog.objects.get(call=ended)
    assert (entry.action, entry.detail) == (AccessLog.Action.EXPORTED, form)


def test_json_and_csv_hold_every_segment(program: Program, ended: Call) -> None:
    rows = json.loads(program.get(path(ended, "transcript.json")).content)["segments"]
    assert [row["seq"] for row in rows] == [1, 2, 3]
    lines = csv.DictReader(io.StringIO(program.get(path(ended, "transcript.csv")).content.decode()))
    assert [line["text"] for line in lines] == [row["text"] for row in rows]


def test_an_unknown_form_lists_the_known(program: Program, ended: Call) -> None:
    answer = program.get(path(ended, "transcript.docx"))
    assert answer.status_code == 404
    assert "srt" in answer.json()["message"]


def test_who_typed_a_line_of_the_agent_is_told_to_staff_alone(
    program: Program, ended: Call, viewer: User, settings: Any
) -> None:
    Segment.objects.filter(call=ended, seq=2).update(said_by=viewer)

    def told(reader: Program) -> list[str | None]:
        return [row["typed_by"] for row in reader.get(path(ended)).json()["segments"]]

    assert told(Program(viewer)) == [None, "viewer", None]
    assert told(program) == [None, None, None]
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["typed"]}
    assert told(program) == [None, "viewer", None]


def test_a_correction_tells_its_owner_no_more_of_who_typed_it(
    program: Program, ended: Call, staff: User
) -> None:
    Segment.objects.filter(call=ended, seq=2).update(said_by=staff)
    line, new = path(ended, "segments/2"), {"edited_text": "hello"}
    assert program.send("PATCH", line, new).json()["typed_by"] is None
    assert Program(staff).send("PATCH", line, new).json()["typed_by"] == "staff"
    stale = {"edited_text": "good day", "revision": 0}
    assert Program(staff).send("PATCH", line, stale).json()["segment"]["typed_by"] == "staff"
    assert program.send("PATCH", line, stale).json()["segment"]["typed_by"] is None
