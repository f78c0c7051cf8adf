"""After an erasure nothing holds a word of it; what is refused, and what is tried again."""

import logging
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sessions_app import tasks
from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.engine.core.events import SegmentFinal, Speaker
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.states import CallState
from sessions_app.models import (
    AccessLog,
    Call,
    ErasureCause,
    ErasureReceipt,
    Recording,
    Segment,
    SegmentRevision,
    Summary,
    Version,
)
from sessions_app.models.work import WorkState
from sessions_app.services import (
    access,
    calls,
    corrections,
    erasure,
    erasure_work,
    recordings,
    search,
    transcripts,
    versions,
    work,
)
from sessions_app.services.queueing import ERASE
from tests.conftest import CallMaker, Queued
from tests.fixtures.left import left_in_database, left_in_files
from tests.fixtures.spoken_call import (
    COUNTED,
    SAID,
    VIEW,
    VIEW_ASKS,
    VISITOR,
    WORDS,
    exported,
    saved_view,
    spoken_call,
)
from tests.static_files import static_files  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

STAFF, OWNER = ErasureCause.STAFF, ErasureCause.OWNER
SINGLE = ("user", "call", "apitoken", "session", "audiocopy", "savedview")


@pytest.fixture
def spoken(alice: User, own_folders: Path) -> Call:
    call = spoken_call(alice, own_folders, more=5)
    exported(alice)
    return call


def erased(receipt: ErasureReceipt) -> ErasureReceipt:
    assert erasure_work.carry_out(receipt.pk)
    receipt.refresh_from_db()
    assert (receipt.state, receipt.error) == (WorkState.DONE, "")
    return receipt


def test_the_words_are_everywhere_before(spoken: Call, own_folders: Path) -> None:
    """Guards the others: what is nowhere could not be left behind."""
    there = {word for _, word in left_in_database(WORDS)}
    there |= {word for _, word in left_in_files(WORDS, own_folders)}
    assert there == {word.lower() for word in WORDS}


def test_no_table_no_file_and_no_log_holds_a_word_afterwards(
    spoken: Call, bob: User, own_folders: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        receipt = erased(erasure.erase_call(spoken, bob, STAFF))
    assert left_in_database(WORDS) == set()
    assert left_in_files(WORDS, own_folders) == set()
    assert not [word for word in WORDS if word in caplog.text.lower()]
    assert not Call.everything.exists()
    assert (receipt.subject, receipt.asked_by) == (spoken.public_id, bob)
    assert receipt.counts | {"accesslog": 0} == COUNTED


@pytest.mark.django_db(transaction=True)
def test_the_bytes_of_the_database_hold_none_either(alice: User, own_folders: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL takes deleted rows out of its files when it vacuums")
    for owner in (alice, User.objects.create_user("carol")):
        spoken_call(owner, own_folders, more=200)
    first, second = Call.objects.order_by("pk")
    file = Path(connection.settings_dict["NAME"])
    assert SAID[0].split()[0].encode() in file.read_bytes() + _log(file)
    erased(erasure.erase_call(first, None, STAFF))
    erased(erasure.erase_user(second.owner, None, STAFF))
    assert not [word for word in WORDS if word.encode() in file.read_bytes() + _log(file)]


def _log(file: Path) -> bytes:
    log = file.with_name(f"{file.name}-wal")
    return log.read_bytes() if log.exists() else b""


@examples(max_examples=8)
@given(
    texts=st.lists(st.text("bcdfghjklmnprstvwxz", min_size=9, max_size=14), min_size=1, max_size=6),
    corrected=st.lists(st.text("bcdfghjklmnprstvwxz", min_size=9, max_size=14), max_size=6),
    words_alone=st.booleans(),
)
def test_whatever_was_said(texts: list[str], corrected: list[str], words_alone: bool) -> None:
    owner, _ = User.objects.get_or_create(username="somebody")
    calls.seed_agents()
    call, _ = calls.create(
        Party(owner.pk),
        calls.agent_for(""),
        door="signaling",
        transport="webrtc",
        recogniser="default",
        worker="test",
    )
    for seq, text in enumerate(texts, start=1):
        final = SegmentFinal(seq, Speaker.CALLER, text, seq * 1000, seq * 1000 + 900)
        transcripts.append([(call.pk, final)])
    calls.move(call.public_id, CallState.FAILED, duration_ms=9000)
    for at, text in enumerate(corrected):
        segment = Segment.objects.get(call=call, seq=at % len(texts) + 1)
        corrections.correct(segment, owner, text)
        if at % 2:
            corrections.undo(segment, owner)
    assert SegmentRevision.objects.filter(segment__call=call).exists() == bool(corrected)
    if words_alone:
        Summary.objects.filter(call=call).delete()
        assert erasure.erase_text(call, owner, OWNER) is not None
    else:
        erased(erasure.erase_call(call, owner, OWNER))
    assert left_in_database([*texts, *corrected]) == set()
    assert not SegmentRevision.objects.exists()


def test_it_is_out_of_sight_at_once(spoken: Call, alice: User, staff: User) -> None:
    erasure.erase_call(spoken, alice, OWNER)
    assert Call.everything.filter(pk=spoken.pk).exists()
    for user in (alice, staff):
        assert not access.visible_calls(user).exists()
        with pytest.raises(UnknownCallError):
            access.call_for(user, spoken.public_id)
    assert not search.calls_saying(Call.objects.all(), SAID[0]).exists()
    client = Client()
    client.force_login(staff)
    recording, summary = Recording.objects.get().pk, Summary.objects.get().pk
    for address in (
        f"/calls/{spoken.public_id}/",
        f"/calls/{spoken.public_id}/recording",
        f"/api/v1/calls/{spoken.public_id}/segments",
        f"/api/v1/calls/{spoken.public_id}/versions",
    ):
        assert client.get(address).status_code == 404
    for address in ("call/{call}", f"recording/{recording}", f"summary/{summary}"):
        page = f"/admin/sessions_app/{address.format(call=spoken.pk)}/change/"
        assert client.get(page).status_code == 302
    for address in ("/calls/", "/api/v1/calls/", "/admin/sessions_app/accesslog/"):
        assert spoken.public_id not in client.get(address).content.decode()


def test_it_is_erased_once(spoken: Call, alice: User) -> None:
    receipt = erasure.erase_call(spoken, alice, OWNER)
    with pytest.raises(UnknownCallError):
        erasure.erase_call(spoken, alice, OWNER)
    counts = erased(receipt).counts
    assert erasure_work.carry_out(receipt.pk)
    assert ErasureReceipt.objects.get().counts == counts


def test_a_live_call_is_refused_and_the_error_says_how(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    with pytest.raises(erasure.CallLiveError, match=f"{call.public_id} is live. Hang up first"):
        erasure.erase_call(call, alice, OWNER)
    with pytest.raises(erasure.CallLiveError, match="End it on its page"):
        erasure.erase_user(alice, None, STAFF)
    alice.refresh_from_db()
    assert alice.is_active
    assert Call.objects.filter(pk=call.pk).exists()
    assert not ErasureReceipt.objects.exists()


def test_a_legal_hold_wins_over_everything(spoken: Call, alice: User, staff: User) -> None:
    assert erasure.hold(spoken, staff, "Court of Appeal, 12/2026")
    assert not erasure.hold(spoken, staff, "again")
    spoken.refresh_from_db()
    assert (spoken.is_held, spoken.held_by) == (True, staff)
    refused = pytest.raises(erasure.LegalHoldError, match="Lift the legal hold")
    with refused:
        erasure.erase_call(spoken, alice, OWNER)
    with refused:
        erasure.erase_text(spoken, alice, OWNER)
    with refused:
        erasure.erase_user(alice, None, STAFF)
    assert erasure.release(spoken, staff)
    assert not erasure.release(spoken, staff)
    erased(erasure.erase_call(spoken, alice, OWNER))


def test_a_user_goes_with_all_they_have(
    spoken: Call, alice: User, bob: User, own_folders: Path
) -> None:
    other = spoken_call(bob, own_folders)
    access.issue_token(alice, "a program")
    saved_view(alice)
    access.log(other, alice, AccessLog.Action.READ)
    client = Client()
    client.force_login(alice)
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=bob,
        content_type=kind,
        object_id=str(alice.pk),
        object_repr="alice",
        action_flag=CHANGE,
    )
    receipt = erasure.erase_user(alice, alice, STAFF)
    assert client.get("/calls/").status_code == 302
    assert not Call.objects.filter(owner=alice).exists()
    erased(receipt)
    assert not Session.objects.exists()
    assert left_in_database(["alice", VIEW, VIEW_ASKS]) == set()
    assert list(Call.everything.all()) == [other]
    kept = Recording.objects.get().file
    assert kept.storage.exists(str(kept.name))
    assert AccessLog.objects.filter(call=other, user=None, action="read").exists()
    assert (receipt.subject, receipt.asked_by) == (f"user {alice.pk}", None)
    assert {receipt.counts[name] for name in SINGLE} == {1}
    assert receipt.counts["file"] == 2


def test_a_call_that_began_meanwhile_is_waited_for(
    alice: User, make_call: CallMaker, spoken: Call
) -> None:
    receipt = erasure.erase_user(alice, None, STAFF)
    late = make_call(alice)
    assert not erasure_work.carry_out(receipt.pk)
    receipt.refresh_from_db()
    assert (receipt.state, receipt.attempts) == (WorkState.PENDING, 0)
    assert f"{late.public_id} is live" in receipt.error
    Call.objects.filter(pk=late.pk).update(state="ended")
    erased(receipt)
    assert not User.objects.filter(pk=alice.pk).exists()


def test_a_storage_that_refuses_is_told_and_tried_again(
    spoken: Call,
    monkeypatch: pytest.MonkeyPatch,
    queued: Queued,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    storage = Recording.objects.get().file.storage

    def refuse(name: str) -> None:
        raise PermissionError(f"{SAID[0]} {name}")

    with monkeypatch.context() as patched:
        patched.setattr(storage, "delete", refuse)
        receipt = erasure.erase_call(spoken, None, STAFF)
        pauses = []
        for _ in range(12):
            assert not erasure_work.carry_out(receipt.pk)
            receipt.refresh_from_db()
            assert receipt.leased_until is not None
            pauses.append(round((receipt.leased_until - timezone.now()).total_seconds()))
    assert pauses[:4] == [10, 20, 40, 80]
    assert pauses[-1] == 3600
    assert (receipt.state, receipt.attempts) == (WorkState.PENDING, 12)
    assert receipt.error == (
        "The storage did not delete a file (PermissionError). It is tried again."
    )
    assert "the erasurereceipt" in caplog.text
    assert SAID[0] not in caplog.text
    assert Segment.objects.filter(call=spoken).exists()
    due = timezone.now() - timedelta(seconds=1)
    ErasureReceipt.objects.update(leased_until=due)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.requeue_due_work()
    assert (ERASE, receipt.pk) in queued()
    tasks.erase(receipt.pk)
    erased(receipt)
    assert not Call.everything.exists()


def test_a_worker_that_is_at_it_is_waited_for(alice: User, own_folders: Path, spoken: Call) -> None:
    version = versions.ask(spoken, alice, "thorough")
    assert version is not None
    assert work.claim(Version, version.pk) is not None
    receipt = erasure.erase_call(spoken, alice, OWNER)
    assert not erasure_work.carry_out(receipt.pk)
    receipt.refresh_from_db()
    assert receipt.error == erasure_work.WORKED_ON
    assert versions.startable([version.pk]) == []
    Version.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    erased(receipt)


def test_nothing_is_begun_with_a_call_that_is_being_erased(alice: User, spoken: Call) -> None:
    version = versions.ask(spoken, alice, "thorough")
    assert version is not None
    erasure.erase_call(spoken, alice, OWNER)
    for model, key in ((Version, version.pk), (Recording, spoken.pk), (Summary, spoken.pk)):
        assert work.claim(model, key) is None


def test_a_recording_that_comes_too_late_does_not_stay(
    spoken: Call, own_folders: Path, tmp_path: Path
) -> None:
    Recording.objects.update(state=WorkState.PENDING)
    stale = work.claim(Recording, spoken.pk)
    assert stale is not None
    assert stale.call == spoken
    Recording.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    erased(erasure.erase_call(spoken, None, STAFF))
    late = tmp_path / "late.ogg"
    late.write_bytes(b"OggS late")
    recordings.keep(stale, late, {})
    late.unlink()
    assert not list((own_folders / "recordings").rglob("*.ogg"))


def test_copies_of_a_killed_worker_go_too(
    spoken: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    prefix = erasure_work.copies_prefix(spoken.public_id)
    copy = tmp_path / f"{prefix}abc" / "call.ogg"
    other = tmp_path / f"{erasure_work.copies_prefix('another')}abc"
    copy.parent.mkdir()
    other.mkdir()
    copy.write_bytes(b"OggS")
    erased(erasure.erase_call(spoken, None, STAFF))
    assert not copy.parent.exists()
    assert other.exists()


def test_words_alone_are_erased_and_the_sound_stays(spoken: Call, alice: User) -> None:
    receipt = erasure.erase_text(spoken, None, ErasureCause.RULE)
    assert receipt is not None
    assert (receipt.kind, receipt.state) == ("text", WorkState.DONE)
    assert receipt.counts["segment"] == 9
    sound = ("morfelquint", "tandrilspeck", "vondrexil")
    assert left_in_database([w for w in WORDS if w not in (*sound, VISITOR)]) == set()
    assert Recording.objects.get().file
    call = Call.objects.get()
    assert call.text_erased_at is not None
    assert versions.ask(call, alice, "thorough") is None


def test_who_may_erase(spoken: Call, alice: User, bob: User, staff: User, settings: Any) -> None:
    assert [erasure.may_erase(user, spoken) for user in (alice, bob, staff)] == [False, False, True]
    settings.VOICE = {**settings.VOICE, "ERASE_BY_OWNER": True}
    assert [erasure.may_erase(user, spoken) for user in (alice, bob, staff)] == [True, False, True]


@pytest.mark.django_db(transaction=True)
def test_two_workers_erase_it_once(alice: User, own_folders: Path) -> None:
    call = spoken_call(alice, own_folders, more=40)
    receipt = erasure.erase_call(call, alice, OWNER)

    def carry_out() -> None:
        try:
            erasure_work.carry_out(receipt.pk)
        finally:
            connection.close()

    both = [threading.Thread(target=carry_out) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    receipt.refresh_from_db()
    assert receipt.state == WorkState.DONE
    assert (receipt.counts["segment"], receipt.counts["call"]) == (44, 1)
