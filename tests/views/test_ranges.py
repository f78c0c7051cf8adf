"""Ranges of every shape: 200, 206, 304 or 416, never a failure, and always the right bytes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.http import HttpRequest
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from storages.backends.s3 import S3Storage

from sessions_app.models import Call, Recording
from sessions_app.services.stored_files import ByteRange, UnsatisfiableRangeError, asked_piece
from sessions_app.views.recordings import recording_response
from tests.views.conftest import AUDIO, SHA256
from tests.views.test_recordings import bucket

__all__ = ["bucket"]

SIZE = len(AUDIO)
ETAG = f'"{SHA256}"'
HUGE = "9" * 5000
"""More digits than Python reads as a number."""

ODD = [
    f"bytes={HUGE}-",
    f"bytes=0-{HUGE}",
    f"bytes=-{HUGE}",
    f"bytes={HUGE}-{HUGE}",
    f"bytes={'0' * 5000}1-{'0' * 5000}2",
    "bytes=\u0660-\u0669",  # digits to Python, not to RFC 9110
    "bytes=\u0966-\u096b",
    "bytes=²-³",
    "bytes=\xa00-1",
    "bytes=0-1\n",
    "bytes=+1-+2",
    "bytes=-1-2",
    "bytes=--5",
    "bytes=0x1-0x2",
    "bytes=1e3-2e3",
    "bytes=1_0-2_0",
    "bytes=1.0-2",
    "bytes=0-0,-1",
    f"bytes={','.join(['0-'] * 2000)}",
    "bytes=,",
    "bytes=",
    "bytes",
    "=0-1",
    "bits=0-1",
    "BYTES = 0 - 1",
    "none",
    "*",
    "\0",
]

words = st.text(st.characters(codec="latin-1"), max_size=12)
numbers = st.one_of(
    st.just(""), st.integers(0, 2 * SIZE).map(str), st.from_regex(r"\A[0-9]{0,40}\Z")
)
shaped = st.builds(
    "{}={}-{}{}".format, st.sampled_from(["bytes", "Bytes", "b"]), numbers, numbers, words
)
ranges = st.one_of(st.sampled_from(ODD), words, shaped)
tags = st.sampled_from(
    [None, ETAG, f"W/{ETAG}", '"another"', "*", "Sat, 01 Jan 2028 00:00:00 GMT", ""]
)


@pytest.fixture
def call(finished: Callable[[User], Call], alice: User) -> Call:
    return finished(alice)


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def check(answer: Any, content: bytes) -> None:
    """Checks that status, headers and body of an answer say the same."""
    size, body = len(content), body_of(answer)
    assert answer.status_code in (200, 206, 304, 416)
    if answer.status_code == 200:
        assert body == content
        assert "Content-Range" not in answer.headers
    elif answer.status_code == 206:
        unit, _, rest = answer["Content-Range"].partition(" ")
        start, end = map(int, rest.partition("/")[0].split("-"))
        assert (unit, rest.partition("/")[2]) == ("bytes", str(size))
        assert 0 <= start <= end < size
        assert body == content[start : end + 1]
    elif answer.status_code == 416:
        assert answer["Content-Range"] == f"bytes */{size}"
    if answer.status_code in (200, 206):
        assert answer["Content-Length"] == str(len(body))
        assert answer["ETag"] == ETAG


@pytest.mark.django_db
@hypothesis_settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=ranges, if_range=tags, if_none_match=tags)
def test_no_range_fails(
    *,
    rf: RequestFactory,
    call: Call,
    alice: User,
    wanted: str,
    if_range: str | None,
    if_none_match: str | None,
) -> None:
    told = {"Range": wanted, "If-Range": if_range, "If-None-Match": if_none_match}
    headers = {name: value for name, value in told.items() if value is not None}
    answer = recording_response(rf.get("/", headers=headers), call, alice, where="here")
    check(answer, AUDIO)
    if if_none_match in (ETAG, f"W/{ETAG}", "*"):
        assert answer.status_code == 304
    elif if_range not in (None, ETAG):
        assert answer.status_code == 200


@pytest.mark.parametrize("wanted", ODD)
def test_odd_ranges_through_the_whole_application(
    as_alice: Client, call: Call, wanted: str
) -> None:
    for address in (
        f"/calls/{call.public_id}/recording",
        f"/api/v1/calls/{call.public_id}/recording",
    ):
        check(as_alice.get(address, headers={"Range": wanted}), AUDIO)


@given(wanted=ranges, size=st.integers(0, 3))
def test_tiny_and_empty_files(wanted: str, size: int) -> None:
    try:
        piece = asked_piece({"Range": wanted}, size, ETAG)
    except UnsatisfiableRangeError:
        return
    if piece.partial:
        assert 0 <= piece.start <= piece.end < size
    else:
        assert piece == ByteRange(0, size - 1)


@pytest.mark.parametrize(
    ("wanted", "piece"),
    [
        (f"bytes=10-{HUGE}", ByteRange(10, 99, partial=True)),
        (f"bytes=-{HUGE}", ByteRange(0, 99, partial=True)),
        (f"bytes={'0' * 5000}10-{'0' * 5000}19", ByteRange(10, 19, partial=True)),
        ("bytes=\u0660-\u0669", ByteRange(0, 99)),
        ("bytes=0-1,5-6", ByteRange(0, 99)),
        ("bytes=20-10", ByteRange(0, 99)),
        ("\tbytes=0-1 ", ByteRange(0, 1, partial=True)),
    ],
)
def test_odd_ranges_mean_what_they_say(wanted: str, piece: ByteRange) -> None:
    assert asked_piece({"Range": wanted}, 100, ETAG) == piece


@pytest.mark.parametrize("wanted", [f"bytes={HUGE}-", "bytes=-0", "bytes=-0000", "bytes=100-"])
def test_what_lies_outside_is_refused(wanted: str) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        asked_piece({"Range": wanted}, 100, ETAG)


@pytest.mark.parametrize("if_range", [f"W/{ETAG}", "Sat, 01 Jan 2028 00:00:00 GMT", "", "*"])
def test_a_date_or_a_weak_tag_is_no_proof_of_the_same_bytes(if_range: str) -> None:
    assert asked_piece({"Range": "bytes=1-2", "If-Range": if_range}, 100, ETAG) == ByteRange(0, 99)


def test_what_the_client_has_is_told_before_a_range_is_looked_at(
    as_alice: Client, call: Call
) -> None:
    address = f"/calls/{call.public_id}/recording"
    for tag in (ETAG, f"W/{ETAG}", f'"other", {ETAG}', "*"):
        headers = {"If-None-Match": tag, "Range": f"bytes={SIZE}-"}
        assert as_alice.get(address, headers=headers).status_code == 304


def test_a_range_is_for_get_alone(as_alice: Client, call: Call) -> None:
    answer = as_alice.head(f"/calls/{call.public_id}/recording", headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer["Content-Length"]) == (200, str(SIZE))


@pytest.mark.parametrize("content", [b"", b"x", AUDIO[:1000]])
def test_the_bucket_is_asked_for_nothing_odd(
    *,
    call: Call,
    alice: User,
    bucket: S3Storage,
    rf: RequestFactory,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
) -> None:
    monkeypatch.setattr(Recording._meta.get_field("file"), "storage", bucket)
    name = bucket.save("odd/call.ogg", ContentFile(content))
    Recording.objects.filter(call=call).update(file=name)
    for wanted in ["", *ODD, "bytes=0-", "bytes=-1", "bytes=1-", "bytes=500-100000"]:
        request: HttpRequest = rf.get("/", headers={"Range": wanted} if wanted else {})
        check(recording_response(request, call, alice, where="here"), content)
