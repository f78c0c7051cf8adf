import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from sessions_app.engine.core.errors import UnknownAgentError
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import AccessLog, Agent, Call, Recording, Summary
from sessions_app.models.work import WorkState
from sessions_app.services import calls, queueing
from tests.conftest import CallMaker, Queued

pytestmark = pytest.mark.django_db


def state_of(call: Call) -> str:
    return Call.objects.get(pk=call.pk).state


def test_the_first_agent_is_there_and_answers_by_default() -> None:
    assert calls.agent_for("").slug == calls.TRANSCRIBE_ONLY
    assert calls.agent_for(calls.TRANSCRIBE_ONLY).is_default
    calls.seed_agents()
    assert set(Agent.objects.values_list("slug", flat=True)) == {"transcribe-only", "scribe"}


def test_an_unknown_agent_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownAgentError, match=r"'nobody'.*transcribe-only"):
        calls.agent_for("nobody")
    Agent.objects.update(is_active=False)
    with pytest.raises(UnknownAgentError, match="none"):
        calls.agent_for("")


def test_a_retried_offer_is_one_call(alice: User, bob: User, make_call: CallMaker) -> None:
    first = make_call(alice, offer_key="abc")
    again, created = calls.create(
        Party(alice.pk),
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


def test_an_ended_call_schedules_a_recording_only_with_consent(
    alice: User, make_call: CallMaker, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    plain, consented = make_call(alice), make_call(alice, consented=True)
    with django_capture_on_commit_callbacks(execute=True):
        for call in (plain, consented):
            calls.move(call.public_id, CallState.ENDING)
            calls.move(call.public_id, CallState.ENDED)
        assert queued() == []
    assert Recording.objects.get().call == consented
    assert set(Summary.objects.values_list("call", "state")) == {
        (plain.pk, WorkState.PENDING),
        (consented.pk, WorkState.PENDING),
    }
    assert queued() == [(queueing.FINALISE, plain.pk), (queueing.FINALISE, consented.pk)]


def test_a_call_that_never_came_about_is_summarised_too(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    assert calls.move(call.public_id, CallState.FAILED, reason=EndReason.NEVER_CONNECTED)
    assert Call.objects.get(pk=call.pk).answered_at is None
    assert Summary.objects.get().call == call


def test_an_end_without_a_reason_is_our_fault(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    calls.move(call.public_id, CallState.FAILED, duration_ms=-3)
    failed = Call.objects.get(pk=call.pk)
    assert (failed.end_reason, failed.duration_ms) == ("internal_error", 0)


def test_a_live_state_takes_no_reason_and_no_length(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    calls.move(call.public_id, CallState.ENDING, reason=EndReason.IDLE, duration_ms=7)
    ending = Call.objects.get(pk=call.pk)
    assert (ending.end_reason, ending.duration_ms, ending.ended_at) == ("", None, None)


def test_a_move_of_no_call_moves_nothing() -> None:
    assert not calls.move("nobody", CallState.CONNECTING)


def test_calls_whose_process_died_are_ended(alice: User, make_call: CallMaker) -> None:
    now = timezone.now()
    dead, alive, never, leaving = (make_call(alice) for _ in range(4))
    for call in (dead, leaving):
        calls.move(call.public_id, CallState.CONNECTING)
    calls.move(leaving.public_id, CallState.ENDING)
    late = now - timedelta(seconds=21)
    Call.objects.filter(pk__in=[dead.pk, leaving.pk]).update(heartbeat_at=late)
    Call.objects.filter(pk=never.pk).update(
        heartbeat_at=None, created_at=now - timedelta(minutes=1)
    )
    assert calls.beat([alive.public_id], now) == 1
    assert sorted(calls.reap(now)) == sorted([dead.pk, never.pk, leaving.pk])
    assert calls.reap(now) == []
    assert state_of(alive) == "created"
    for call in (dead, never, leaving):
        found = Call.objects.get(pk=call.pk)
        assert (found.state, found.end_reason) == ("ended", "server_died")
        assert (found.ended_at, found.duration_ms) == (now, None)
        assert Summary.objects.filter(call=call, state=WorkState.PENDING).exists()
    assert Call.objects.get(pk=dead.pk).heartbeat_at == late


def test_a_call_that_beats_in_the_last_moment_lives_on(
    alice: User, make_call: CallMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    call = make_call(alice)
    Call.objects.update(heartbeat_at=now - timedelta(minutes=1))
    found, beaten = calls.silent(now), calls.silent

    def silent(*args: Any) -> Any:
        monkeypatch.setattr(calls, "silent", beaten)
        rows = list(found.values_list("pk", "public_id"))
        calls.beat([call.public_id], now)
        return SimpleNamespace(values_list=lambda *_: rows)

    monkeypatch.setattr(calls, "silent", silent)
    assert calls.reap(now) == []
    assert state_of(call) == "created"


def test_an_ended_call_does_not_beat(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    calls.move(call.public_id, CallState.FAILED)
    assert calls.beat([call.public_id], timezone.now()) == 0


def test_a_length_is_noted_once(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    calls.note_length(call, 1500)
    calls.note_length(Call.objects.get(pk=call.pk), 9)
    assert Call.objects.get(pk=call.pk).duration_ms == call.duration_ms == 1500


def test_a_title_and_who_gave_it(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    calls.rename(call, alice, "Trees")
    assert Call.objects.get(pk=call.pk).title == "Trees"
    assert AccessLog.objects.get().user == alice


def test_agents_that_staff_made_are_left_alone() -> None:
    Agent.objects.exclude(is_default=True).delete()
    Agent.objects.all().update(slug="other", is_default=False)
    calls.seed_agents()
    assert list(Agent.objects.values_list("slug", "is_default")) == [("other", False)]


def test_a_slug_no_database_can_hold_is_unknown() -> None:
    with pytest.raises(UnknownAgentError):
        calls.agent_for("a\x00b\ud800")


def test_the_caller_may_bring_the_id(alice: User) -> None:
    made = [
        calls.create(
            Party(alice.pk),
            calls.agent_for(""),
            call_id=call_id,
            door="signaling",
            transport="webrtc",
            recogniser="default",
            worker="test",
        )[0].public_id
        for call_id in ("given", None)
    ]
    assert made[0] == "given"
    assert len(made[1]) >= 16


@pytest.mark.django_db(transaction=True)
def test_two_retries_at_once_are_one_call(alice: User, make_call: CallMaker) -> None:
    barrier = threading.Barrier(4)

    def retry(_: int) -> int:
        try:
            barrier.wait(10)
            return make_call(alice, offer_key="same").pk
        finally:
            connection.close()

    make_call(alice)  # the agent is there
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(retry, range(4)))
    assert made == {Call.objects.get(offer_key="same").pk}
