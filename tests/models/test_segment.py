from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from sessions_app.models import Segment
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db

GOOD: dict[str, Any] = {
    "seq": 1,
    "speaker": "caller",
    "text": "hello",
    "start_ms": 100,
    "end_ms": 900,
    "confidence": 0.5,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"end_ms": 99},
        {"confidence": 1.5},
        {"confidence": -0.1},
        {"speaker": "nobody"},
        {"start_ms": -1},
        {"seq": -1},
    ],
)
def test_the_database_refuses_what_makes_no_sense(
    alice: User, make_call: CallMaker, wrong: dict[str, Any]
) -> None:
    call = make_call(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Segment.objects.create(call=call, **GOOD | wrong)
    Segment.objects.create(call=call, **GOOD)


def test_a_place_in_a_call_is_taken_once(alice: User, make_call: CallMaker) -> None:
    call, other = make_call(alice), make_call(alice)
    Segment.objects.create(call=call, **GOOD)
    Segment.objects.create(call=other, **GOOD)
    with pytest.raises(IntegrityError), transaction.atomic():
        Segment.objects.create(call=call, **GOOD)


@pytest.mark.parametrize(
    ("text", "heard", "unheard"),
    [
        ("It may rain.", None, ""),
        ("It may rain.", "It", "may rain."),
        ("It may rain.", "", "It may rain."),
        ("It may rain.", "It may rain", ""),  # a mark alone is nothing that was left to say
        ("It may rain.", "it may", "rain."),  # heard otherwise than it is written
    ],
)
def test_what_an_interrupted_agent_had_still_to_say(
    text: str, heard: str | None, unheard: str
) -> None:
    assert Segment(text=text, heard_text=heard).unheard_text == unheard
