import asyncio
import hashlib
import logging
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from sessions_app.engine.core.events import SegmentFinal, Speaker
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.recording.lanes import LaneRecorder, lane_length_ms
from sessions_app.models import Call, Recording, Summary
from sessions_app.models.work import WorkState
from sessions_app.runtime import finalising
from sessions_app.runtime.settings import voice_config
from sessions_app.services import calls, transcripts, work
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db

Lanes = Callable[..., Path]


class FileSink:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path

    def write(self, data: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(data)

    async def aclose(self) -> None:
        return


async def write_lane(path: Path, seconds: float) -> None:
    recorder = LaneRecorder(FileSink(path))
    times = np.arange(round(16_000 * seconds)) / 16_000
    samples = np.round(9000 * np.sin(2 * np.pi * 300 * times)).astype(np.int16)
    for at in range(0, len(samples), 320):
        recorder.add(AudioFrame(samples[at : at + 320], 16_000, at / 16))
    await recorder.aclose()


@pytest.fixture
def folder(own_folders: Path) -> Callable[[Call], Path]:
    return lambda call: own_folders / "lanes" / call.public_id


@pytest.fixture
def stored(own_folders: Path) -> Callable[[], list[Path]]:
    """Returns what lists the files in the storage of recordings."""
    return lambda: sorted(p for p in (own_folders / "recordings").rglob("*") if p.is_file())


@pytest.fixture
def lane() -> Callable[[Path, float], None]:
    """Returns what writes a lane with a tone, with the recorder of live calls."""
    return lambda path, seconds: asyncio.run(write_lane(path, seconds))


@pytest.fixture
def crashed(alice: User, make_call: CallMaker, folder: Any, lane: Any) -> Call:
    """An ended call of one second whose process died before it told the length."""
    call = make_call(alice, consented=True)
    lane(folder(call) / "caller.ogg", 1.0)
    lane(folder(call) / "agent.ogg", 0.5)
    say(call, 1, 100, 900)
    return end(call, None)


def say(call: Call, seq: int, start_ms: int, end_ms: int) -> None:
    said = SegmentFinal(seq, Speaker.CALLER, f"words number {seq}", start_ms, end_ms)
    transcripts.append([(call.pk, said)])


def end(call: Call, duration_ms: int | None, *, answered: bool = True) -> Call:
    states = [CallState.CONNECTING, CallState.ACTIVE] if answered else []
    for state in (*states, CallState.ENDING, CallState.ENDED):
        reason = EndReason.CALLER_HUNG_UP
        assert calls.move(call.public_id, state, reason=reason, duration_ms=duration_ms)
    return Call.objects.get(pk=call.pk)


def check_of(row: Recording, name: str) -> Any:
    return next(check for check in row.checks if check["name"] == name)


def test_the_lanes_become_one_recording_and_go(
    alice: User, make_call: CallMaker, folder: Any, stored: Any, lane: Any
) -> None:
    call = make_call(alice, consented=True)
    lane(folder(call) / "caller.ogg", 2.0)
    lane(folder(call) / "agent.ogg", 1.0)
    say(call, 1, 100, 900)
    call = end(call, 2500)
    finalising.record(call)
    row = Recording.objects.get()
    assert (row.state, row.error, row.duration_ms) == (WorkState.DONE, "", 2500)
    (file,) = stored()
    assert file.name == "call.ogg"
    assert call.public_id in str(row.file.name)
    content = file.read_bytes()
    assert (row.size, row.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert lane_length_ms(file) == 2500
    assert [max(side) > 0 for side in row.peaks] == [True, True]
    assert all(check["ok"] for check in row.checks)
    assert {check["name"] for check in row.checks} == {"length", "lanes", "sound"}
    assert not folder(call).exists()


def test_words_over_silence_are_noticed(
    alice: User, make_call: CallMaker, folder: Any, lane: Any
) -> None:
    call = make_call(alice, consented=True)
    lane(folder(call) / "caller.ogg", 1.0)
    say(call, 1, 4000, 4900)
    finalising.record(end(call, 5000))
    row = Recording.objects.get()
    assert row.state == WorkState.DONE
    assert not check_of(row, "sound")["ok"]


def test_a_call_that_was_never_answered_has_no_file(
    alice: User, make_call: CallMaker, stored: Any
) -> None:
    call = end(make_call(alice, consented=True), 0, answered=False)
    finalising.record(call)
    row = Recording.objects.get()
    assert (row.state, row.duration_ms, row.file.name) == (WorkState.DONE, 0, "")
    assert check_of(row, "audio")["ok"]
    assert "before it was connected" in check_of(row, "audio")["detail"]
    assert stored() == []


@pytest.mark.parametrize("content", [None, b"", b"OggS\x00\x02"])
def test_an_answered_call_without_audio_says_so(
    alice: User, make_call: CallMaker, folder: Any, content: bytes | None
) -> None:
    call = make_call(alice, consented=True)
    if content is not None:
        folder(call).mkdir(parents=True)
        (folder(call) / "caller.ogg").write_bytes(content)
    call = end(call, 1500)
    finalising.record(call)
    row = Recording.objects.get()
    assert row.state == WorkState.DONE
    assert check_of(row, "audio") == {"name": "audio", "ok": False, "detail": "No sound was sent."}
    assert not folder(call).exists()


def test_a_call_that_was_only_typed_has_no_sound_and_no_fault(
    alice: User, make_call: CallMaker
) -> None:
    call = make_call(alice, consented=True)
    say(call, 1, 400, 400)
    finalising.record(end(call, 9000))
    row = Recording.objects.get()
    assert row.state == WorkState.DONE
    assert check_of(row, "audio") == {"name": "audio", "ok": True, "detail": "No sound was sent."}


def spoil(path: Path) -> None:
    """Leaves of a file its length alone, as a disk that failed does."""
    path.write_bytes(bytes(path.stat().st_size))


def test_a_side_that_cannot_be_read_is_told(crashed: Call, folder: Any) -> None:
    spoil(folder(crashed) / "caller.ogg")
    finalising.record(crashed)
    row = Recording.objects.get()
    assert row.state == WorkState.DONE
    assert not check_of(row, "lanes")["ok"]
    assert "caller: cannot be read" in check_of(row, "lanes")["detail"]
    assert not any(row.peaks[0])
    assert any(row.peaks[1])


def test_a_side_in_which_nothing_was_said_is_no_fault(crashed: Call, folder: Any) -> None:
    (folder(crashed) / "agent.ogg").write_bytes(b"")
    finalising.record(crashed)
    assert check_of(Recording.objects.get(), "lanes")["ok"]


def test_a_recording_of_which_nothing_can_be_read_has_failed(crashed: Call, folder: Any) -> None:
    for name in ("caller", "agent"):
        spoil(folder(crashed) / f"{name}.ogg")
    for _ in range(work.MAX_ATTEMPTS):
        finalising.record(crashed)
    row = Recording.objects.get()
    assert row.state == WorkState.FAILED
    assert "none of it can be read" in row.error
    assert folder(crashed).exists(), "somebody may still mend the files"


def test_words_without_lanes_are_a_fault_that_says_how_to_mend_it(
    alice: User, make_call: CallMaker
) -> None:
    call = make_call(alice, consented=True)
    say(call, 1, 100, 900)
    call = end(call, 1500)
    for _ in range(work.MAX_ATTEMPTS):
        finalising.record(call)
    row = Recording.objects.get()
    assert row.state == WorkState.FAILED
    assert "VOICE_LANES_DIR" in row.error


def test_a_call_without_consent_has_no_recording(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    say(call, 1, 100, 900)
    finalising.record(end(call, 1500))
    assert not Recording.objects.exists()
    assert Call.objects.get().duration_ms == 1500


def test_a_crashed_call_is_as_long_as_its_lanes(
    alice: User, make_call: CallMaker, folder: Any, lane: Any
) -> None:
    call = make_call(alice, consented=True)
    lane(folder(call) / "caller.ogg", 3.0)
    say(call, 1, 100, 900)
    finalising.record(end(call, None))
    row = Recording.objects.get()
    assert row.duration_ms == pytest.approx(3000, abs=20)
    assert Call.objects.get().duration_ms == row.duration_ms


def test_a_crashed_call_reaches_to_its_last_word(
    alice: User, make_call: CallMaker, folder: Any, lane: Any
) -> None:
    call = make_call(alice, consented=True)
    lane(folder(call) / "caller.ogg", 3.0)
    say(call, 1, 100, 900)
    say(call, 2, 2500, 3700)
    finalising.record(end(call, None))
    assert Recording.objects.get().duration_ms == Call.objects.get().duration_ms == 3700


def test_a_lane_cut_in_mid_write_is_kept_up_to_there(
    alice: User, make_call: CallMaker, folder: Any, lane: Any
) -> None:
    call = make_call(alice, consented=True)
    path = folder(call) / "caller.ogg"
    lane(path, 3.0)
    path.write_bytes(path.read_bytes()[:-100])
    finalising.record(end(call, None))
    row = Recording.objects.get()
    assert row.state == WorkState.DONE
    assert 1900 <= (row.duration_ms or 0) <= 3000


@pytest.mark.parametrize("said", [True, False])
def test_a_crashed_call_without_consent_is_as_long_as_its_words(
    alice: User, make_call: CallMaker, said: bool
) -> None:
    call = make_call(alice)
    if said:
        say(call, 1, 100, 900)
    finalising.record(end(call, None))
    assert Call.objects.get().duration_ms == (900 if said else 0)


def test_the_length_waits_for_lanes_that_can_still_tell_it(
    alice: User, make_call: CallMaker, folder: Any, lane: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = make_call(alice, consented=True)
    lane(folder(call) / "caller.ogg", 2.0)
    say(call, 1, 100, 900)
    call = end(call, None)
    with monkeypatch.context() as patch:
        patch.setattr(finalising, "merge_lanes", failing(OSError("disk full")))
        finalising.record(call)
    row = Recording.objects.get()
    assert (row.state, row.error) == (WorkState.PENDING, "OSError: disk full")
    assert Call.objects.get().duration_ms is None
    finalising.record(Call.objects.get())
    assert Call.objects.get().duration_ms == pytest.approx(2000, abs=20)


def failing(error: BaseException) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


class Killed(BaseException):
    """Stands for a process that ends here: nothing catches it."""


def before(_function: Callable[..., Any]) -> Callable[..., Any]:
    return failing(Killed())


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        function(*args, **kwargs)
        raise Killed

    return run


def half_way(_function: Callable[..., Any]) -> Callable[..., Any]:
    def run(folder: Path, **_: Any) -> None:
        next(folder.iterdir()).unlink()
        raise Killed

    return run


@pytest.mark.parametrize(
    ("where", "name", "when"),
    [
        (finalising, "merge_lanes", before),
        (finalising, "merge_lanes", after),
        (FileSystemStorage, "delete", after),
        (FileSystemStorage, "save", after),
        (work, "complete", before),
        (work, "complete", after),
        (shutil, "rmtree", half_way),
    ],
)
def test_killed_anywhere_and_run_again(
    crashed: Call, stored: Any, where: Any, name: str, when: Any
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, when(getattr(where, name)))
        with pytest.raises(Killed):
            finalising.record(crashed)
    Recording.objects.filter(state=WorkState.RUNNING).update(
        leased_until=timezone.now() - timedelta(seconds=1)
    )
    for _ in range(2):
        finalising.record(Call.objects.get())
    row = Recording.objects.get()
    assert row.state == WorkState.DONE
    assert [str(path) for path in stored()] == [row.file.storage.path(str(row.file.name))]
    assert hashlib.sha256(stored()[0].read_bytes()).hexdigest() == row.sha256
    assert Call.objects.get().duration_ms == row.duration_ms == pytest.approx(1000, abs=20)
    assert not (voice_config().lanes_dir / crashed.public_id).exists()


def test_a_summary_is_made_with_the_summariser_of_the_settings(
    alice: User, make_call: CallMaker
) -> None:
    call = make_call(alice)
    say(call, 1, 100, 900)
    finalising.summarise(end(call, 1500))
    row = Summary.objects.get()
    assert (row.state, row.engine) == (WorkState.DONE, "extractive")
    assert row.text == "Only 3 words were said, too few to summarise."


def test_a_summary_that_fails_shows_its_reason(
    alice: User, make_call: CallMaker, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.VOICE = {
        **settings.VOICE,
        "SUMMARISERS": {"default": {"BACKEND": "nowhere.Summariser", "OPTIONS": {}}},
    }
    call = make_call(alice)
    say(call, 1, 100, 900)
    call = end(call, 1500)
    with caplog.at_level(logging.DEBUG):
        for _ in range(work.MAX_ATTEMPTS):
            finalising.summarise(call)
    row = Summary.objects.get()
    assert row.state == WorkState.FAILED
    assert "VOICE['SUMMARISERS']['default']" in row.error
    assert "words number" not in caplog.text
