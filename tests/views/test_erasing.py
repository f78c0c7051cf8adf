"""The owner's page that erases a call: it asks first, and says what keeps a call."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.models import Call, ErasureCause, ErasureReceipt
from sessions_app.services import erasure, erasure_work
from tests.conftest import CallMaker

pytestmark = pytest.mark.usefixtures("owners_may")


@pytest.fixture
def owners_may(settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, "ERASE_BY_OWNER": True}


@pytest.fixture
def kept(finished: Callable[[User], Call], alice: User) -> Call:
    return finished(alice)


def page(call: Call, more: str = "") -> str:
    return f"/calls/{call.public_id}/{more}"


def test_it_is_asked_first(as_alice: Client, alice: User, kept: Call) -> None:
    link = f'href="{page(kept, "erase")}"'
    assert link in as_alice.get(page(kept)).content.decode()
    asks = as_alice.get(page(kept, "erase")).content.decode()
    assert "Nobody can undo it" in asks
    assert Call.objects.exists()
    assert as_alice.post(page(kept, "erase"))["Location"] == "/calls/"
    receipt = ErasureReceipt.objects.get()
    assert (receipt.cause, receipt.asked_by) == (ErasureCause.OWNER, alice)
    assert as_alice.get(page(kept)).status_code == 404
    assert erasure_work.carry_out(receipt.pk)
    assert not Call.everything.exists()


def test_without_the_setting_there_is_no_such_page(
    as_alice: Client, kept: Call, settings: Any
) -> None:
    settings.VOICE = {**settings.VOICE, "ERASE_BY_OWNER": False}
    assert "/erase" not in as_alice.get(page(kept)).content.decode()
    for ask in (as_alice.get, as_alice.post):
        assert ask(page(kept, "erase")).status_code == 404
    assert Call.objects.exists()


def test_a_legal_hold_is_told(as_alice: Client, kept: Call, staff: User) -> None:
    assert erasure.hold(kept, staff, "a secret case")
    for ask, status in ((as_alice.get, 200), (as_alice.post, 409)):
        answer = ask(page(kept, "erase"))
        assert answer.status_code == status
        assert "is under legal hold" in answer.content.decode()
        assert "a secret case" not in answer.content.decode()
    assert "Kept until it is lifted" in as_alice.get(page(kept)).content.decode()
    assert Call.objects.exists()


def test_a_live_call_says_to_hang_up(as_alice: Client, alice: User, make_call: CallMaker) -> None:
    live = make_call(alice)
    assert "/erase" not in as_alice.get(page(live)).content.decode()
    answer = as_alice.post(page(live, "erase"))
    assert (answer.status_code, "Hang up first" in answer.content.decode()) == (409, True)


def test_words_whose_time_was_over_are_said_to_be_gone(as_alice: Client, kept: Call) -> None:
    assert erasure.erase_text(kept, None, ErasureCause.RULE) is not None
    shown = as_alice.get(page(kept)).content.decode()
    assert "their storage period was over" in shown
    assert "fifteen euros" not in shown
