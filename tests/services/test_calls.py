from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from sessions_app.core.errors import UnknownAgentError
from sessions_app.core.states import CallState, EndReason
from sessions_app.models import Agent, Call, Recording, Summary
from sessions_app.models.work import WorkState
from sessions_app.services import calls
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int]]]:
    """What is sent to the broker, in place of the broker."""
    sent: list[tuple[str, list[int]]] = []

    def send(name: str, args: list[int], **_: object) -> None:
        sent.append((name, args))

    monkeypatch.setattr("sessions_app.services.queueing.app.send_task", send)
    return sent


def state_of(call: Call) -> str:
    return Call.objects.get(pk=call.pk).state


def test_the_first_agent_is_there_and_answers_by_default() -> None:
    assert calls.agent_for("").slug == calls.TRANSCRIBE_ONLY
    assert calls.agent_for(calls.TRANSCRIBE_ONLY).is_default
    calls.seed_agents()
    assert Agent.objects.count() == 1


def test_an_unknown_agent_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownAgentError, match=r"'nobody'.*transcribe-only"):
        calls.agent_for("nobody")
    Agent.objects.update(is_active=False)
    with pytest.raises(UnknownAgentError, match="none"):
        calls.agent_for("")


def test_a_retried_offer_is_one_call(alice: User, bob: User, make_call: CallMaker) -> None:
    first = make_call(alice, offer_key="abc")
    again, created = calls.create(
        alice.pk,
        calls.agent_for(""),
        door="signaling",
        transport="webrtc",
        recogniser="default",
        worker="test",
        offer_key="abc",
    )
    assert (again.pk, created) == (first.pk, False)
    assert make_call(bob, offer_key="abc").pk != first.pk
    assert make_call(alice).pk != make_call(alice).pk


def test_a_call_goes_through_its_states_once(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice, consented=True)
    assert not calls.move(call.public_id, CallState.ACTIVE)
    assert calls.move(call.public_id, CallState.CONNECTING)
    assert calls.move(call.public_id, CallState.ACTIVE)
    answered = Call.objects.get(pk=call.pk).answered_at
    assert answered is not None
    assert calls.move(call.public_id, CallState.RECONNECTING)
    assert calls.move(call.public_id, CallState.ACTIVE)
    assert Call.objects.get(pk=call.pk).answered_at == answered
    assert calls.move(call.public_id, CallState.ENDING)
    reason = EndReason.CALLER_HUNG_UP
    assert calls.move(call.public_id, CallState.ENDED, reason=reason, duration_ms=1500)
    assert not calls.move(call.public_id, CallState.FAILED)
    ended = Call.objects.get(pk=call.pk)
    assert (ended.end_reason, ended.duration_ms) == ("caller_hung_up", 1500)
    assert ended.ended_at is not None


def test_an_ended_call_owes_a_recording_only_with_consent(
    alice: User,
    make_call: CallMaker,
    sent: list[tuple[str, list[int]]],
    django_capture_on_commit_callbacks: object,
) -> None:
    plain, consented = make_call(alice), make_call(alice, consented=True)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        for call in (plain, consented):
            calls.move(call.public_id, CallState.ENDING)
            calls.move(call.public_id, CallState.ENDED)
    assert Recording.objects.get().call == consented
    assert set(Summary.objects.values_list("call", "state")) == {
        (plain.pk, WorkState.PENDING),
        (consented.pk, WorkState.PENDING),
    }
    assert sent == [
        ("sessions_app.tasks.finalise_call", [plain.pk]),
        ("sessions_app.tasks.finalise_call", [consented.pk]),
    ]


def test_a_broker_that_is_down_costs_nothing_but_time(
    alice: User,
    make_call: CallMaker,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no broker")

    monkeypatch.setattr("sessions_app.services.queueing.app.send_task", refuse)
    call = make_call(alice)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        calls.move(call.public_id, CallState.ENDING)
        assert calls.move(call.public_id, CallState.ENDED)
    assert Summary.objects.get(call=call).state == WorkState.PENDING


def test_calls_whose_process_died_are_ended(alice: User, make_call: CallMaker) -> None:
    now = timezone.now()
    dead, alive, never = make_call(alice), make_call(alice), make_call(alice)
    calls.move(dead.public_id, CallState.CONNECTING)
    Call.objects.filter(pk=dead.pk).update(heartbeat_at=now - timedelta(seconds=21))
    Call.objects.filter(pk=never.pk).update(
        heartbeat_at=None, created_at=now - timedelta(minutes=1)
    )
    assert calls.beat([alive.public_id], now) == 1
    assert sorted(calls.reap(now)) == sorted([dead.pk, never.pk])
    assert calls.reap(now) == []
    assert state_of(dead) == "ended"
    assert state_of(alive) == "created"
    assert Call.objects.get(pk=dead.pk).end_reason == "server_died"


def test_the_database_keeps_unknown_states_out(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(state="asleep")
