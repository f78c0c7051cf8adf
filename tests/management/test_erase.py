"""`manage.py erase` does the whole erasure itself, and says what it leaves."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from sessions_app.models import Call, ErasureReceipt
from sessions_app.services import erasure
from tests.conftest import CallMaker
from tests.fixtures.left import left_in_database, left_in_files
from tests.fixtures.spoken_call import WORDS, spoken_call

pytestmark = pytest.mark.django_db


def erase(*options: str) -> tuple[str, str]:
    """Returns what the command says, and what it complains of."""
    out, err = io.StringIO(), io.StringIO()
    call_command("erase", *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def spoken(alice: User, own_folders: Path) -> Call:
    return spoken_call(alice, own_folders)


def test_a_call(spoken: Call, own_folders: Path) -> None:
    said, _ = erase("--call", spoken.public_id, "--dry-run")
    assert said == f"Would erase the call {spoken.public_id}.\n1 would be erased, 0 left.\n"
    assert Call.objects.exists()
    said, _ = erase("--call", spoken.public_id)
    assert f"{spoken.public_id} is erased" in said
    assert "4 segment" in said
    assert left_in_database(WORDS) | left_in_files(WORDS, own_folders) == set()
    receipt = ErasureReceipt.objects.get()
    assert (receipt.cause, receipt.asked_by, receipt.state) == ("command", None, "done")


def test_a_user(spoken: Call, alice: User, own_folders: Path) -> None:
    said, _ = erase("--user", "alice", "--dry-run")
    assert said == f"Would erase user {alice.pk} with 1 calls.\n"
    said, _ = erase("--user", "alice")
    assert f"user {alice.pk} is erased" in said
    assert not User.objects.exists()
    assert left_in_database(WORDS) | left_in_files(WORDS, own_folders) == set()


def test_before_a_day_all_that_nothing_keeps(
    spoken: Call, alice: User, staff: User, own_folders: Path, make_call: CallMaker
) -> None:
    held, recent = (spoken_call(alice, own_folders) for _ in range(2))
    live = make_call(alice)
    old = timezone.now() - timedelta(days=40)
    Call.objects.exclude(pk=recent.pk).update(ended_at=old)
    Call.objects.filter(pk=live.pk).update(ended_at=None)
    assert erasure.hold(held, staff, "a case")
    day = f"{timezone.now() - timedelta(days=30):%Y-%m-%d}"
    said, _ = erase("--before", day, "--dry-run")
    assert said.endswith("1 would be erased, 1 left.\n")
    said, complaint = erase("--before", day)
    assert said.endswith("1 erased, 1 left.\n")
    assert f"{held.public_id} is under legal hold" in complaint
    assert set(Call.everything.all()) == {held, recent, live}


def test_what_cannot_be_is_told(
    alice: User, spoken: Call, make_call: CallMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = make_call(alice)
    with pytest.raises(CommandError, match="Nothing was erased"):
        erase("--call", live.public_id)
    for options, told in (
        (("--user", "alice"), "End it on its page"),
        (("--user", "alice", "--dry-run"), "End it on its page"),
        (("--user", "nobody"), "no user 'nobody'"),
        (("--call", "nothing"), "no call 'nothing'"),
        (("--before", "2026-02-30"), "no date"),
        (("--before", "soon"), "no date"),
        (("--before", "9999-12-31T23:59:59-01:00"), "too early or too late"),
    ):
        with pytest.raises(CommandError, match=told):
            erase(*options)
    monkeypatch.setattr("sessions_app.services.erasure_work._stored", lambda _: 1 / 0)
    _, complaint = erase("--call", spoken.public_id)
    assert "is hidden, but not erased yet" in complaint
    assert "ZeroDivisionError" in complaint
