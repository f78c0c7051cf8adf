from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.engine.core.events import SegmentFinal, Speaker
from sessions_app.models import (
    AccessLog,
    Call,
    Purpose,
    Recording,
    Segment,
    Version,
    VersionSegment,
)
from sessions_app.models.work import WorkState
from sessions_app.services import corrections, exports, search, transcripts, versions, work
from tests.api.conftest import call, ended, recording  # noqa: F401 - fixtures
from tests.conftest import CallMaker, Queued

pytestmark = pytest.mark.django_db


def row(seq: int | None, text: str, start_ms: int = 0) -> VersionSegment:
    words = [
        {"text": word, "start_ms": start_ms, "end_ms": start_ms + 100, "confidence": None}
        for word in text.split()
    ]
    return VersionSegment(
        seq=seq,
        added=seq is None,
        speaker="caller",
        text=text,
        start_ms=start_ms,
        end_ms=start_ms + 900,
        words=words,
    )


def made(call: Call, user: User, *rows: VersionSegment) -> Version:  # noqa: F811
    """Returns a version of the call that says these rows."""
    asked = versions.ask(call, user, "thorough")
    assert asked is not None
    taken = work.claim(Version, asked.pk)
    assert taken is not None
    assert versions.keep(taken, rows)
    return taken


def read(call: Call) -> list[str]:  # noqa: F811
    return [one.text for one in exports.rows(call)]


def test_a_version_is_queued_and_logged(
    recording: Recording,  # noqa: F811
    staff: User,
    queued: Queued,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        version = versions.ask(recording.call, staff, "thorough")
    assert version is not None
    assert (version.number, version.state, version.purpose) == (2, "pending", "review")
    assert queued() == [("sessions_app.tasks.retranscribe_call", version.pk)]
    entry = AccessLog.objects.get(action=AccessLog.Action.RETRANSCRIBED)
    assert (entry.user, entry.detail) == (staff, "version 2")
    again = versions.ask(recording.call, staff, "google")
    assert again is not None
    assert again.number == 3


def test_without_a_recording_nothing_is_queued(ended: Call, staff: User) -> None:  # noqa: F811
    assert versions.ask(ended, staff, "thorough") is None
    assert not Version.objects.exists()


def test_nothing_is_overwritten_until_somebody_accepts(
    recording: Recording,  # noqa: F811
    staff: User,
) -> None:
    before = read(recording.call)
    made(recording.call, staff, row(1, "Hallo there."), row(3, "Please send the report."))
    assert read(recording.call) == before


def test_one_segment_is_accepted_and_taken_back(recording: Recording, staff: User) -> None:  # noqa: F811
    call = recording.call  # noqa: F811
    version = made(call, staff, row(1, "Hallo there."), row(3, "Please end the report.", 4000))
    first = version.segments.get(index=1)
    assert versions.accept(first, staff)
    assert not versions.accept(first, staff)
    assert read(call)[0] == "Hallo there."
    assert exports.rows(call)[0].words[0].text == "Hallo"
    segment = Segment.objects.get(call=call, seq=1)
    assert (segment.text, segment.edited_text) == ("hello there", "")
    first.refresh_from_db()
    assert first.accepted_by == staff
    assert versions.take_back(first, staff)
    assert not versions.take_back(first, staff)
    assert read(call)[0] == "hello there"
    noted = AccessLog.objects.filter(action=AccessLog.Action.REVISED).order_by("pk")
    assert [entry.detail for entry in noted] == [
        "segment 1 from version 2",
        "segment 1 not from version 2",
    ]


def test_accepting_all_leaves_alone_what_is_the_same(recording: Recording, staff: User) -> None:  # noqa: F811
    call = recording.call  # noqa: F811
    version = made(
        call, staff, row(1, "Hello there."), row(3, "Please end it."), row(None, "More.")
    )
    assert versions.accept_all(version, staff) == 2
    assert versions.accept_all(version, staff) == 0
    assert sorted(read(call)) == ["More.", "Please end it.", "good morning", "hello there"]
    added = Segment.objects.get(call=call, source="second_pass")
    assert (added.seq, added.text) == (versions.ADDED_FROM + 1, "More.")


def test_what_is_added_leaves_the_live_numbers_free(recording: Recording, staff: User) -> None:  # noqa: F811
    call = recording.call  # noqa: F811
    for text in ("More.", "And more."):
        version = made(call, staff, row(None, text, 9_000))
        versions.accept_all(version, staff)
    # of a process that was suspended, and taken for dead
    late = SegmentFinal(4, Speaker.CALLER, "Late.", 8_000.0, 8_500.0)
    transcripts.append([(call.pk, late)])
    assert read(call)[-3:] == ["Late.", "More.", "And more."]


def test_an_added_segment_goes_and_comes_back(recording: Recording, staff: User) -> None:  # noqa: F811
    call = recording.call  # noqa: F811
    version = made(call, staff, row(None, "More.", 9000))
    one = version.segments.get()
    versions.accept(one, staff)
    one.refresh_from_db()
    assert read(call)[-1] == "More."
    versions.take_back(one, staff)
    assert "More." not in read(call)
    versions.accept(one, staff)
    assert read(call)[-1] == "More."
    assert Segment.objects.filter(call=call).count() == 4


def test_a_correction_by_staff_goes_first(recording: Recording, staff: User) -> None:  # noqa: F811
    call = recording.call  # noqa: F811
    corrections.correct(Segment.objects.get(call=call, seq=1), staff, "Hello, Anna.")
    version = made(call, staff, row(1, "Hallo there."))
    versions.accept_all(version, staff)
    assert read(call)[0] == "Hello, Anna."
    corrections.correct(Segment.objects.get(call=call, seq=1), staff, "")
    assert read(call)[0] == "Hallo there."


def test_the_latest_acceptance_of_a_segment_stands(recording: Recording, staff: User) -> None:  # noqa: F811
    call = recording.call  # noqa: F811
    first = made(call, staff, row(1, "Hallo there."))
    second = made(call, staff, row(1, "Yellow there."))
    versions.accept_all(first, staff)
    versions.accept_all(second, staff)
    assert read(call)[0] == "Yellow there."
    assert first.segments.get().accepted_at is None
    assert second.segments.get().accepted_at is not None


def test_a_segment_without_words_is_read_no_more(recording: Recording, staff: User) -> None:  # noqa: F811
    call = recording.call  # noqa: F811
    version = made(call, staff, row(1, ""))
    versions.accept_all(version, staff)
    assert read(call) == ["good morning", "please send the report"]
    counted: Any = search.with_word_count(Call.objects.all()).get()
    assert counted.word_count == 6
    assert Segment.objects.get(call=call, seq=1).text == "hello there"


def test_accepted_words_are_found(recording: Recording, staff: User) -> None:  # noqa: F811
    version = made(recording.call, staff, row(1, "Xylophone there."))
    assert not search.calls_saying(Call.objects.all(), "xylophone")
    versions.accept_all(version, staff)
    assert search.calls_saying(Call.objects.all(), "xylophone").get() == recording.call


def test_lost_words_are_scheduled_once_and_wait_for_the_call(
    alice: User, make_call: CallMaker, settings: Any
) -> None:
    live = make_call(alice, consented=True)
    for _ in range(2):
        versions.schedule_lost_words(live.public_id)
    version = Version.objects.get()
    assert (version.purpose, version.recogniser, version.asked_by) == (
        Purpose.LOST,
        "thorough",
        None,
    )
    assert versions.startable([version.pk]) == []
    assert versions.pending_lost_words(live) == [version.pk]


def test_lost_words_of_an_unrecorded_call_stay_lost(alice: User, make_call: CallMaker) -> None:
    versions.schedule_lost_words(make_call(alice).public_id)
    versions.schedule_lost_words("nobody")
    assert not Version.objects.exists()


def test_lost_words_need_nobody_to_accept_them(recording: Recording) -> None:  # noqa: F811
    call = recording.call  # noqa: F811
    versions.schedule_lost_words(call.public_id)
    taken = work.claim(Version, Version.objects.get().pk)
    assert taken is not None
    assert versions.keep(taken, [row(None, "Lost words.", 30_000)])
    assert read(call)[-1] == "Lost words."
    kept = taken.segments.get()
    assert (kept.accepted_by, kept.accepted_at is None) == (None, False)


def test_a_worker_that_lost_its_lease_changes_nothing(
    recording: Recording,  # noqa: F811
    staff: User,
) -> None:
    asked = versions.ask(recording.call, staff, "thorough")
    assert asked is not None
    slow = work.claim(Version, asked.pk)
    assert slow is not None
    Version.objects.update(state=WorkState.PENDING)
    quick = work.claim(Version, asked.pk)
    assert quick is not None
    assert versions.keep(quick, [row(1, "Quick.")])
    assert not versions.keep(slow, [row(1, "Slow.")])
    assert asked.segments.get().text == "Quick."
