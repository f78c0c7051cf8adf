"""Query parameters that an address does not know are refused by name."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import resolve

from sessions_app.models import Agent, Call, Recording, Summary, Version
from sessions_app.services import calls
from tests.api.conftest import Program, openapi
from tests.conftest import CallMaker

CALLS = "/api/v1/calls/"
OF_A_CALL = ("/", "/segments", "/transcript.txt", "/transcript.srt", "/recording", "/summary",
             "/versions")  # fmt: skip
OTHERS = ("agents/", "protocol/", "protocol/signaling", "ice-servers", "me", "calls/")
MISSPELT = {
    "stat": "state",
    "State": "state",
    "agents": "agent",
    "page-size": "page_size",
    "pagesize": "page_size",
    "order": "ordering",
    "ordering_": "ordering",
    "created_afer": "created_after",
    "limit": "",
    "offset": "",
    "format": "",
    "\u00e4\u00f6\u00fc": "",
    "": "",
}


@pytest.mark.parametrize("name", MISSPELT)
def test_the_list_names_what_it_does_not_know_and_what_it_does(
    program: Program, call: Call, name: str
) -> None:
    answer = program.get(CALLS, {name: "1", "page": "1"})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "unknown_parameter")
    assert list(body["fields"]) == [name]
    assert repr(name) in body["message"]
    assert "state, agent, owner, visitor, created_after, created_before, q, page" in body["message"]
    meant = MISSPELT[name]
    assert (f"(did you mean {meant!r}?)" in body["fields"][name][0]) == bool(meant)


@pytest.mark.parametrize("tail", OF_A_CALL)
def test_every_address_of_a_call_refuses_what_it_does_not_know(
    program: Program, recording: Recording, summary: Summary, tail: str
) -> None:
    address = f"{CALLS}{recording.call.public_id}{tail}"
    assert program.get(address).status_code == 200
    answer = program.get(address, {"languages": "de"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
    assert "'languages'" in answer.json()["message"]


@pytest.mark.parametrize("tail", OTHERS)
def test_every_other_address_does_too(program: Program, tail: str) -> None:
    assert program.get(f"/api/v1/{tail}").status_code == 200
    answer = program.get(f"/api/v1/{tail}", {"x": "1"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["x"])


@pytest.mark.parametrize("address", ["schema", "schema/", "docs", "docs/", "docs/?script=&"])
def test_the_description_does_too_in_json(client: Any, address: str) -> None:
    address += "" if "?" in address else "?"
    answer = client.get(f"/api/v1/{address}bogus=1")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    assert (answer.json()["code"], list(answer.json()["fields"])) == (
        "unknown_parameter",
        ["bogus"],
    )


def test_changes_are_refused_with_one_and_nothing_is_changed(program: Program, call: Call) -> None:
    answer = program.send("PATCH", f"{CALLS}{call.public_id}/?notify=1", {"title": "New"})
    assert answer.status_code == 400
    call.refresh_from_db()
    assert call.title == ""


def test_a_stranger_is_told_to_sign_in_first(client: Any, db: None) -> None:
    assert client.get(f"{CALLS}?stat=1").status_code == 401


def test_many_and_long_ones_make_no_long_answer(program: Program) -> None:
    answer = program.get(CALLS, {f"{n}{'x' * 500}": "1" for n in range(50)})
    assert answer.status_code == 400
    assert len(answer.content) < 3000
    assert "and others" in answer.json()["message"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"state": "activ"}, "There is no 'activ' (did you mean 'active'?). There are: created,"),
        ({"state": ["ended", "Ended"]}, "There is no 'Ended' (did you mean 'ended'?)."),
        ({"agent": "scrib"}, "There is no 'scrib' (did you mean 'scribe'?). There are: "),
        ({"agent": "nobody"}, "There is no 'nobody'. There are: "),
        ({"ordering": "created"}, "There is no 'created' (did you mean 'created_at'?). Order by"),
        ({"ordering": "-word_counts"}, "(did you mean 'word_count'?)"),
        ({"created_after": "yesterday"}, "such as 2026-05-01T12:00:00Z"),
        ({"page": "two"}, "Give a whole number of 1 or more."),
        ({"page": "0"}, "Give a whole number of 1 or more."),
        ({"page_size": "all"}, "Give a whole number from 1 to 200."),
        ({"page_size": "201"}, "Give a whole number from 1 to 200."),
        ({"page_size": "-5"}, "Give a whole number from 1 to 200."),
    ],
)
def test_a_misspelt_value_is_named_with_those_there_are(
    program: Program, db: None, query: dict[str, Any], told: str
) -> None:
    calls.seed_agents()
    answer = program.get(CALLS, query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert told in answer.json()["fields"][next(iter(query))][0]


def test_calls_of_an_agent_that_is_switched_off_are_found(program: Program, call: Call) -> None:
    Agent.objects.filter(pk=call.agent_id).update(is_active=False)
    answer = program.get(CALLS, {"agent": call.agent.slug})
    assert [row["id"] for row in answer.json()["results"]] == [call.public_id]


@pytest.mark.parametrize("tail", ["transcript.strt", "transcript.TXT", "transcript."])
def test_a_form_that_is_none_names_those_there_are(program: Program, call: Call, tail: str) -> None:
    answer = program.get(f"{CALLS}{call.public_id}/{tail}")
    assert answer.status_code == 404
    if tail != "transcript.":
        assert "did you mean" in answer.json()["message"]
        assert "json" in answer.json()["message"]


def test_pages_lead_to_pages(program: Program, alice: Any, make_call: CallMaker) -> None:
    for number in range(5):
        make_call(alice, offer_key=str(number))
    address: str | None = f"{CALLS}?page_size=2&ordering=created_at&state=created&state=ended&q="
    seen: list[str] = []
    while address:
        answer = program.get(address.removeprefix("http://testserver"))
        assert answer.status_code == 200
        seen += [row["id"] for row in answer.json()["results"]]
        address = answer.json()["next"]
    assert len(set(seen)) == 5
    past = program.get(CALLS, {"page": "9"})
    assert (past.status_code, past.json()["code"]) == (404, "not_found")
    assert "There is no page 9" in past.json()["message"]
    assert program.get(CALLS, {"page": "last"}).status_code == 200


def _operations() -> Iterator[tuple[str, str, Any]]:
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_what_is_documented_is_what_is_known() -> None:
    for path, method, operation in _operations():
        if path == "/api/v1/schema/":
            continue
        names = {"call_id": "x", "export_id": "x", "form": "txt", "door": "stream"}
        concrete = path.format(seq=1, number=1, **names)
        known = list(resolve(concrete).func.view_class.parameters)  # type: ignore[attr-defined]
        documented = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
        if method == "get":
            assert sorted(documented) == sorted(known), path
        codes = {
            example["value"]["code"]
            for kind in operation["responses"]["400"]["content"].values()
            for example in kind["examples"].values()
        }
        assert "unknown_parameter" in codes, f"{method} {path}"


@pytest.mark.parametrize(
    ("request_line", "key", "meant"),
    [
        ("PATCH ", "Title", "title"),
        ("PATCH segments/1", "edited", "edited_text"),
        ("POST versions", "recognizer", "recogniser"),
        ("PATCH versions/1", "acept", "accept"),
    ],
)
def test_a_misspelt_key_of_a_body_is_named(
    staff: User, call: Call, request_line: str, key: str, meant: str
) -> None:
    Version.objects.create(call=call, number=1)
    method, address = request_line.split(" ")
    answer = Program(staff).send(method, f"{CALLS}{call.public_id}/{address}", {key: "x"})
    assert answer.status_code == 400
    (told,) = answer.json()["fields"][key]
    assert f"did you mean {meant!r}?" in told
