"""Audio and words go when their own time is over, unless a legal hold keeps them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app import tasks
from sessions_app.models import Agent, Call, ErasureReceipt, Recording, Segment, Summary, Version
from sessions_app.services import erasure, erasure_work, recordings, retention, versions
from sessions_app.services.queueing import ERASE
from tests.conftest import CallMaker, Queued
from tests.fixtures.spoken_call import spoken_call

pytestmark = pytest.mark.django_db

NOW = timezone.now


@pytest.fixture
def spoken(alice: User, own_folders: Path) -> Call:
    return spoken_call(alice, own_folders)


@pytest.fixture
def keep(settings: Any) -> Any:
    """Returns what sets for how many days audio and text are kept in general."""

    def days(audio: int, text: int) -> None:
        kept = {"RECORDINGS_KEEP_DAYS": audio, "TEXT_KEEP_DAYS": text}
        settings.VOICE = {**settings.VOICE, **kept}

    return days


def in_days(days: float) -> Any:
    return NOW() + timedelta(days=days)


def state_of(call: Call) -> tuple[bool, bool, bool]:
    """Returns whether the call is there, its words, and its sound."""
    there = Call.objects.filter(pk=call.pk).exists()
    words = there and Segment.objects.filter(call=call).exists()
    return there, words, there and bool(Recording.objects.get(call=call).file)


def run(days: float) -> None:
    """Does what beat has done, as if it were that many days later."""
    retention.restamp()
    recordings.delete_expired(in_days(days))
    retention.expire(in_days(days))


def test_everything_stays_unless_told_otherwise(spoken: Call) -> None:
    run(99_999)
    assert state_of(spoken) == (True, True, True)
    assert not ErasureReceipt.objects.exists()


def test_words_go_before_the_sound(spoken: Call, keep: Any) -> None:
    keep(90, 30)
    run(29.9)
    assert state_of(spoken) == (True, True, True)
    run(30.1)
    assert state_of(spoken) == (True, False, True)
    run(31)
    assert ErasureReceipt.objects.get().kind == "text"
    run(90.1)
    assert state_of(spoken)[0] is False
    kinds = ErasureReceipt.objects.order_by("pk").values_list("kind", "cause", "subject")
    assert list(kinds) == [(kind, "rule", spoken.public_id) for kind in ("text", "audio", "call")]


def test_sound_goes_before_the_words(
    spoken: Call, keep: Any, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    keep(30, 90)
    run(30.1)
    assert state_of(spoken) == (True, True, False)
    with django_capture_on_commit_callbacks(execute=True):
        run(90.1)
    assert state_of(spoken)[0] is False
    receipt = ErasureReceipt.objects.get(kind="call")
    assert (ERASE, receipt.pk) in queued()
    tasks.erase(receipt.pk)
    assert not Call.everything.exists()


@pytest.mark.parametrize(
    ("own", "general", "expected"),
    [(10, 30, 10), (None, 30, 30), (0, 30, 0), (10, 0, 10)],
)
def test_an_agent_has_days_of_its_own(
    spoken: Call, keep: Any, own: int | None, general: int, expected: int
) -> None:
    keep(general, general)
    Agent.objects.filter(pk=spoken.agent_id).update(keep_audio_days=own, keep_text_days=own)
    agent = Agent.objects.get(pk=spoken.agent_id)
    assert (retention.audio_days(agent), retention.text_days(agent)) == (expected, expected)
    run((expected or 99_999) - 0.1)
    assert state_of(spoken) == (True, True, True)
    if expected:
        run(expected + 0.1)
        assert state_of(spoken)[0] is False


def test_days_that_are_set_later_count_for_what_is_there(spoken: Call, keep: Any) -> None:
    assert Recording.objects.get().delete_after is None
    keep(30, 0)
    run(29.9)
    assert Recording.objects.get().delete_after is not None
    keep(60, 0)
    run(30.1)
    assert state_of(spoken) == (True, True, True)
    keep(0, 0)
    retention.restamp()
    assert Recording.objects.get().delete_after is None


def test_the_sound_of_a_failed_recording_goes_too(
    spoken: Call, keep: Any, staff: User, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Recording.objects.update(state="failed", file="", done_at=None)
    lanes = own_folders / "lanes" / spoken.public_id
    keep(30, 0)
    assert erasure_work.delete_expired_lanes(in_days(29)) == 0
    assert erasure.hold(spoken, staff, "a case")
    assert erasure_work.delete_expired_lanes(in_days(31)) == 0
    assert erasure.release(spoken, staff)
    with monkeypatch.context() as patched:
        patched.setattr(erasure_work, "_stored", lambda _: 1 / 0)
        assert erasure_work.delete_expired_lanes(in_days(31)) == 0
    assert lanes.exists()
    assert [erasure_work.delete_expired_lanes(in_days(31)) for _ in range(2)] == [1, 0]
    assert not lanes.exists()
    assert ErasureReceipt.objects.get().kind == "audio"
    assert state_of(spoken) == (True, True, False)


def test_a_legal_hold_wins(spoken: Call, keep: Any, staff: User) -> None:
    keep(30, 30)
    assert erasure.hold(spoken, staff, "a case")
    run(99_999)
    assert state_of(spoken) == (True, True, True)
    assert erasure.release(spoken, staff)
    run(31)
    assert state_of(spoken)[0] is False


def test_what_a_worker_is_at_waits(spoken: Call, alice: User, keep: Any) -> None:
    keep(0, 30)
    assert versions.ask(spoken, alice, "thorough") is not None
    assert erasure.erase_text(spoken, None, retention.RULE) is None
    run(31)
    assert state_of(spoken) == (True, True, True)
    Version.objects.update(state="done")
    run(31)
    assert state_of(spoken) == (True, False, True)
    assert Summary.objects.get().text == ""


def test_a_live_call_is_left_alone(alice: User, make_call: CallMaker, keep: Any) -> None:
    keep(1, 1)
    call = make_call(alice)
    run(99)
    assert Call.objects.filter(pk=call.pk).exists()


def test_it_is_done_in_small_batches(
    alice: User, own_folders: Path, keep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(0, 30)
    monkeypatch.setattr(retention, "CALLS_PER_RUN", 2)
    for _ in range(3):
        spoken_call(alice, own_folders)
    assert [retention.expire(in_days(31)) for _ in range(3)] == [2, 1, 0]
    tasks.expire()
    assert Call.objects.count() == 3


def test_a_hold_that_is_placed_while_it_runs_wins(
    alice: User, own_folders: Path, keep: Any, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(30, 0)
    first, second = (spoken_call(alice, own_folders) for _ in range(2))
    Recording.objects.update(state="failed", file="", done_at=None, delete_after=None)
    delete = erasure_work.delete_files

    def holding(call: Call) -> None:
        delete(call)
        erasure.hold(second, staff, "a case")

    monkeypatch.setattr(erasure_work, "delete_files", holding)
    assert erasure_work.delete_expired_lanes(in_days(31)) == 1
    lanes = own_folders / "lanes"
    assert [(lanes / call.public_id).exists() for call in (first, second)] == [False, True]
