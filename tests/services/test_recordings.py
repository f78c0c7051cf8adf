"""How long audio is kept, and that it goes with its rows."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import AccessLog, Call, Recording
from sessions_app.models.recording import recording_path
from sessions_app.models.work import WorkState
from sessions_app.services import calls, recordings, work
from sessions_app.tasks import delete_expired_audio
from tests.conftest import CallMaker, Queued


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    made = make_call(alice, consented=True)
    for state in (CallState.CONNECTING, CallState.ACTIVE, CallState.ENDING, CallState.ENDED):
        calls.move(made.public_id, state, reason=EndReason.CALLER_HUNG_UP, duration_ms=9000)
    return made


def kept(call: Call, tmp_path: Path) -> Recording:
    """Returns the call's recording, with a file."""
    source = tmp_path / "merged.ogg"
    source.write_bytes(b"OggS sound")
    with work.claimed(Recording, call.pk) as row:
        assert row is not None
        recordings.keep(row, source, {"size": 10, "sha256": "ab", "peaks": [[1], [1]]})
    return Recording.objects.get(call=call)


def there(row: Recording) -> bool:
    return bool(row.file.storage.exists(recording_path(row, recordings.FILE_NAME)))


def test_audio_is_kept_for_ever_unless_told_otherwise(call: Call, tmp_path: Path) -> None:
    row = kept(call, tmp_path)
    assert row.delete_after is None
    assert recordings.delete_expired(timezone.now() + timedelta(days=9999)) == 0
    assert there(row)


def test_audio_goes_when_its_time_is_over_and_the_rest_stays(
    call: Call, tmp_path: Path, settings: Any
) -> None:
    settings.VOICE = {**settings.VOICE, "RECORDINGS_KEEP_DAYS": 30}
    row = kept(call, tmp_path)
    assert row.delete_after is not None
    delete_expired_audio()
    assert there(row)
    assert recordings.delete_expired(timezone.now() + timedelta(days=31)) == 1
    assert not there(row)
    row.refresh_from_db()
    assert (row.state, row.size, row.peaks, bool(row.file)) == (WorkState.DONE, None, [], False)
    assert row.deleted_at == row.delete_after
    assert recordings.delete_expired(timezone.now() + timedelta(days=32)) == 0


def test_a_storage_that_is_away_keeps_nothing_else_from_going(
    call: Call, alice: User, make_call: CallMaker, tmp_path: Path, monkeypatch: Any
) -> None:
    other = make_call(alice, consented=True)
    rows = [kept(call, tmp_path), Recording.objects.create(call=other, file="gone.ogg")]
    now = timezone.now()
    Recording.objects.update(delete_after=now - timedelta(days=1))
    storage = rows[0].file.storage
    failing = str(rows[0].file.name)

    def delete(name: str, was: Any = storage.delete) -> None:
        if name == failing:
            raise ConnectionError("The storage is away.")
        was(name)

    with monkeypatch.context() as patched:
        patched.setattr(storage, "delete", delete)
        assert recordings.delete_expired(now) == 1
    assert there(rows[0])
    assert recordings.delete_expired(now + timedelta(hours=2)) == 1
    assert not there(rows[0])


def test_audio_and_lanes_go_with_their_user(
    call: Call, tmp_path: Path, own_folders: Path, django_capture_on_commit_callbacks: Any
) -> None:
    row = kept(call, tmp_path)
    storage, name = row.file.storage, str(row.file.name)
    assert storage.exists(name)
    lanes = own_folders / "lanes" / call.public_id
    lanes.mkdir(parents=True)
    (lanes / "caller.ogg").write_bytes(b"OggS")
    with django_capture_on_commit_callbacks(execute=True):
        User.objects.filter(pk=call.owner_id).delete()
    assert not storage.exists(name)
    assert not lanes.exists()


def test_a_failed_recording_is_made_again_and_no_other(
    call: Call, alice: User, tmp_path: Path, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    assert not recordings.ask_again(call, alice)
    Recording.objects.filter(call=call).update(state=WorkState.FAILED, error="No room.", attempts=3)
    with django_capture_on_commit_callbacks(execute=True):
        assert recordings.ask_again(call, alice)
    assert ("sessions_app.tasks.finalise_call", call.pk) in queued()
    row = Recording.objects.get(call=call)
    assert (row.state, row.attempts, row.error) == (WorkState.PENDING, 0, "")
    assert AccessLog.objects.filter(call=call, action="recorded", user=alice).exists()
    assert kept(call, tmp_path).state == WorkState.DONE
    assert not recordings.ask_again(call, alice)
