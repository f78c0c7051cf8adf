"""`?cursor=` goes through a list as pages do, whatever it is ordered by."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import Call
from sessions_app.services import paging
from tests.api.conftest import say
from tests.conftest import CallMaker

ORDERS = (
    "",
    "created_at",
    "-ended_at",
    "ended_at",
    "duration_ms",
    "-duration_ms",
    "state,-duration_ms",
    "-state,ended_at",
    "word_count",
    "-word_count",
)


@pytest.fixture
def nine(alice: User, make_call: CallMaker) -> list[Call]:
    """Calls of which some have the same values, and some none."""
    made, now = [make_call(alice) for _ in range(9)], timezone.now()
    for n, call in enumerate(made):
        Call.objects.filter(pk=call.pk).update(
            created_at=now - timedelta(minutes=n // 2),
            duration_ms=None if n % 3 == 0 else n // 2,
            ended_at=None if n % 4 == 0 else now - timedelta(days=n % 3),
            state="ended" if n % 2 else "failed",
        )
    return made


def walked(program: Any, address: str) -> list[str]:
    found: list[str] = []
    while address:
        page = program.get(address).json()
        assert page["count"] is page["previous"] is None
        assert len(page["results"]) <= 2
        found += [call["id"] for call in page["results"]]
        address = page["next"]
    return found


@pytest.mark.parametrize("order", ORDERS)
def test_every_call_comes_once_in_the_order_asked_for(
    program: Any, nine: list[Call], order: str
) -> None:
    asked = f"&ordering={order}" if order else ""
    found = walked(program, f"/api/v1/calls/?cursor=&page_size=2{asked}")
    assert sorted(found) == sorted(call.public_id for call in nine)
    rows = {call.public_id: call for call in Call.objects.all()}
    first = (order or "-created_at").split(",")[0]
    name = first.removeprefix("-")
    if name != "word_count":
        values = [getattr(rows[one], name) for one in found]
        some = [value for value in values if value is not None]
        assert some == sorted(some, reverse=first.startswith("-"))
        ends = values[len(some) :] if first.startswith("-") else values[: len(values) - len(some)]
        assert set(ends) <= {None}


def test_calls_that_are_added_meanwhile_repeat_nothing(
    program: Any, nine: list[Call], alice: User, make_call: CallMaker
) -> None:
    first = program.get("/api/v1/calls/?cursor=&page_size=4").json()
    make_call(alice)
    rest = walked(program, first["next"].replace("page_size=4", "page_size=2"))
    assert len({call["id"] for call in first["results"]} | set(rest)) == len(rest) + 4 == 9


def packed(*told: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("", "x"),
        ("", "%00"),
        ("", packed()),
        ("", packed("-created_at,-pk", "x", 1)),
        ("", packed("-created_at,-pk", "2026-01-01T00:00:00", 1)),
        ("duration_ms", packed("duration_ms,pk", 1e99, 1)),
        ("duration_ms", packed("duration_ms,pk", 9, 10**20)),
        ("duration_ms", packed("created_at,pk", 9, 9)),
        ("state", packed("state,pk", "\ud800", 1)),
        ("state", packed("state,pk", "ended\0", 1)),
        ("state", packed("state,pk", {}, 1)),
        ("", "A" * 5000),
        ("", "x&page=1"),
    ],
)
def test_what_is_no_cursor_is_refused(
    program: Any, nine: list[Call], order: str, told: str
) -> None:
    asked = f"&ordering={order}" if order else ""
    answer = program.get(f"/api/v1/calls/?cursor={told}{asked}")
    assert answer.status_code == 400
    assert "cursor" in answer.content.decode()


def test_pages_go_on_as_they_were(program: Any, nine: list[Call]) -> None:
    pages = [program.get(f"/api/v1/calls/?page_size=4&page={n}").json() for n in (1, 2, 3)]
    assert [len(page["results"]) for page in pages] == [4, 4, 1]
    assert pages[0]["count"] == 9
    assert len({call["id"] for page in pages for call in page["results"]}) == 9


def test_a_search_that_finds_many_counts_some(
    program: Any, nine: list[Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 3)
    for call in nine:
        say(call, "hello")
    asked = {"q": "hello", "page_size": 2}
    page, found = program.get("/api/v1/calls/", asked).json(), []
    assert (page["count"], page["count_is_exact"]) == (3, False)
    while page:
        found += [call["id"] for call in page["results"]]
        page = program.get(page["next"]).json() if page["next"] else None
    assert sorted(found) == sorted(call.public_id for call in nine)
    last = program.get("/api/v1/calls/", asked | {"page": "last"}).json()
    assert (last["count"], last["count_is_exact"], len(last["results"])) == (9, True, 1)
    every = program.get("/api/v1/calls/", {"page_size": 2}).json()
    assert (every["count"], every["count_is_exact"]) == (9, True)
