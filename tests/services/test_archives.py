"""Zip files of a user's data, and of chosen calls: what is in them, and when they go."""

import errno
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone
from storages.backends.s3 import S3Storage

from sessions_app import tasks
from sessions_app.models import AccessLog, Archive, ArchivedCall, Call, ErasureCause, Recording
from sessions_app.models.work import WorkState
from sessions_app.services import (
    access,
    archive_writing,
    archives,
    calls,
    erasure,
    erasure_work,
    recordings,
    work,
)
from sessions_app.services.queueing import MAKE_ARCHIVE
from tests.conftest import Queued
from tests.fixtures.left import left_in_files
from tests.fixtures.spoken_call import (
    ANSWERED,
    CORRECTED,
    NOTED,
    SAID,
    TITLE,
    VIEW,
    VIEW_ASKS,
    WORDS,
    saved_view,
    spoken_call,
)
from tests.views.test_recordings import bucket

__all__ = ["bucket"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def spoken(alice: User, own_folders: Path) -> Call:
    return spoken_call(alice, own_folders)


def made(row: Archive) -> Archive:
    tasks.make_archive(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.DONE, "")
    return row


def opened(row: Archive) -> zipfile.ZipFile:
    with archives.storage().open(row.file_name) as file:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
    assert archive.testzip() is None
    return archive


def files(folder: Path) -> list[Path]:
    zips = [*(folder / "recordings").rglob("*.zip"), *(folder / "lanes").rglob("*.part")]
    return [path for path in zips if path.is_file()]


def test_all_that_is_a_users_is_in_it(spoken: Call, alice: User, bob: User) -> None:
    access.issue_token(alice, "a program")
    saved_view(alice)
    access.log(spoken, bob, AccessLog.Action.LISTENED, "in the admin")
    row = made(archives.ask_own(alice, alice))
    archive = opened(row)
    folder = f"calls/{timezone.localtime(spoken.created_at):%Y-%m-%d}-{spoken.public_id}"
    assert archive.namelist() == [
        *(
            f"{folder}/{name}"
            for name in (
                *("call.json", "transcript.txt", "notes.txt", "summary.txt", "recording.ogg"),
            )
        ),
        *("calls.csv", "account.json", "who-looked.txt", "index.html", "style.css", "README.txt"),
    ]
    assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}

    def text(name: str) -> str:
        return archive.read(name).decode()

    transcript = text(f"{folder}/transcript.txt")
    assert all(word in transcript for word in (CORRECTED, ANSWERED, SAID[2]))
    assert text(f"{folder}/notes.txt") == f"- {NOTED}\n"
    assert b"morfelquint" in archive.read(f"{folder}/recording.ogg")
    data = json.loads(text(f"{folder}/call.json"))
    assert (data["title"], data["notes"][0]["text"], len(data["segments"])) == (TITLE, NOTED, 4)
    account = json.loads(text("account.json"))
    assert (account["username"], account["api_tokens"][0]["name"]) == ("alice", "a program")
    assert "password" not in account
    (view,) = account["saved_views"]
    assert (view["name"], view["query"], view["shared"]) == (VIEW, f"q={VIEW_ASKS}", False)
    looks = text("who-looked.txt")
    assert f"bob: Listened (in the admin), call {spoken.public_id}" in looks
    assert "alice" not in looks
    page = text("index.html")
    assert TITLE in page
    assert f'href="{folder}/recording.ogg"' in page
    assert TITLE in text("calls.csv")
    assert "open index.html" in text("README.txt")
    assert (row.calls, row.size) == (1, archives.storage().size(row.file_name))


def test_what_is_others_is_not_in_it(
    spoken: Call, alice: User, bob: User, own_folders: Path
) -> None:
    other = spoken_call(bob, own_folders)
    saved_view(bob)
    archive = opened(made(archives.ask_own(alice, alice)))
    assert not [name for name in archive.namelist() if other.public_id in name]
    told = b"".join(archive.read(name) for name in archive.namelist())
    assert other.public_id.encode() not in told
    assert VIEW.encode() not in told


def test_what_was_written_is_no_markup_in_the_page(spoken: Call, alice: User) -> None:
    calls.rename(spoken, alice, "<script>alert(1)</script>")
    page = opened(made(archives.ask_own(alice, alice))).read("index.html").decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_one_at_a_time_and_a_new_one_takes_the_place_of_the_last(
    spoken: Call,
    alice: User,
    own_folders: Path,
    queued: Queued,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = archives.ask_own(alice, alice)
        assert archives.ask_own(alice, alice) == first
    assert queued() == [(MAKE_ARCHIVE, first.pk)]
    made(first)
    with django_capture_on_commit_callbacks(execute=True):
        second = made(archives.ask_own(alice, alice))
    first.refresh_from_db()
    assert (first.gone_because, first.file_name) == ("removed", "")
    assert [path.name for path in files(own_folders)] == [f"{second.public_id}-1.zip"]
    archives.ask_calls(Call.objects.all(), alice)
    with pytest.raises(archives.OneAtATimeError):
        archives.ask_calls(Call.objects.all(), alice)


def test_each_call_is_noted_as_exported_once(spoken: Call, alice: User, staff: User) -> None:
    row = made(archives.ask_calls(Call.objects.all(), staff))
    tasks.make_archive(row.pk)
    log = AccessLog.objects.filter(action="exported", user=staff)
    assert [(entry.call, entry.detail) for entry in log] == [(spoken, f"zip {row.public_id}")]
    names = opened(row).namelist()
    assert "account.json" not in names
    assert "calls.csv" in names


def test_other_work_goes_first_and_what_is_written_stays(
    alice: User,
    own_folders: Path,
    monkeypatch: pytest.MonkeyPatch,
    queued: Queued,
    django_capture_on_commit_callbacks: Any,
) -> None:
    made_calls = [spoken_call(alice, own_folders) for _ in range(3)]
    monkeypatch.setattr(archive_writing, "SLICE_S", 0.0)
    row = archives.ask_own(alice, alice)
    for reached in (1, 2):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.make_archive(row.pk)
        row.refresh_from_db()
        assert (row.state, row.reached, row.attempts) == (WorkState.PENDING, reached, 0)
        assert queued() == [(MAKE_ARCHIVE, row.pk)]
    archive = opened(made(row))
    recorded = [name for name in archive.namelist() if name.endswith("recording.ogg")]
    assert len(recorded) == 3
    assert all(any(call.public_id in name for name in recorded) for call in made_calls)
    assert len(set(archive.namelist())) == len(archive.namelist())


def test_a_part_that_is_not_as_it_was_left_is_begun_anew(
    alice: User, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        spoken_call(alice, own_folders)
    monkeypatch.setattr(archive_writing, "SLICE_S", 0.0)
    row = archives.ask_own(alice, alice)
    tasks.make_archive(row.pk)
    (part,) = files(own_folders)
    part.write_bytes(part.read_bytes()[:-10])
    tasks.make_archive(row.pk)
    row.refresh_from_db()
    assert row.reached == 1
    assert len(opened(made(row)).namelist()) == 16


def test_it_goes_when_a_call_in_it_is_erased(spoken: Call, alice: User, own_folders: Path) -> None:
    row = made(archives.ask_own(alice, alice))
    assert left_in_files([NOTED], own_folders / "recordings")
    receipt = erasure.erase_call(spoken, alice, ErasureCause.OWNER)
    row.refresh_from_db()
    assert (row.is_ready, row.gone_because) == (False, "erased")
    assert erasure_work.carry_out(receipt.pk)
    assert files(own_folders) == []
    assert left_in_files(WORDS, own_folders) == set()
    receipt.refresh_from_db()
    assert receipt.counts["archivedcall"] == 1


def test_one_that_is_being_made_does_not_finish_with_an_erased_call(
    spoken: Call, alice: User, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = archives.ask_own(alice, alice)
    lists = archive_writing._lists

    def late(*given: Any) -> None:
        receipt = erasure.erase_call(spoken, alice, ErasureCause.OWNER)
        assert erasure_work.carry_out(receipt.pk)
        lists(*given)

    monkeypatch.setattr(archive_writing, "_lists", late)
    tasks.make_archive(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.FAILED, archives.ERASED_MEANWHILE)
    assert files(own_folders) == []


def test_it_goes_with_sound_and_text_whose_time_is_over(
    spoken: Call, alice: User, own_folders: Path, django_capture_on_commit_callbacks: Any
) -> None:
    made(archives.ask_own(alice, alice))
    Recording.objects.update(delete_after=timezone.now() - timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert recordings.delete_expired(timezone.now()) == 1
    assert files(own_folders) == []
    made(archives.ask_own(alice, alice))
    with django_capture_on_commit_callbacks(execute=True):
        assert erasure.erase_text(spoken, None, ErasureCause.RULE)
    assert files(own_folders) == []


def test_it_goes_with_its_user_and_with_whose_it_all_is(
    spoken: Call, alice: User, staff: User, own_folders: Path
) -> None:
    made(archives.ask_own(alice, staff))
    assert erasure_work.carry_out(erasure.erase_user(alice, staff, ErasureCause.STAFF).pk)
    assert files(own_folders) == []
    assert not Archive.objects.exists()
    assert left_in_files(WORDS, own_folders) == set()


def test_it_is_kept_for_its_days(
    spoken: Call, alice: User, own_folders: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VOICE = {**settings.VOICE, "EXPORT_KEEP_DAYS": 3}
    row = made(archives.ask_own(alice, alice))
    assert row.expires_at is not None
    assert row.expires_at - timezone.now() > timedelta(days=2, hours=23)
    assert archives.expire(timezone.now()) == 0

    def refuse(_name: str) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(archives.storage(), "delete", refuse)
        assert archives.expire(timezone.now() + timedelta(days=4)) == 1
    row.refresh_from_db()
    assert (row.is_ready, row.gone_because) == (False, "expired")
    assert len(files(own_folders)) == 1
    assert archives.expire(timezone.now() + timedelta(days=4)) == 0
    assert files(own_folders) == []


def test_a_recording_that_is_lost_is_left_out(spoken: Call, alice: User) -> None:
    row = Recording.objects.get(call=spoken)
    row.file.storage.delete(str(row.file.name))
    archive = opened(made(archives.ask_own(alice, alice)))
    assert not [name for name in archive.namelist() if name.endswith(".ogg")]
    assert "Listen" not in archive.read("index.html").decode()


def test_a_disk_without_room_is_told(
    spoken: Call, alice: User, settings: Any, own_folders: Path
) -> None:
    settings.VOICE = {**settings.VOICE, "MIN_FREE_MB": 1e12}
    row = archives.ask_own(alice, alice)
    tasks.make_archive(row.pk)
    row.refresh_from_db()
    assert "MB free" in row.error
    assert files(own_folders) == []


def test_what_is_half_written_does_not_stay_on_a_full_disk(
    spoken: Call, alice: User, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        assert len(files(own_folders)) == 1
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(archive_writing, "_lists", full)
    row = archives.ask_own(alice, alice)
    tasks.make_archive(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (WorkState.PENDING, 1)
    assert files(own_folders) == []


def test_a_user_without_calls_gets_their_account(bob: User, own_folders: Path) -> None:
    archive = opened(made(archives.ask_own(bob, bob)))
    assert "It holds 0 calls" in archive.read("index.html").decode()


def test_who_may(alice: User, bob: User, staff: User) -> None:
    assert archives.may_export_user(alice, alice)
    assert not archives.may_export_user(alice, bob)
    assert archives.may_export_user(staff, bob)
    assert [archives.may_export_calls(user) for user in (alice, staff)] == [False, True]
    own = archives.ask_own(alice, staff)
    assert [archives.may_download(own, user) for user in (alice, staff)] == [False, True]
    staff.user_permissions.clear()
    gone = User.objects.get(pk=staff.pk)
    assert not archives.may_download(own, gone)


def test_work_that_was_lost_is_queued_again(
    alice: User, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    row = archives.ask_own(alice, alice)
    assert work.claim(Archive, row.pk) is not None
    Archive.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.requeue_due_work()
    assert (MAKE_ARCHIVE, row.pk) in queued()
    assert not ArchivedCall.objects.exists()


def test_from_and_to_an_object_storage(
    spoken: Call,
    alice: User,
    bucket: S3Storage,
    monkeypatch: pytest.MonkeyPatch,
    rf: Any,
) -> None:
    row = Recording.objects.get(call=spoken)
    name = bucket.save("call.ogg", ContentFile(b"OggS far away"))
    monkeypatch.setattr(Recording._meta.get_field("file"), "storage", bucket)
    Recording.objects.filter(pk=row.pk).update(file=name)
    made_row = made(archives.ask_own(alice, alice))
    archive = opened(made_row)
    (sound,) = [entry for entry in archive.namelist() if entry.endswith(".ogg")]
    assert archive.read(sound) == b"OggS far away"
    answer: Any = archives.response(rf.get("/", headers={"Range": "bytes=0-3"}), made_row)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"PK\x03\x04")
    archives.delete_files(Archive.objects.all())
    assert not bucket.exists(made_row.file_name)


def test_who_typed_a_line_is_in_the_zip_for_staff_alone(
    spoken: Call, alice: User, staff: User
) -> None:
    spoken.segments.filter(speaker="agent").update(said_by=staff)

    def texts(row: Archive) -> str:
        archive = opened(made(row))
        names = [
            name for name in archive.namelist() if name.endswith(("call.json", "transcript.txt"))
        ]
        assert len(names) == 2
        return "".join(archive.read(name).decode() for name in names)

    assert "typed by staff" not in texts(archives.ask_own(alice, alice))
    chosen = texts(archives.ask_calls(Call.objects.filter(pk=spoken.pk), staff))
    assert "Agent (typed by staff): " in chosen
    assert '"typed_by": "staff"' in chosen
