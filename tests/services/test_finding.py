"""What calls are found by, and how people are shown it: REST, the calls page and the admin."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from sessions_app.models import (
    Agent,
    Call,
    Extraction,
    QuestionKind,
    Recording,
    ScorecardForm,
    ScorecardVersion,
    Segment,
)
from sessions_app.models.work import WorkState
from sessions_app.services import scorecards
from tests.api.conftest import Program
from tests.conftest import CallMaker
from tests.static_files import static_files  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("static_files")

SCHEMA = {
    "type": "object",
    "properties": {
        "mood": {"type": "string", "enum": ["calm", "angry"]},
        "callback": {"type": "boolean"},
        "price": {"type": "number", "title": "Price agreed"},
    },
}
LISTS = ("/api/v1/calls/", "/calls/", "/admin/sessions_app/call/")


@pytest.fixture
def version(db: None) -> ScorecardVersion:
    """A form that asks for a number, a yes or no, and a choice."""
    form = ScorecardForm.objects.create(name="Manners")
    form.questions.create(text="How polite?", kind=QuestionKind.NUMBER, lowest=1, highest=5)
    form.questions.create(text="Solved?", kind=QuestionKind.YES_NO)
    form.questions.create(text="Tone?", kind=QuestionKind.CHOICE, choices="warm\ncold")
    return scorecards.publish(form)


@pytest.fixture
def two(
    alice: User, root_user: User, make_call: CallMaker, version: ScorecardVersion
) -> dict[str, Call]:
    """A call with much amiss, and a good one."""
    Agent.objects.update(extraction_schema=SCHEMA)
    calls = {"bad": make_call(alice), "good": make_call(alice)}
    values = {
        "bad": {"mood": "angry", "callback": True, "price": 12},
        "good": {"mood": "calm", "callback": None, "price": 1.5},
    }
    answers: dict[str, list[Any]] = {"bad": [1, False, "cold"], "good": [4, True, "warm"]}
    for name, call in calls.items():
        Extraction.objects.create(call=call, state=WorkState.DONE, values=values[name])
        keys = [question["key"] for question in version.questions]
        scorecards.score(call, version, root_user, dict(zip(keys, answers[name], strict=True)))
        Segment.objects.create(
            call=call, seq=1, speaker="caller", text="a zebra", start_ms=0, end_ms=1, confidence=0.6
        )
    long_ago = timezone.now() - timedelta(days=40)
    Call.objects.filter(pk=calls["bad"].pk).update(
        language="de-AT",
        end_reason="connection_lost",
        created_at=long_ago,
        state="failed",
        duration_ms=90_000,
        gaps=[[1, 2]],
    )
    Call.objects.filter(pk=calls["good"].pk).update(language="en-US", duration_ms=5_000)
    Segment.objects.filter(call=calls["bad"]).update(confidence=0.2, heard_text="a")
    Recording.objects.create(call=calls["bad"], state=WorkState.FAILED)
    return calls


@pytest.fixture
def root_user(db: None) -> User:
    return User.objects.create_superuser("boss", password="x")


BAD, GOOD, BOTH, NONE = {"bad"}, {"good"}, {"bad", "good"}, set[str]()


ASKED = (
    ("language=de", BAD),
    ("language=EN_us", GOOD),
    ("language=d", NONE),
    ("last_days=7", GOOD),
    ("failure=any", BAD),
    ("failure=server&failure=recording", BAD),
    ("failure=summary", NONE),
    ("end_reason=connection_lost", BAD),
    ("state=live", GOOD),
    ("since=2999-01-01", NONE),
    ("until=2999-01-01", BOTH),
    ("extraction.price=10..", BAD),
    ("extraction.price=..1.5", GOOD),
    ("extraction.mood=0..9", NONE),
    ("extraction.callback=..9", NONE),
    ("extraction.mood=calm&extraction.mood=angry", BOTH),
    ("score.Q0=1", BAD),
    ("score.Q0=2..5", GOOD),
    ("score.Q1=yes", GOOD),
    ("score.Q1=false", BAD),
    ("score.Q2=cold", BAD),
    ("score.Q2=..", NONE),
    ("scored=true", BOTH),
    ("scored=false", NONE),
    ("duration_min_ms=60000", BAD),
    ("confidence_below=0.5", BAD),
    ("interrupted=true", BAD),
    ("gaps=false", GOOD),
    ("reviewed=false&extraction.callback=null", GOOD),
)


def test_all_three_lists_find_the_same(
    client: Client, root_user: User, two: dict[str, Call], version: ScorecardVersion
) -> None:
    client.force_login(root_user)
    for asked, found in ASKED:
        query = asked
        for place, question in enumerate(version.questions):
            query = query.replace(f"Q{place}", question["key"])
        for address in LISTS:
            assert shown(client, address, query, two) == found, (query, address)


def shown(client: Client, address: str, asked: str, calls: dict[str, Call]) -> set[str]:
    """Returns which of the calls a list shows."""
    marks = {name: f'"{call.public_id}"' for name, call in calls.items()}
    if "admin" in address:
        asked = "&".join(f"find-{part}" for part in asked.split("&"))
        marks = {name: f"/call/{call.pk}/change/" for name, call in calls.items()}
    text = client.get(f"{address}?{asked}").content.decode()
    return {name for name, mark in marks.items() if mark in text}


def test_the_page_has_a_form_with_what_is_set(
    client: Client, root_user: User, two: dict[str, Call]
) -> None:
    client.force_login(root_user)
    query = "agent=scribe&extraction.callback=true&duration_min_ms=7000&metadata.order=4711"
    page = client.get(f"/calls/?q=zebra&{query}").content.decode()
    for chip in ("Callback: Yes", "Length, at least: 7 seconds", "metadata.order: 4711"):
        assert chip in page
    assert '<option value="true" selected>Yes</option>' in page
    assert 'type="hidden" name="metadata.order" value="4711"' in page
    assert "Price agreed" in page
    assert 'href="?q=zebra&amp;agent=scribe&amp;extraction.callback=true&amp;metadata' in page


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("since=yesterday", "Give a day as year-month-day"),
        ("last_days=0", "greater than or equal to 1"),
        ("failure=all", "There is no &#x27;all&#x27;"),
        ("metadata.1=x", "Name a key at the top"),
        ("score.x=1", "is no question"),
    ],
)
def test_a_wrong_value_is_told_and_left_out(
    client: Client, root_user: User, two: dict[str, Call], asked: str, told: str
) -> None:
    client.force_login(root_user)
    for address in ("/calls/?", "/admin/sessions_app/call/?find-"):
        page = client.get(address + asked).content.decode()
        assert told in page
        assert "2 call" in page
    assert client.get(f"/api/v1/calls/?{asked}").status_code == 400


def test_scores_are_for_who_is_told_of_them(
    two: dict[str, Call], alice: User, settings: Any, version: ScorecardVersion
) -> None:
    key = version.questions[0]["key"]
    asked = {f"score.{key}": "1"}
    program = Program(alice)
    refused = program.get("/api/v1/calls/", asked)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, [f"score.{key}"])
    client = Client()
    client.force_login(alice)
    assert "How polite?" not in client.get("/calls/").content.decode()
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["scorecards"]}
    assert program.get("/api/v1/calls/", asked).json()["count"] == 1


def test_a_reviewer_finds_calls_by_their_own_scores_alone(
    two: dict[str, Call], version: ScorecardVersion
) -> None:
    reviewer = User.objects.create_user("reviewer", is_staff=True)
    for name in ("view_call", "score_call"):
        reviewer.user_permissions.add(Permission.objects.get(codename=name))
    program = Program(reviewer)
    key = version.questions[0]["key"]
    assert program.get("/api/v1/calls/", {f"score.{key}": "1"}).json()["count"] == 0
    scorecards.score(
        two["bad"],
        version,
        reviewer,
        {q["key"]: a for q, a in zip(version.questions, (1, True, "warm"), strict=True)},
    )
    assert program.get("/api/v1/calls/", {f"score.{key}": "1..2"}).json()["count"] == 1
