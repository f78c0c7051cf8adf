"""The page of how the server is doing: what it shows to whom, at what cost, and its button."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from sessions_app.admin import system
from sessions_app.models import Call, Summary
from sessions_app.models.work import WorkState
from sessions_app.runtime import engine, service_trials
from sessions_app.services import heartbeats, owed_work, retrying
from tests.admin.conftest import signed_in
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db
PAGE = "/admin/system/"
QUOTED = "It could not read what was said."


@pytest.fixture
def operator(db: None) -> User:
    user = User.objects.create_user("operator", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_signoflife"))
    return user


def shown(client: Client) -> str:
    return " ".join(client.get(PAGE).content.decode().split())


def test_it_shows_calls_jobs_errors_and_storage(
    at_desk: Client, make_call: CallMaker, alice: User
) -> None:
    make_call(alice)
    lost, failed = make_call(alice), make_call(alice)
    Call.objects.filter(pk=lost.pk).update(state="ended", end_reason="connection_lost")
    ago = timezone.now() - timedelta(hours=3)
    Call.objects.filter(pk=failed.pk).update(state="ended", ended_at=ago)
    Summary.objects.create(call=failed, state=WorkState.FAILED, error=QUOTED)
    heartbeats.give(heartbeats.WORKER)
    engine.current().figures.failed("busy")
    page = shown(at_desk)
    for told in (
        '<th scope="row">test</th>',  # who carries the live call
        "?end_reason__exact=connection_lost",
        QUOTED,
        "3 hours",
        '<th scope="row">busy</th>',
        "0 messages wait at the broker",
        "Calls are not traced.",
        "SQLite" if "SQLite" in page else "PostgreSQL",
        '<span class="vs-badge vs-badge-failed">silent</span>',  # the timer
    ):
        assert told in page, told
    assert page.count("Retry now") == 1


def test_who_may_not_view_calls_reads_no_reasons_and_links(
    operator: User, make_call: CallMaker, alice: User
) -> None:
    call = make_call(alice)
    Call.objects.filter(pk=call.pk).update(state="ended", end_reason="server_died")
    Summary.objects.create(call=call, state=WorkState.FAILED, error=QUOTED)
    page = shown(signed_in(operator))
    assert "server_died" in page
    assert QUOTED not in page
    assert "end_reason__exact" not in page
    assert "Retry now" not in page


def test_retrying_needs_its_own_permission(
    operator: User, staff: User, make_call: CallMaker, alice: User
) -> None:
    call = make_call(alice)
    Call.objects.filter(pk=call.pk).update(state="ended")
    Summary.objects.create(call=call, state=WorkState.FAILED, error=QUOTED)
    address = f"{PAGE}summary/retry/"
    assert signed_in(operator).post(address).status_code == 403
    answer = signed_in(staff).post(address, follow=True)
    assert "Summaries: 1 job is tried again." in answer.content.decode()
    assert Summary.objects.get().state == WorkState.PENDING
    assert signed_in(staff).post(f"{PAGE}nothing/retry/").status_code == 404
    assert signed_in(staff).get(address).status_code == 405


def test_it_asks_as_much_however_much_there_is(
    at_desk: Client, make_call: CallMaker, alice: User, django_assert_max_num_queries: Any
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(45) as asked:
            at_desk.get(PAGE)
        return len(asked)

    at_desk.get(PAGE)  # what is cached is there from now on
    before = queries()
    for number in range(12):
        call = make_call(alice)
        Call.objects.filter(pk=call.pk).update(worker=f"host:{number}", state="active")
        Summary.objects.create(call=call, state=WorkState.FAILED, error="No.")
    assert queries() == before


def test_a_broker_that_is_away_is_said(at_desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Any:
        raise ConnectionRefusedError

    monkeypatch.setattr(service_trials, "waiting_messages", away)
    assert "The broker does not answer" in shown(at_desk)


def test_every_kind_of_job_and_of_storage_has_a_name() -> None:
    cache.clear()
    assert set(system.KINDS) == set(retrying.KINDS)
    assert set(system.STORED) == set(owed_work.storage())
    assert set(system.DISKS) == {"lanes", "recordings"}
