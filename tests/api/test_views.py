"""Calls over REST: who sees which, and what is said of one."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.engine.core.events import Latency, NoteKind, NoteTaken, Speaker, TurnEnded
from sessions_app.models import AccessLog, Agent, Call, Recording, Summary
from sessions_app.services import turns
from tests.api.conftest import Program, end, say
from tests.conftest import CallMaker

CALLS = "/api/v1/calls/"


def ids(answer: object) -> list[str]:
    return [row["id"] for row in answer.json()["results"]]  # type: ignore[attr-defined]


def test_a_user_lists_only_their_own(program: Program, call: Call, bob: User) -> None:
    assert ids(program.get(CALLS)) == [call.public_id]
    assert ids(Program(bob).get(CALLS)) == []


def test_staff_list_all(staff: User, call: Call, bob: User, make_call: CallMaker) -> None:
    other = make_call(bob)
    assert ids(Program(staff).get(CALLS)) == [other.public_id, call.public_id]
    assert ids(Program(staff).get(CALLS, {"owner": "bob"})) == [other.public_id]


def test_what_a_row_says(program: Program, ended: Call) -> None:
    row = program.get(CALLS).json()["results"][0]
    assert row["id"] == ended.public_id
    assert row["url"] == f"http://testserver{CALLS}{ended.public_id}/"
    assert (row["owner"], row["agent"], row["state"]) == ("alice", "transcribe-only", "ended")
    assert (row["end_reason"], row["duration_ms"]) == ("caller_hung_up", 61_000)
    assert row["word_count"] == 8
    assert row["recording"]["state"] == "pending"
    assert row["summary"] == {"state": "pending", "error": "", "done_at": None}


def test_a_live_call_has_neither_recording_nor_summary(program: Program, call: Call) -> None:
    row = program.get(f"{CALLS}{call.public_id}/").json()
    assert (row["recording"], row["summary"], row["end_reason"]) == (None, None, "")


def test_filters(program: Program, call: Call, alice: User, make_call: CallMaker) -> None:
    quiet = make_call(alice)
    end(quiet)
    assert ids(program.get(CALLS, {"state": "ended"})) == [quiet.public_id]
    assert set(ids(program.get(CALLS, {"state": ["ended", "created"]}))) == {
        quiet.public_id,
        call.public_id,
    }
    assert ids(program.get(CALLS, {"q": "REPORT"})) == [call.public_id]
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    assert ids(program.get(CALLS, {"created_after": soon})) == []
    assert len(ids(program.get(CALLS, {"created_before": soon}))) == 2


def test_order(program: Program, call: Call, alice: User, make_call: CallMaker) -> None:
    wordy = make_call(alice)
    say(wordy, "one two three four five six seven eight nine ten")
    assert ids(program.get(CALLS)) == [wordy.public_id, call.public_id]
    assert ids(program.get(CALLS, {"ordering": "created_at"}))[0] == call.public_id
    assert ids(program.get(CALLS, {"ordering": "word_count"}))[0] == call.public_id


EDGES = (
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:00:00-01:00",
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:30:00+01:00",
)


@pytest.mark.parametrize("moment", EDGES)
@pytest.mark.parametrize("name", ["created_after", "created_before"])
def test_a_moment_that_utc_has_no_name_for_is_refused_by_name(
    program: Program, call: Call, name: str, moment: str
) -> None:
    answer = program.get(CALLS, {name: moment})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


def test_a_moment_with_any_offset_of_iso_8601_can_be_asked_for(
    program: Program, call: Call
) -> None:
    query = {
        "created_after": "2020-01-01T00:00:00+23:59",
        "updated_after": "2020-01-01T00:00-23:59",
    }
    assert ids(program.get(CALLS, query)) == [call.public_id]


def test_the_first_and_last_moments_in_utc_can_be_asked_for(program: Program, call: Call) -> None:
    span = {"created_after": "0001-01-01T00:00:00Z", "created_before": "9999-12-31T23:59:59Z"}
    assert ids(program.get(CALLS, span)) == [call.public_id]


@pytest.mark.parametrize(
    "query", [{"state": "busy"}, {"created_after": "yesterday"}, {"ordering": "owner__password"}]
)
def test_a_value_that_cannot_be_used_is_named(program: Program, query: dict[str, str]) -> None:
    answer = program.get(CALLS, query)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["fields"]) == list(query)


def test_pages(program: Program, alice: User, make_call: CallMaker) -> None:
    for number in range(5):
        make_call(alice, offer_key=str(number))
    first = program.get(CALLS, {"page_size": 2}).json()
    assert (first["count"], len(first["results"]), first["previous"]) == (5, 2, None)
    assert "page=2" in first["next"]
    assert program.get(CALLS, {"page_size": 2, "page": 9}).status_code == 404


def test_the_list_asks_the_database_a_fixed_number_of_times(
    program: Program,
    alice: User,
    make_call: CallMaker,
    django_assert_max_num_queries: object,
) -> None:
    for number in range(20):
        made = make_call(alice, consented=True, offer_key=str(number))
        say(made, "a few words")
        end(made)
    program.get(CALLS)
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        assert len(ids(program.get(CALLS))) == 20


def test_one_call(program: Program, recording: Recording, summary: Summary) -> None:
    call = recording.call
    answer = program.get(f"{CALLS}{call.public_id}/")
    row = answer.json()
    assert row["recording"]["sha256"] == "ab" * 32
    assert row["recording"]["peaks"] == [[0, 50, 100], [0, 0, 0]]
    links = row["links"]
    assert set(links["transcript"]) >= {"json", "txt", "srt", "vtt", "csv"}
    for address in (*links.pop("transcript").values(), *links.values()):
        assert program.get(address.removeprefix("http://testserver")).status_code == 200


@pytest.mark.parametrize(
    "tail",
    ["/", "", "/segments", "/segments/", "/transcript.txt", "/transcript.txt/", "/recording",
     "/recording/", "/summary", "/summary/"],
)  # fmt: skip
def test_each_address_goes_with_and_without_a_slash(
    program: Program, recording: Recording, summary: Summary, tail: str
) -> None:
    assert program.get(f"{CALLS}{recording.call.public_id}{tail}").status_code == 200


def test_the_owner_renames_a_call(program: Program, call: Call, staff: User) -> None:
    address = f"{CALLS}{call.public_id}/"
    answer = program.send("PATCH", address, {"title": "Monday"})
    assert (answer.status_code, answer.json()["title"]) == (200, "Monday")
    assert Program(staff).send("PATCH", address, {"title": ""}).status_code == 200
    answer = program.send("PATCH", address, {"title": "x" * 201})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["title"])
    edits = AccessLog.objects.filter(call=call, action=AccessLog.Action.EDITED)
    assert {entry.user.username for entry in edits if entry.user} == {"alice", "staff"}


def test_staff_who_may_only_look_do_not_rename(call: Call, viewer: User) -> None:
    answer = Program(viewer).send("PATCH", f"{CALLS}{call.public_id}/", {"title": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_agents_that_are_on(program: Program, call: Call) -> None:
    Agent.objects.create(slug="off", name="Off", is_active=False)
    answer = program.get("/api/v1/agents/").json()
    assert [(row["slug"], row["is_default"]) for row in answer] == [
        ("transcribe-only", True),
        ("scribe", False),
    ]


def test_a_call_with_an_agent_tells_its_notes_and_turns(program: Program, call: Call) -> None:
    turns.replace_notes(call.pk, [NoteTaken(1, NoteKind.ACTION, "Call Ann", 900.0)])
    turns.save(call.pk, TurnEnded(2, Speaker.AGENT, 1000, 2000, True, Latency(500, 900)))
    found = program.get(f"/api/v1/calls/{call.public_id}/").json()
    assert found["notes"] == [{"number": 1, "kind": "action", "text": "Call Ann", "at_ms": 900}]
    turn = found["turns"][0]
    assert (turn["speaker"], turn["interrupted"], turn["endpoint_ms"]) == ("agent", True, 900)
    assert turn["response_ms"] is None
