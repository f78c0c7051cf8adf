"""Pages and health checks name the recogniser that writes, not only the chosen one."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.engine.core.states import CallState
from sessions_app.models import Call
from sessions_app.runtime import engine
from sessions_app.services import calls
from tests.conftest import CallMaker
from tests.views.test_pages import text_of


@pytest.fixture
def moonshine_is_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "fallbacks_in_use", lambda: {"moonshine": "pocketsphinx"})


@pytest.mark.usefixtures("moonshine_is_out")
def test_the_start_page_and_the_health_check_name_the_stand_in(as_alice: Client) -> None:
    calls.seed_agents()
    shown = text_of(as_alice.get("/"))
    assert "Stand-in Recognition by PocketSphinx , since Moonshine cannot run" in shown
    assert "Recognition by Moonshine" not in shown
    told = as_alice.get("/healthz").json()
    assert (told["recogniser"], told["instead_of"]) == ("pocketsphinx", "moonshine")


def test_the_health_check_names_the_chosen_recogniser_while_that_runs(as_alice: Client) -> None:
    told = as_alice.get("/healthz").json()
    assert (told["recogniser"], told["instead_of"]) == ("moonshine", "")


@pytest.mark.usefixtures("moonshine_is_out")
def test_a_live_call_names_what_writes_and_an_ended_one_what_was_chosen(
    as_alice: Client, alice: User, make_call: CallMaker
) -> None:
    call = make_call(alice)
    Call.objects.filter(pk=call.pk).update(state=CallState.ACTIVE)
    assert "Recogniser PocketSphinx" in text_of(as_alice.get(f"/calls/{call.public_id}/"))
    Call.objects.filter(pk=call.pk).update(state=CallState.ENDED)
    assert "Recogniser Moonshine" in text_of(as_alice.get(f"/calls/{call.public_id}/"))
