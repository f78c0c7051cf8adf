"""What a call was given: by a ticket's maker and its client, in messages, and after an erasure."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.engine.core.call_data import CallData
from sessions_app.engine.core.commands import AudioIn, Offer, StartStream
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.party import Party
from sessions_app.models import Call, ErasureCause, Ticket, WebhookDelivery, WebhookEndpoint
from sessions_app.models import WebhookEvent as Event
from sessions_app.services import calls, erasure, exports, summarising, tickets, webhooks
from tests.api.conftest import end, say

pytestmark = pytest.mark.django_db

DATA = CallData({"name": "Krelvin"}, {"order": "plovar"})


def a_call(owner: User) -> Call:
    calls.seed_agents()
    call, _ = calls.create(
        Party(owner.pk),
        calls.agent_for(""),
        door="signaling",
        transport="webrtc",
        recogniser="default",
        worker="test",
        persona={"greeting": "Hello {{name}}.", "responder": "chat"},
        data=DATA,
    )
    return call


@pytest.mark.parametrize("wish", [Offer("v=0"), StartStream(AudioIn("pcm16"))])
def test_a_tickets_own_win_over_its_clients(alice: User, wish: Any) -> None:
    row, _ = tickets.issue(alice, data=CallData({"plan": "gold"}, {"order": 1}))
    holder = tickets.principal_of(Ticket.objects.get(pk=row.pk))
    sent = CallData({"plan": "platinum", "mood": "good"}, {"order": 2, "page": "/"})
    given = tickets.authorised(holder, type(wish)(*_first(wish), data=sent)).data
    assert given == CallData({"plan": "gold", "mood": "good"}, {"order": 1, "page": "/"})
    assert "gold" not in repr(holder)


def _first(wish: Any) -> tuple[Any, ...]:
    return (wish.sdp,) if isinstance(wish, Offer) else (wish.audio,)


def test_a_row_keeps_both(alice: User) -> None:
    call = Call.objects.get(pk=a_call(alice).pk)
    assert (call.variables, call.metadata) == ({"name": "Krelvin"}, {"order": "plovar"})


def test_a_greeting_with_a_name_is_not_summed_up(alice: User) -> None:
    call = a_call(alice)
    say(call, "I need a report by Monday.", "Hello Krelvin.")
    end(call)
    rows = summarising._worth_summing_up(call, exports.rows(call))
    assert [row.speaker for row in rows] == [Speaker.CALLER]


@pytest.mark.parametrize("whole", [True, False])
def test_messages_have_both_until_the_call_or_its_text_is_erased(alice: User, whole: bool) -> None:
    WebhookEndpoint.objects.create(name="crm", url="https://crm.example/", events=list(Event))
    call = a_call(alice)
    end(call)
    told = WebhookDelivery.objects.get(event=Event.CALL_ENDED).payload["data"]["call"]
    assert (told["variables"], told["metadata"]) == ({"name": "Krelvin"}, {"order": "plovar"})
    _erase(call, whole=whole)
    left = json.dumps(list(WebhookDelivery.objects.values_list("payload", flat=True)))
    assert call.public_id in left
    assert "Krelvin" not in left
    assert "plovar" not in left
    assert WebhookDelivery.objects.filter(event=Event.CALL_ERASED).exists() == whole


def _erase(call: Call, *, whole: bool) -> None:
    if whole:
        erasure.erase_call(call, None, ErasureCause.COMMAND)
        return
    for job in erasure.JOBS:
        job._default_manager.update(state="done")
    assert erasure.erase_text(call, None, ErasureCause.RULE) is not None
    call.refresh_from_db()
    assert (call.variables, call.metadata) == ({}, {})


def test_webhooks_of_calls_without_messages_are_left_alone(alice: User) -> None:
    webhooks.erase_call_data([a_call(alice).pk])
    assert not WebhookDelivery.objects.exists()
