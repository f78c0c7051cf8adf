"""Recordings in other formats: made once, served by range, and gone with the recording."""

import shutil
import signal
import subprocess
import threading
import wave
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from sessions_app import tasks
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.recording import transcoding
from sessions_app.models import AccessLog, AudioCopy, Call, ErasureCause, ErasureReceipt, Recording
from sessions_app.models.work import WorkState
from sessions_app.runtime import audio_copies as making
from sessions_app.services import audio_copies, erasure, erasure_work, recordings, work
from sessions_app.services.queueing import COPY_AUDIO
from sessions_app.services.stopping import StoppedError
from tests.admin.conftest import at_desk, looking
from tests.api.conftest import Program, call, ended, viewer
from tests.conftest import Queued
from tests.static_files import static_files

__all__ = ["at_desk", "call", "ended", "looking", "static_files", "viewer"]

pytestmark = pytest.mark.django_db

LENGTH_MS = 2_000


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tone") / "call.ogg"
    source = f"sine=frequency=330:duration={LENGTH_MS / 1000}"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-ac", "2", "-c:a", "libopus"]
    subprocess.run([*command, str(path)], check=True, timeout=60)
    return path


@pytest.fixture
def recorded(ended: Call, tone: Path) -> Call:
    row = Recording.objects.get(call=ended)
    row.file.save("call.ogg", ContentFile(tone.read_bytes()), save=False)
    row.duration_ms, row.sha256, row.state = LENGTH_MS, "ab" * 32, WorkState.DONE
    row.done_at = timezone.now()
    row.save()
    return ended


def made(call: Call, user: User, form: str = "wav") -> AudioCopy:
    row = audio_copies.ask(call, user, form)
    tasks.copy_audio(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.DONE, "")
    return row


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "recordings").rglob("*") if path.is_file())


def test_it_is_asked_for_made_once_and_linked(
    recorded: Call,
    alice: User,
    client: Client,
    queued: Queued,
    django_capture_on_commit_callbacks: Any,
) -> None:
    client.force_login(alice)
    page, address = f"/calls/{recorded.public_id}/", f"/calls/{recorded.public_id}/audio.wav"
    assert 'id="make-wav"' in client.get(page).content.decode()
    assert client.get(address).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address).url == page  # type: ignore[attr-defined]
        client.post(address)
    row = AudioCopy.objects.get()
    assert queued() == [(COPY_AUDIO, row.pk)]
    shown = client.get(page).content.decode()
    assert 'id="making-wav"' in shown
    assert '<details class="menu" open>' in shown
    tasks.copy_audio(row.pk)
    tasks.copy_audio(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.asked_by) == (WorkState.DONE, 1, alice)
    assert 'id="download-wav"' in client.get(page).content.decode()


def test_it_is_downloaded_whole_and_by_range(
    recorded: Call, alice: User, client: Client, own_folders: Path
) -> None:
    row, address = made(recorded, alice), f"/calls/{recorded.public_id}/audio.wav"
    client.force_login(alice)
    assert files(own_folders) == ["call.ogg", "call.wav"]
    whole = client.get(address)
    assert (whole["Content-Type"], whole["Accept-Ranges"]) == ("audio/wav", "bytes")
    assert f'filename="call-{recorded.public_id}.wav"' in whole["Content-Disposition"]
    content = b"".join(whole.streaming_content)  # type: ignore[attr-defined]
    assert len(content) == row.size
    kept = own_folders / "whole.wav"
    kept.write_bytes(content)
    with wave.open(str(kept)) as read:
        assert read.getnframes() == LENGTH_MS * 16
    piece = client.get(address, headers={"Range": "bytes=4-7", "If-Range": whole["ETag"]})
    assert (piece.status_code, b"".join(piece.streaming_content)) == (206, content[4:8])  # type: ignore[attr-defined]
    assert client.get(address, headers={"If-None-Match": whole["ETag"]}).status_code == 304
    assert AccessLog.objects.get(action="exported").detail == "recording as wav on the page"


def test_over_rest(recorded: Call, alice: User) -> None:
    program, at = Program(alice), f"/api/v1/calls/{recorded.public_id}"
    assert "POST its format" in program.get(f"{at}/audio.mp3").json()["message"]
    assert "no 'flac'" in program.get(f"{at}/audio.flac").json()["message"]
    assert program.send("POST", f"{at}/audio", {"format": "flac"}).status_code == 400
    asked = program.send("POST", f"{at}/audio", {"format": "mp3"})
    assert (asked.status_code, asked.json()["state"]) == (202, "pending")
    assert "is pending" in program.get(f"{at}/audio.mp3").json()["message"]
    assert program.get(f"{at}/").json()["audio"] == [{"format": "mp3", "state": "pending"}]
    tasks.copy_audio(AudioCopy.objects.get().pk)
    (told,) = program.get(f"{at}/audio").json()
    assert (told["state"], told["url"]) == ("done", f"http://testserver{at}/audio.mp3")
    answer = program.get(told["url"].removeprefix("http://testserver"))
    assert (answer["Content-Type"], int(answer["Content-Length"])) == ("audio/mpeg", told["size"])
    assert AccessLog.objects.get(action="exported").detail == "recording as mp3 over REST"


def test_staff_make_it_in_the_admin(recorded: Call, looking: Client, viewer: User) -> None:
    page = f"/admin/sessions_app/call/{recorded.pk}/change/"
    at = f"/admin/sessions_app/call/{recorded.pk}/audio"
    assert f'formaction="{at}/m4a/"' in looking.get(page).content.decode()
    assert looking.post(f"{at}/flac/").status_code == 404
    assert looking.get(f"{at}/m4a/").status_code == 405
    assert looking.post(f"{at}/m4a/").url == page  # type: ignore[attr-defined]
    assert "is being made" in looking.get(page).content.decode()
    tasks.copy_audio(AudioCopy.objects.get(asked_by=viewer).pk)
    address = f"/calls/{recorded.public_id}/audio.m4a?on=admin"
    assert address in looking.get(page).content.decode()
    assert looking.get(address).status_code == 200
    log = AccessLog.objects.get(action="exported", user=viewer)
    assert log.detail == "recording as m4a in the admin"


def test_without_a_recording_there_is_nothing_to_copy(ended: Call, alice: User) -> None:
    with pytest.raises(audio_copies.NoRecordingError):
        audio_copies.ask(ended, alice, "mp3")
    at = f"/api/v1/calls/{ended.public_id}/audio"
    refused = Program(alice).send("POST", at, {"format": "mp3"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def test_one_that_failed_is_told_and_asked_for_again(
    recorded: Call, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> int:
        raise MediaError("It cannot be read.")

    row = audio_copies.ask(recorded, alice, "wav")
    with monkeypatch.context() as patched:
        patched.setattr(making, "transcode", broken)
        for _ in range(3):
            making.make(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.FAILED, "It cannot be read.")
    made(recorded, alice)


def test_a_recording_that_is_cut_short_is_none(recorded: Call, alice: User) -> None:
    Recording.objects.update(duration_ms=LENGTH_MS + 5_000)
    row = audio_copies.ask(recorded, alice, "wav")
    making.make(row.pk)
    row.refresh_from_db()
    assert "not as long" in row.error


def test_work_that_was_lost_is_queued_again(
    recorded: Call, alice: User, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    row = audio_copies.ask(recorded, alice, "wav")
    assert work.claim(AudioCopy, row.pk) is not None
    AudioCopy.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.requeue_due_work()
    assert (COPY_AUDIO, row.pk) in queued()


def test_it_goes_when_the_recordings_time_is_over(
    recorded: Call, alice: User, own_folders: Path
) -> None:
    made(recorded, alice)
    Recording.objects.update(delete_after=timezone.now() - timedelta(days=1))
    assert recordings.delete_expired(timezone.now()) == 1
    assert files(own_folders) == []
    assert not AudioCopy.objects.exists()


def test_a_legal_hold_keeps_it(recorded: Call, alice: User, staff: User, own_folders: Path) -> None:
    made(recorded, alice)
    assert erasure.hold(recorded, staff, "a case")
    Recording.objects.update(delete_after=timezone.now() - timedelta(days=1))
    assert recordings.delete_expired(timezone.now()) == 0
    assert files(own_folders) == ["call.ogg", "call.wav"]


def test_it_is_erased_with_its_call_even_where_nobody_noted_the_file(
    recorded: Call, alice: User, own_folders: Path
) -> None:
    row = made(recorded, alice)
    AudioCopy.objects.filter(pk=row.pk).update(file_name="", state=WorkState.PENDING)
    receipt = erasure.erase_call(recorded, alice, ErasureCause.OWNER)
    assert erasure_work.carry_out(receipt.pk)
    assert files(own_folders) == []
    assert ErasureReceipt.objects.get().counts["audiocopy"] == 1


def test_one_that_comes_too_late_does_not_stay(
    recorded: Call, alice: User, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = audio_copies.ask(recorded, alice, "wav")

    def slow(*given: Any) -> int:
        length_ms = transcoding.transcode(*given)
        recording = Recording.objects.get(call=recorded)
        audio_copies.forget(recording)
        return length_ms

    monkeypatch.setattr(making, "transcode", slow)
    monkeypatch.setattr(making, "transcode_at_low_priority", slow)
    making.make(row.pk)
    assert files(own_folders) == ["call.ogg"]
    assert not AudioCopy.objects.exists()


def test_nothing_is_made_of_a_call_that_is_being_erased(recorded: Call, alice: User) -> None:
    row = audio_copies.ask(recorded, alice, "wav")
    erasure.erase_call(recorded, alice, ErasureCause.OWNER)
    assert work.claim(AudioCopy, row.pk) is None


def test_a_file_that_is_lost_is_not_found(
    recorded: Call, alice: User, client: Client, own_folders: Path
) -> None:
    made(recorded, alice)
    shutil.rmtree(own_folders / "recordings")
    client.force_login(alice)
    assert client.get(f"/calls/{recorded.public_id}/audio.wav").status_code == 404


def test_what_interrupts_the_worker_ends_the_thread(
    tone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended_by: list[str] = []
    ended = threading.Event()
    main = threading.main_thread().ident or 0

    def endless(_source: Path, _target: Path, _form: str, proceed: Any) -> int:
        signal.pthread_kill(main, signal.SIGUSR1)
        while True:
            try:
                proceed()
            except Exception as error:
                ended_by.append(type(error).__name__)
                ended.set()
                raise

    def stop(*_: Any) -> None:
        raise StoppedError

    before = signal.signal(signal.SIGUSR1, stop)
    monkeypatch.setattr(making, "transcode", endless)
    try:
        with pytest.raises(StoppedError):
            making.transcode_at_low_priority(tone, tmp_path / "call.wav", "wav")
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert ended.wait(10)
    assert ended_by == ["_GivenUpError"]
