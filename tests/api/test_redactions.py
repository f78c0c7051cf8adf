"""What is hidden in a call, over REST."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.core.events import SegmentFinal, Speaker
from sessions_app.engine.redaction.finder import Finder
from sessions_app.engine.redaction.live import LiveRedactor, RedactedFinal
from sessions_app.models import AccessLog, Call, Segment
from sessions_app.services import redactions
from tests.api.conftest import Program, end, say
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db

CARD = "4111 1111 1111 1111"


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    """A call in which a card number was hidden, and kept."""
    call = make_call(alice)
    found: list[RedactedFinal] = []
    finder = Finder(RedactionSettings(("card",)), "en")
    said = SegmentFinal(1, Speaker.CALLER, f"It is {CARD}.", 500, 4_000)
    LiveRedactor(finder, found.append).shown(said)
    redactions.keep_live(call.pk, found[0], original=True)
    return call


def asked(call: Call, user: User) -> Any:
    answer = Program(user).get(f"/api/v1/calls/{call.public_id}/redactions")
    assert answer.status_code == 200
    return answer.json()


def test_who_may_see_the_call_sees_where_something_is_hidden(call: Call, alice: User) -> None:
    page = asked(call, alice)
    (one,) = page["redactions"]
    assert (one["seq"], one["kind"], one["shown"]) == (1, "card", "[card number]")
    assert (one["start_ms"], one["end_ms"], one["by"]) == (500, 4_000, None)
    assert page["originals"] == []
    assert not AccessLog.objects.exists()


def test_the_original_is_for_who_may_read_it_and_that_is_logged(call: Call, viewer: User) -> None:
    assert asked(call, viewer)["originals"] == []
    viewer.user_permissions.add(Permission.objects.get(codename="view_unredacted"))
    page = asked(call, User.objects.get(pk=viewer.pk))
    assert page["originals"] == [{"seq": 1, "text": f"It is {CARD}."}]
    entry = AccessLog.objects.get()
    assert (entry.user, entry.action, entry.detail) == (viewer, "read", "what is hidden")


def test_an_owner_may_not_read_it_even_with_the_permission(call: Call, alice: User) -> None:
    alice.user_permissions.add(Permission.objects.get(codename="view_unredacted"))
    assert asked(call, User.objects.get(pk=alice.pk))["originals"] == []


def test_staff_hide_a_place_and_what_patterns_find(
    make_call: CallMaker, alice: User, viewer: User
) -> None:
    call = make_call(alice)
    say(call, f"my card is {CARD} okay")
    end(call)
    path = f"/api/v1/calls/{call.public_id}/redactions"
    assert Program(viewer).send("POST", path, {"kinds": ["card"]}).status_code == 403
    viewer.user_permissions.add(Permission.objects.get(codename="redact_call"))
    program = Program(User.objects.get(pk=viewer.pk))
    answer = program.send("POST", path, {"seq": 1, "start": 0, "end": 2})
    assert answer.status_code == 202
    assert answer.json()["redactions"][0]["by"] == "viewer"
    assert program.send("POST", path, {"kinds": ["card"], "patterns": ["ok.y"]}).status_code == 202
    assert Segment.objects.get().text == "[redacted] card is [card number] [redacted]"


def test_what_makes_no_sense_is_refused(make_call: CallMaker, alice: User, staff: User) -> None:
    call = make_call(alice)
    say(call, "one two")
    path = f"/api/v1/calls/{call.public_id}/redactions"
    program = Program(staff)
    whole = {"seq": 1, "start": 0, "end": 3}
    assert program.send("POST", path, whole).status_code == 409, "it is live"
    end(call)
    for body in ({}, {"seq": 1}, {**whole, "kinds": []}, {**whole, "end": 99}, {"kinds": ["x"]}):
        assert program.send("POST", path, body).status_code == 400, body
    assert program.send("POST", path, {"patterns": ["(unclosed"]}).status_code == 400
    assert Segment.objects.get().text == "one two"
