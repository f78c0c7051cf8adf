"""Programs with tokens, and a call that has been spoken in."""

import json
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from sessions_app.engine.core.events import SegmentFinal, Speaker, Word
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import Call, Recording, Summary
from sessions_app.models.work import LeasedJob, WorkState
from sessions_app.services import access, calls, transcripts
from tests.conftest import CallMaker
from tests.static_files import static_files  # noqa: F401 - a fixture

Work = TypeVar("Work", bound=LeasedJob)
AUDIO = bytes(range(256)) * 8


class Program:
    """A client that signs each request with its owner's token, and nothing else."""

    def __init__(self, owner: User) -> None:
        _, self.secret = access.issue_token(owner, "test")
        self._client = Client(enforce_csrf_checks=True)
        self._signed = {"Authorization": f"Bearer {self.secret}"}

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self._client.get(path, query, headers=self._signed | headers)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        data = "" if body is None else body
        return self._client.generic(
            method,
            path,
            data if isinstance(data, str) else json.dumps(data),
            content_type="application/json",
            headers=self._signed,
        )


@pytest.fixture
def viewer(db: None) -> User:
    """Staff who may look at every call, and change nothing."""
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_call"))
    return user


def openapi() -> Any:
    """Returns the OpenAPI document as Python values."""
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


@pytest.fixture
def program(alice: User) -> Program:
    return Program(alice)


def say(call: Call, *texts: str) -> None:
    """Stores a segment a text, two seconds each, first the caller, then by turns."""
    speakers = (Speaker.CALLER, Speaker.AGENT)
    for seq, text in enumerate(texts, start=1):
        start = (seq - 1) * 2000.0
        words = tuple(Word(word, start, start + 100, None) for word in text.split())
        segment = SegmentFinal(
            seq, speakers[(seq - 1) % 2], text, start, start + 1500, words, 0.5, "en-US"
        )
        transcripts.append([(call.pk, segment)])


def end(call: Call, duration_ms: int = 61_000) -> None:
    for state in (CallState.CONNECTING, CallState.ACTIVE, CallState.ENDING, CallState.ENDED):
        calls.move(call.public_id, state, reason=EndReason.CALLER_HUNG_UP, duration_ms=duration_ms)
    call.refresh_from_db()


def finished(row: Work) -> Work:
    """Saves a row as its worker leaves it."""
    row.state, row.done_at, row.leased_until = WorkState.DONE, timezone.now(), None
    row.save()
    return row


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    """Alice's live call with three segments."""
    made = make_call(alice, consented=True)
    say(made, "hello there", "good morning", "please send the report")
    return made


@pytest.fixture
def ended(call: Call) -> Call:
    end(call)
    return call


@pytest.fixture
def recording(ended: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recording:
    """The ended call's recording, done, in a storage of this test."""
    storage = FileSystemStorage(tmp_path)
    monkeypatch.setattr(Recording._meta.get_field("file"), "storage", storage)
    row = Recording.objects.get(call=ended)
    row.file.save("call.ogg", ContentFile(AUDIO), save=False)
    row.duration_ms, row.size, row.sha256 = 61_000, len(AUDIO), "ab" * 32
    row.peaks = [[0, 50, 100], [0, 0, 0]]
    return finished(row)


@pytest.fixture
def summary(ended: Call) -> Summary:
    row = Summary.objects.get(call=ended)
    row.text = "They spoke about a report."
    row.key_points = [{"text": "The report.", "seq": 3}]
    row.action_items = [{"text": "Send the report.", "seq": 3}]
    row.speakers = [{"speaker": "caller", "spoken_ms": 3000, "words": 6}]
    row.engine = "extractive"
    return finished(row)
