"""The audio over REST."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.api.recordings import RecordingFile, why_not_ready
from sessions_app.models import AccessLog, Call, Recording
from sessions_app.models.call import RECORDING_OFF
from tests.api.conftest import AUDIO, Program


def path(call: Call) -> str:
    return f"/api/v1/calls/{call.public_id}/recording"


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_whole_file(program: Program, recording: Recording) -> None:
    answer = program.get(path(recording.call))
    assert answer.status_code == 200
    assert answer["Accept-Ranges"] == "bytes"
    assert body(answer) == AUDIO


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-99", 0, 100), ("bytes=2000-", 2000, 2048), ("bytes=-10", 2038, 2048)],
)
def test_a_range(program: Program, recording: Recording, asked: str, start: int, stop: int) -> None:
    answer = program.get(path(recording.call), Range=asked)
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {start}-{stop - 1}/{len(AUDIO)}"
    assert body(answer) == AUDIO[start:stop]


def test_a_range_outside_the_file(program: Program, recording: Recording) -> None:
    answer = program.get(path(recording.call), Range="bytes=9999-")
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(AUDIO)}")


def test_a_program_exports(program: Program, recording: Recording, alice: User) -> None:
    for asked in ("bytes=0-9", "bytes=10-19"):
        body(program.get(path(recording.call), Range=asked))
    entry = AccessLog.objects.get(call=recording.call)
    assert (entry.action, entry.user) == (AccessLog.Action.EXPORTED, alice)
    assert entry.detail == "recording over REST"


def test_a_recording_that_is_not_ready_says_so(program: Program, call: Call) -> None:
    answer = program.get(path(call))
    assert answer.status_code == 404
    assert answer.json() == {
        "code": "not_found",
        "message": "The call is created: its recording is made when the call ends.",
    }
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    ("state", "part"),
    [("pending", "pending"), ("running", "in a few seconds"), ("failed", "disk full"),
     ("done", "no audio")],
)  # fmt: skip
def test_why_not_ready(state: str, part: str) -> None:
    call = Call(state="ended", consented_at=timezone.now())
    assert part in why_not_ready(call, Recording(state=state, error="disk full"))


def test_why_there_is_none() -> None:
    assert "did not agree" in why_not_ready(Call(state="ended"), None)
    off = Call(state="ended", persona={RECORDING_OFF: True})
    assert "switched off" in why_not_ready(off, None)
    agreed = Call(state="ended", consented_at=timezone.now())
    assert "no audio" in why_not_ready(agreed, None)
    assert why_not_ready(agreed, Recording(state="done", file="a.ogg")) == ""


def test_the_url_list_must_give_what_serves() -> None:
    assert RecordingFile.serve is None
