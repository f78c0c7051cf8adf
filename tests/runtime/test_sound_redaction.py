"""The sound of what is hidden goes out of the recording: once, whole, and whatever dies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app import tasks
from sessions_app.engine.core.agent_config import AgentConfig, RedactionSettings
from sessions_app.engine.recording.merging import MergedRecording
from sessions_app.models import AccessLog, AudioCopy, Call, Recording, Redaction, SoundRedaction
from sessions_app.models.work import WorkState
from sessions_app.runtime import finalising, sound_redaction
from sessions_app.services import (
    audio_copies,
    erasure_work,
    recordings,
    redacting,
    redactions,
    work,
)
from sessions_app.services.queueing import REDACT_SOUND
from tests.conftest import Queued
from tests.fixtures.spoken_call import exported
from tests.runtime.test_finalising import (  # noqa: F401 - fixtures
    crashed,
    folder,
    lane,
    stored,
)
from tests.static_files import static_files  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


class KilledError(BaseException):
    """Stands for the end of a process."""


@pytest.fixture
def call(crashed: Call) -> Call:  # noqa: F811
    """A call of a second, with a recording of a tone."""
    finalising.record(crashed)
    crashed.refresh_from_db()
    return crashed


def hide(call: Call, start_ms: int = 300, end_ms: int = 600) -> None:
    redactions.schedule_sound(call)
    Redaction.objects.create(
        call=call, seq=1, kind="card", label="card number", start_ms=start_ms, end_ms=end_ms
    )


def job() -> SoundRedaction:
    return SoundRedaction.objects.get()


def test_the_file_takes_the_place_of_the_one_before(
    call: Call,
    stored: Callable[[], list[Path]],  # noqa: F811
) -> None:
    before = Recording.objects.get()
    hide(call)
    seen = Call.objects.get().updated_at
    tasks.redact_sound(call.pk)
    assert Call.objects.get().updated_at > seen, "REST tells of another file"
    after = Recording.objects.get()
    assert job().state == WorkState.DONE
    assert (job().masked, job().stale) == ([[300, 600]], [])
    assert after.file.name != before.file.name
    assert after.sha256 != before.sha256
    assert after.size == after.file.size
    assert len(stored()) == 1, "the old file is deleted"
    assert after.duration_ms == before.duration_ms
    assert max(after.peaks[0][4:5]) < max(before.peaks[0][4:5])


def test_copies_and_exports_of_the_old_file_go_with_it(call: Call, alice: User) -> None:
    copy = audio_copies.ask(call, alice, "wav")
    tasks.copy_audio(copy.pk)
    copy.refresh_from_db()
    assert copy.is_ready
    made = exported(call.owner)
    hide(call)
    tasks.redact_sound(call.pk)
    assert not any(one.is_ready for one in AudioCopy.objects.all())
    assert not audio_copies.storage().exists(copy.file_name)
    made.refresh_from_db()
    assert not made.is_ready


def test_it_is_done_once(call: Call) -> None:
    hide(call)
    tasks.redact_sound(call.pk)
    name = Recording.objects.get().file.name
    tasks.redact_sound(call.pk)
    with_no_change = work.retry(job())
    assert with_no_change
    tasks.redact_sound(call.pk)
    assert Recording.objects.get().file.name == name


@pytest.mark.parametrize("where", ["mask_recording", "after the swap", "before the swap"])
def test_killed_anywhere_it_is_done_again(
    call: Call,
    stored: Callable[[], list[Path]],  # noqa: F811
    where: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hide(call)
    with monkeypatch.context() as patch:
        name, dies = {
            "mask_recording": ("mask_recording", lambda *_: _die()),
            "before the swap": ("_written", _written_and_killed(sound_redaction._written)),
            "after the swap": ("_delete", _killed_at_second(sound_redaction._delete)),
        }[where]
        patch.setattr(sound_redaction, name, dies)
        with pytest.raises(KilledError):
            tasks.redact_sound(call.pk)
    SoundRedaction.objects.update(leased_until=timezone.now() - work.LEASE)
    tasks.redact_sound(call.pk)
    assert job().state == WorkState.DONE
    assert [path.name for path in stored()] == [Path(str(Recording.objects.get().file.name)).name]
    assert job().masked == [[300, 600]]


def _die() -> MergedRecording:
    raise KilledError


def _written_and_killed(written: Any) -> Any:
    def then_die(*given: Any) -> Any:
        written(*given)
        raise KilledError

    return then_die


def _killed_at_second(delete: Any) -> Any:
    calls: list[Any] = []

    def killed(*given: Any, **how: Any) -> None:
        calls.append(given)
        if len(calls) > 1:
            raise KilledError
        delete(*given, **how)

    return killed


def test_what_is_hidden_meanwhile_is_taken_out_as_well(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(call)
    written, more = sound_redaction._written, [(700, 800)]

    def slow(*given: Any) -> Any:
        if more:
            hide(call, *more.pop())
        return written(*given)

    monkeypatch.setattr(sound_redaction, "_written", slow)
    tasks.redact_sound(call.pk)
    assert job().masked == [[300, 600], [700, 800]]
    assert job().state == WorkState.DONE


def test_it_waits_for_the_recording_and_for_the_end_of_a_legal_hold(call: Call) -> None:
    hide(call)
    Recording.objects.update(state=WorkState.PENDING)
    tasks.redact_sound(call.pk)
    assert (job().state, job().error) == (WorkState.PENDING, sound_redaction.NOT_MADE)
    Recording.objects.update(state=WorkState.DONE)
    Call.objects.update(held_at=timezone.now())
    SoundRedaction.objects.update(leased_until=None)
    tasks.redact_sound(call.pk)
    assert job().error == sound_redaction.HELD


def test_a_recording_that_is_gone_needs_nothing(call: Call) -> None:
    hide(call)
    Recording.objects.update(file="")
    tasks.redact_sound(call.pk)
    assert job().state == WorkState.DONE


def test_a_hint_that_was_lost_is_given_again(
    call: Call, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    hide(call)
    queued()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.requeue_due_work()
    assert (REDACT_SOUND, call.pk) in queued()


def test_erasing_finds_what_a_killed_worker_left(
    call: Call,
    stored: Callable[[], list[Path]],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hide(call)
    monkeypatch.setattr(sound_redaction, "_written", _written_and_killed(sound_redaction._written))
    with pytest.raises(KilledError):
        tasks.redact_sound(call.pk)
    assert len(stored()) == 2
    erasure_work.delete_files(call)
    assert stored() == []


def test_a_recording_that_is_made_after_the_call_never_has_it(crashed: Call, staff: User) -> None:  # noqa: F811
    Redaction.objects.create(
        call=crashed, seq=1, kind="card", label="card number", start_ms=300, end_ms=600
    )
    finalising.record(crashed)
    row = Recording.objects.get()
    assert row.state == WorkState.DONE
    assert max(row.peaks[0][4:5]) < max(row.peaks[0][0:1])
    assert redacting.hide_by_hand(crashed, staff, 1, 0, 1) == 1


def test_the_original_is_kept_where_the_agent_says_so(
    static_files: None,  # noqa: F811
    call: Call,
    stored: Callable[[], list[Path]],  # noqa: F811
    staff: User,
    client: Client,
) -> None:
    whole = stored()[0].read_bytes()
    call.agent.redact_keep_original = True
    call.agent.save()
    hide(call)
    tasks.redact_sound(call.pk)
    original = next(path for path in stored() if path.name == "original.ogg")
    assert original.read_bytes() == whole
    hide(call, 700, 800)
    tasks.redact_sound(call.pk)
    assert original.read_bytes() == whole, "the first one counts"
    assert len(stored()) == 2
    client.force_login(staff)
    answer = client.get(f"/api/v1/calls/{call.public_id}/recording/original")
    assert b"".join(answer.streaming_content) == whole  # type: ignore[attr-defined]
    entry = AccessLog.objects.filter(user=staff).latest("pk")
    assert entry.detail == "original recording over REST"
    erasure_work.delete_files(call)
    assert stored() == []


def test_the_original_of_a_live_redaction_is_kept_too(
    crashed: Call,  # noqa: F811
    stored: Callable[[], list[Path]],  # noqa: F811
) -> None:
    hides = AgentConfig(redaction=RedactionSettings(("card",), keep_original=True))
    Call.objects.update(persona=hides.as_json())
    crashed.refresh_from_db()
    Redaction.objects.create(
        call=crashed, seq=1, kind="card", label="card number", start_ms=300, end_ms=600
    )
    finalising.record(crashed)
    assert sorted(path.name for path in stored()) == ["call.ogg", "original.ogg"]
    assert stored()[0].read_bytes() != stored()[1].read_bytes()
    assert (job().state, Path(job().original).name) == (WorkState.DONE, "original.ogg")


def test_the_original_goes_when_the_recording_does(
    call: Call,
    stored: Callable[[], list[Path]],  # noqa: F811
) -> None:
    call.agent.redact_keep_original = True
    call.agent.save()
    hide(call)
    tasks.redact_sound(call.pk)
    Recording.objects.update(delete_after=timezone.now() - work.LEASE)
    assert recordings.delete_expired(timezone.now()) == 1
    assert stored() == []
    assert job().original == ""
