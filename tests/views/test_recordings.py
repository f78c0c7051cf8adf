"""Pieces of a recording, from any storage."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.http import Http404, HttpRequest
from django.test import AsyncClient, Client, RequestFactory
from moto import mock_aws
from storages.backends.s3 import S3Storage

from sessions_app.models import AccessLog, Call, Recording
from sessions_app.models.work import WorkState
from sessions_app.views.recordings import (
    Piece,
    UnsatisfiableRangeError,
    asked_piece,
    recording_response,
)
from tests.views.conftest import AUDIO, SHA256

ETAG = f'"{SHA256}"'
Maker = Callable[[User], Call]


@pytest.fixture
def call(finished: Maker, alice: User) -> Call:
    return finished(alice)


@pytest.fixture
def address(call: Call) -> str:
    return f"/calls/{call.public_id}/recording"


@pytest.mark.parametrize(
    ("wanted", "piece"),
    [
        ("", Piece(0, 99)),
        ("bytes=0-", Piece(0, 99, partial=True)),
        ("bytes=0-0", Piece(0, 0, partial=True)),
        ("bytes=10-19", Piece(10, 19, partial=True)),
        ("bytes=90-500", Piece(90, 99, partial=True)),
        ("bytes=-10", Piece(90, 99, partial=True)),
        ("bytes=-500", Piece(0, 99, partial=True)),
        ("bytes=20-10", Piece(0, 99)),
        ("bytes=-", Piece(0, 99)),
        ("bytes=a-b", Piece(0, 99)),
        ("seconds=1-2", Piece(0, 99)),
        ("bytes=0-1,5-6", Piece(0, 99)),
    ],
)
def test_ranges_are_read_as_rfc_9110_says(wanted: str, piece: Piece) -> None:
    assert asked_piece({"Range": wanted}, 100, ETAG) == piece


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(wanted: str) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        asked_piece({"Range": wanted}, 100, ETAG)


def test_a_range_of_another_version_is_ignored() -> None:
    headers = {"Range": "bytes=1-2", "If-Range": '"another"'}
    assert asked_piece(headers, 100, ETAG) == Piece(0, 99)
    assert asked_piece({**headers, "If-Range": ETAG}, 100, ETAG).partial


def test_the_whole_file_is_streamed(as_alice: Client, address: str) -> None:
    response = as_alice.get(address)
    assert response.status_code == 200
    assert response.streaming
    assert response.getvalue() == AUDIO
    assert response["Content-Type"] == "audio/ogg"
    assert response["Content-Length"] == str(len(AUDIO))
    assert response["Accept-Ranges"] == "bytes"
    assert response["ETag"] == ETAG
    assert response["Content-Disposition"].startswith("inline")


def test_a_piece_is_sent_with_its_place(as_alice: Client, address: str) -> None:
    response = as_alice.get(address, headers={"Range": "bytes=1000-1999"})
    assert response.status_code == 206
    assert response.getvalue() == AUDIO[1000:2000]
    assert response["Content-Range"] == f"bytes 1000-1999/{len(AUDIO)}"


def test_a_piece_outside_the_file_is_refused(as_alice: Client, address: str) -> None:
    response = as_alice.get(address, headers={"Range": f"bytes={len(AUDIO)}-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(AUDIO)}"


def test_what_the_browser_has_is_not_sent_again(as_alice: Client, address: str) -> None:
    response = as_alice.get(address, headers={"If-None-Match": ETAG})
    assert response.status_code == 304
    assert response.content == b""


def test_head_has_the_length_and_no_body(as_alice: Client, address: str) -> None:
    response = as_alice.head(address)
    assert response["Content-Length"] == str(len(AUDIO))
    assert response.content == b""


def test_a_download_is_named_and_noted(as_alice: Client, address: str, call: Call) -> None:
    response = as_alice.get(f"{address}?download")
    assert response["Content-Disposition"] == f'attachment; filename="call-{call.public_id}.ogg"'
    assert AccessLog.objects.get(call=call).action == AccessLog.Action.EXPORTED


def test_many_pieces_are_one_listening(as_alice: Client, address: str, call: Call) -> None:
    for start in range(0, 5000, 1000):
        as_alice.get(address, headers={"Range": f"bytes={start}-{start + 999}"})
    entry = AccessLog.objects.get(call=call)
    assert (entry.action, entry.user.get_username()) == ("listened", "alice")  # type: ignore[union-attr]


def test_another_user_gets_nothing(client: Client, bob: User, address: str) -> None:
    client.force_login(bob)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("state", [WorkState.PENDING, WorkState.FAILED])
def test_an_unfinished_recording_is_not_there(
    as_alice: Client, address: str, call: Call, state: WorkState
) -> None:
    Recording.objects.filter(call=call).update(state=state)
    assert as_alice.get(address).status_code == 404


def test_a_lost_file_is_said_and_not_noted_as_heard(
    as_alice: Client, address: str, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    call.recording.file.storage.delete(str(call.recording.file.name))
    assert as_alice.get(address).status_code == 404
    assert "is not in its storage" in caplog.text
    assert not AccessLog.objects.exists()


@pytest.mark.django_db(transaction=True)
async def test_an_asgi_server_streams_without_blocking(call: Call, alice: User) -> None:
    client = AsyncClient()
    await client.aforce_login(alice)
    address = f"/calls/{call.public_id}/recording"
    response: Any = await client.get(address, headers={"range": "bytes=5-"})
    assert response.is_async
    chunks = [chunk async for chunk in response]
    assert len(chunks) > 1
    assert b"".join(chunks) == AUDIO[5:]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Storage]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="recordings")
        storage = S3Storage(bucket_name="recordings", region_name="us-east-1")
        storage.save("a/call.ogg", ContentFile(AUDIO))
        yield storage


def test_a_piece_of_an_s3_object_is_asked_of_the_bucket(
    call: Call,
    alice: User,
    bucket: S3Storage,
    rf: RequestFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Recording._meta.get_field("file"), "storage", bucket)
    Recording.objects.filter(call=call).update(file="a/call.ogg")
    asked: list[str] = []
    events = bucket.bucket.meta.client.meta.events
    events.register(
        "before-send.s3.GetObject",
        lambda request, **_: asked.append(request.headers["Range"].decode()),
    )
    request: HttpRequest = rf.get("/", headers={"Range": "bytes=7-4096"})
    response: Any = recording_response(request, call, alice)
    assert response.getvalue() == AUDIO[7:4097]
    assert asked == ["bytes=7-4096"]


def test_a_call_without_recording_has_none(
    make_call: Callable[..., Call], alice: User, rf: RequestFactory
) -> None:
    with pytest.raises(Http404):
        recording_response(rf.get("/"), make_call(alice), alice)
