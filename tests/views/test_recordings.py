"""Pieces of a recording, from any storage."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connections
from django.http import Http404, HttpRequest
from django.test import AsyncClient, Client, RequestFactory
from moto import mock_aws
from storages.backends.s3 import S3Storage

from sessions_app.admin import call_page, persona
from sessions_app.engine.core.states import CallState
from sessions_app.models import AccessLog, Call, Recording
from sessions_app.models.call import RECORDING_OFF
from sessions_app.models.work import WorkState
from sessions_app.services import visit_log
from sessions_app.services.stored_files import ByteRange, UnsatisfiableRangeError, asked_piece
from sessions_app.views.recordings import recording_response
from tests.conftest import CallMaker
from tests.views.conftest import AUDIO, SHA256

ETAG = f'"{SHA256}"'
Maker = Callable[[User], Call]


@pytest.fixture
def call(finished: Maker, alice: User) -> Call:
    return finished(alice)


@pytest.fixture
def address(call: Call) -> str:
    return f"/calls/{call.public_id}/recording"


def test_why_there_is_no_recording(as_alice: Client, alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    page = f"/calls/{call.public_id}/"
    assert "This call is not recorded: the caller did not agree" in shown(as_alice, page)
    call.persona, call.state = {RECORDING_OFF: True}, CallState.ENDED
    call.save()
    text = shown(as_alice, page)
    assert "There is no recording: recording was switched off" in text
    assert "did not agree" not in text
    assert "Not agreed to" not in text
    facts = dict(call_page.facts(call, 0))
    assert facts["Agreed to recording"] == "not asked: recording was off"
    assert persona.rows(call) == []


def shown(browser: Client, page: str) -> str:
    return browser.get(page).content.decode()


@pytest.mark.parametrize(
    ("wanted", "piece"),
    [
        ("", ByteRange(0, 99)),
        ("bytes=0-", ByteRange(0, 99, partial=True)),
        ("bytes=0-0", ByteRange(0, 0, partial=True)),
        ("bytes=10-19", ByteRange(10, 19, partial=True)),
        ("bytes=90-500", ByteRange(90, 99, partial=True)),
        ("bytes=-10", ByteRange(90, 99, partial=True)),
        ("bytes=-500", ByteRange(0, 99, partial=True)),
        ("bytes=20-10", ByteRange(0, 99)),
        ("bytes=-", ByteRange(0, 99)),
        ("bytes=a-b", ByteRange(0, 99)),
        ("seconds=1-2", ByteRange(0, 99)),
        ("bytes=0-1,5-6", ByteRange(0, 99)),
    ],
)
def test_ranges_are_read_as_rfc_9110_says(wanted: str, piece: ByteRange) -> None:
    assert asked_piece({"Range": wanted}, 100, ETAG) == piece


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(wanted: str) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        asked_piece({"Range": wanted}, 100, ETAG)


def test_a_range_of_another_version_is_ignored() -> None:
    headers = {"Range": "bytes=1-2", "If-Range": '"another"'}
    assert asked_piece(headers, 100, ETAG) == ByteRange(0, 99)
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


def noted(call: Call) -> list[tuple[str, str]]:
    """Returns what the access log says of the call, oldest first."""
    return list(AccessLog.objects.filter(call=call).order_by("pk").values_list("action", "detail"))


PIECES = [f"bytes={start}-{start + 999}" for start in range(0, 5000, 1000)]
PLAYERS = [
    ("page", "on the page"),
    ("admin", "in the admin"),
    ("version-2", "version 2 in the admin"),
]


@pytest.mark.parametrize(("on", "where"), PLAYERS)
def test_what_a_player_reads_is_loaded_once_and_not_listened_to(
    as_alice: Client, address: str, call: Call, on: str, where: str
) -> None:
    for piece in ["", *PIECES]:
        as_alice.get(f"{address}?on={on}", headers={"Range": piece})
    assert noted(call) == [("loaded", where)]


@pytest.mark.parametrize(("on", "where"), PLAYERS)
def test_a_player_that_plays_tells_so_and_by_which_page(
    as_alice: Client, address: str, call: Call, on: str, where: str
) -> None:
    for _ in range(2):  # the second time the page was loaded again
        told = as_alice.post(f"/calls/{call.public_id}/heard?on={on}")
        assert told.status_code == 204
        as_alice.get(f"{address}?on={on}", headers={"Range": PIECES[0]})
    assert noted(call) == [("listened", where)]


def test_each_page_is_an_act_of_its_own(as_alice: Client, address: str, call: Call) -> None:
    as_alice.get(f"{address}?on=page")
    for on, _ in PLAYERS:
        as_alice.post(f"/calls/{call.public_id}/heard?on={on}")
    as_alice.get(f"{address}?download")
    assert noted(call) == [
        ("loaded", "on the page"),
        *(("listened", where) for _, where in PLAYERS),
        ("exported", "recording on the page"),
    ]


@pytest.mark.parametrize("query", ["", "?on=nowhere", "?on=version-", "?download&on=page"])
def test_what_no_player_of_ours_reads_is_a_download(
    as_alice: Client, address: str, call: Call, query: str
) -> None:
    for piece in PIECES:
        as_alice.get(address + query, headers={"Range": piece})
    assert noted(call) == [("exported", "recording on the page")]


def test_an_answer_without_sound_is_not_noted(as_alice: Client, address: str, call: Call) -> None:
    as_alice.head(address)
    as_alice.head(f"{address}?on=page")
    as_alice.get(f"{address}?on=page", headers={"If-None-Match": ETAG})
    as_alice.get(f"{address}?on=page", headers={"Range": f"bytes={len(AUDIO)}-"})
    assert noted(call) == []


@pytest.mark.parametrize("query", ["", "?on=x"])
def test_only_a_page_of_ours_can_tell_of_listening(
    as_alice: Client, call: Call, query: str
) -> None:
    assert as_alice.post(f"/calls/{call.public_id}/heard{query}").status_code == 404
    assert noted(call) == []


def test_nothing_is_listened_to_that_cannot_be(client: Client, bob: User, call: Call) -> None:
    address = f"/calls/{call.public_id}/heard?on=page"
    client.force_login(bob)
    assert client.post(address).status_code == 404
    client.force_login(call.owner)
    assert client.get(address).status_code == 405
    Recording.objects.filter(call=call).update(state=WorkState.RUNNING)
    assert client.post(address).status_code == 404
    assert noted(call) == []


@pytest.mark.django_db(transaction=True)
def test_pieces_that_are_asked_for_at_once_are_one_act(
    call: Call, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, looking, own = threading.Barrier(4), visit_log._noted, threading.local()

    def all_look_before_any_writes(*asked: Any) -> bool:
        found = looking(*asked)
        if not hasattr(own, "waited"):
            own.waited = looked.wait(10)
        return found

    def note(_: int) -> None:
        visit_log.note_visit(call, alice, AccessLog.Action.LOADED, "on the page")
        connections.close_all()

    monkeypatch.setattr(visit_log, "_noted", all_look_before_any_writes)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(note, range(4)))
    assert noted(call) == [("loaded", "on the page")]


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
    response: Any = recording_response(request, call, alice, where="here")
    assert response.getvalue() == AUDIO[7:4097]
    assert asked == ["bytes=7-4096"]


def test_a_call_without_recording_has_none(
    make_call: Callable[..., Call], alice: User, rf: RequestFactory
) -> None:
    with pytest.raises(Http404):
        recording_response(rf.get("/"), make_call(alice), alice, where="here")
