"""Recordings in object storage: a real S3 server on this machine."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client

from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import Recording
from sessions_app.services import access, calls, recordings, work
from sessions_app.services.backups import named_files, restoring
from sessions_app.services.backups.errors import NotEmptyError
from sessions_app.services.backups.manifest import RECORDINGS
from sessions_app.services.backups.named_files import NamedFile
from tests.conftest import CallMaker
from tests.fixtures.ports import free_port
from tests.fixtures.server import ROOT, wait_until
from tests.static_files import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.services

AUDIO = bytes(range(256)) * 2000
KEY, SECRET, BUCKET = "test-key", "test-secret", "calls"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Yields what RECORDINGS_URL is for an empty bucket."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", f"from moto.server import main; main(['-p', '{port}'])"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )
        wait_until(lambda: _made(client), 30, "the start of the S3 server")
        yield f"s3://{KEY}:{SECRET}@127.0.0.1:{port}/{BUCKET}?region=us-east-1&secure=0"
    finally:
        server.terminate()
        server.wait(10)


def _made(client: Any) -> bool:
    try:
        client.create_bucket(Bucket=BUCKET)
    except Exception:  # noqa: BLE001 - not up yet
        return False
    return True


@pytest.fixture
def storage(address: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The storage that the product's settings make of the address."""
    code = (
        "import json; from voicesite.settings import STORAGES; "
        "print(json.dumps(STORAGES['recordings']))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={"RECORDINGS_URL": address, "PATH": "/usr/bin:/bin", "SECRET_KEY": "x" * 60},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    settings.STORAGES = {**settings.STORAGES, "recordings": json.loads(told.stdout)}
    found = storages.create_storage(settings.STORAGES["recordings"])
    monkeypatch.setattr(Recording._meta.get_field("file"), "storage", found)
    return found


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.usefixtures("static_files")
def test_a_recording_is_stored_heard_in_parts_and_deleted(
    storage: Any,
    alice: User,
    make_call: CallMaker,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    call = make_call(alice, consented=True)
    for state in (CallState.CONNECTING, CallState.ACTIVE, CallState.ENDING, CallState.ENDED):
        calls.move(call.public_id, state, reason=EndReason.CALLER_HUNG_UP, duration_ms=9000)
    source = tmp_path / "merged.ogg"
    source.write_bytes(AUDIO)
    with work.claimed(Recording, call.pk) as row:
        assert row is not None
        recordings.keep(row, source, {"size": len(AUDIO), "sha256": "ab" * 32})
    name = Recording.objects.get(call=call).file.name
    assert storage.exists(name)
    _, token = access.issue_token(alice, "test")
    signed = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/calls/{call.public_id}/recording"
    whole = Client().get(path, headers=signed)
    assert b"".join(whole) == AUDIO
    part = Client().get(path, headers={**signed, "Range": "bytes=1000-1999"})
    assert part.status_code == 206
    assert b"".join(part) == AUDIO[1000:2000]
    with django_capture_on_commit_callbacks(execute=True):
        call.delete()
    assert not storage.exists(name)


def test_backups_read_from_it(storage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    name = storage.save("2026/01/01/one/call.ogg", ContentFile(AUDIO))
    monkeypatch.setattr(named_files, "recordings_storage", lambda: storage)
    assert b"".join(named_files.chunks(NamedFile(RECORDINGS, name))) == AUDIO
    assert named_files.modified(NamedFile(RECORDINGS, name)) > 0
    with pytest.raises(FileNotFoundError):
        list(named_files.chunks(NamedFile(RECORDINGS, f"{name}.gone")))
    monkeypatch.setattr(restoring, "recordings_storage", lambda: storage)
    with pytest.raises(NotEmptyError, match="recordings already"):
        restoring.check_empty_storage()
    storage.delete(name)
    restoring.check_empty_storage()
