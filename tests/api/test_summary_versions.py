"""All summaries of a call over REST."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import AccessLog, Call, SummaryVersion
from tests.api.conftest import Program

POINT = {"text": "The report.", "seq": 3, "seqs": [3, 1]}


@pytest.fixture
def versions(ended: Call, staff: User) -> Call:
    now = timezone.now()
    SummaryVersion.objects.create(call=ended, number=1, made_at=now, engine="extractive", text="A.")
    SummaryVersion.objects.create(
        call=ended,
        number=2,
        made_at=now,
        engine="model",
        model="m",
        asked_by=staff,
        title="About a report",
        text="The report.",
        key_points=[POINT],
        decisions=[POINT],
        action_items=[{**POINT, "who": "Ann", "due": "2026-12-01"}],
        requests=2,
        tokens_in=400,
        tokens_out=70,
        cost=Decimal("0.001"),
    )
    return ended


def path(call: Call, tail: str = "") -> str:
    return f"/api/v1/calls/{call.public_id}/summary/versions{tail}"


def test_they_are_listed_without_words(program: Program, versions: Call) -> None:
    newest, oldest = program.get(path(versions)).json()
    assert (oldest["number"], oldest["asked_by"], oldest["cost"]) == (1, "", None)
    made_at = newest.pop("made_at")
    assert made_at.startswith("20")
    assert newest == {
        "number": 2,
        "asked_by": "staff",
        "engine": "model",
        "model": "m",
        "note": "",
        "requests": 2,
        "tokens_in": 400,
        "tokens_out": 70,
        "cost": "0.001000",
    }
    assert not AccessLog.objects.exists()


def test_one_is_read_and_that_is_logged(program: Program, versions: Call) -> None:
    answer = program.get(path(versions, "/2")).json()
    assert (answer["title"], answer["text"]) == ("About a report", "The report.")
    assert answer["key_points"] == answer["decisions"] == [POINT]
    assert answer["action_items"] == [{**POINT, "who": "Ann", "due": "2026-12-01"}]
    entry = AccessLog.objects.get()
    assert (entry.action, entry.detail) == ("read", "summary 2 over REST")


def test_there_is_no_other(program: Program, bob: User, versions: Call) -> None:
    answer = program.get(path(versions, "/3"))
    assert answer.status_code == 404
    assert "no summary with that number" in answer.json()["message"]
    assert Program(bob).get(path(versions, "/2")).status_code == 404
