"""Transcripts of many calls as one zip."""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import AsyncRequestFactory

from sessions_app.admin.exporting import zip_response
from sessions_app.models import AccessLog, Call
from tests.api.conftest import end, say
from tests.conftest import CallMaker

LIST = "/admin/sessions_app/call/"


def exported(client: Any, *calls: Call) -> zipfile.ZipFile:
    answer = client.post(
        LIST,
        {"action": "export_transcripts", "_selected_action": [call.pk for call in calls]},
    )
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith('attachment; filename="transcripts-')
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_each_call_as_text_and_json(
    looking: Any, viewer: User, ended: Call, bob: User, make_call: CallMaker
) -> None:
    other = make_call(bob)
    say(other, "something else")
    end(other)
    archive = exported(looking, ended, other)
    assert archive.testzip() is None
    stems = [f"{call.created_at:%Y-%m-%d}-{call.public_id}" for call in (ended, other)]
    assert archive.namelist() == [f"{stem}.{form}" for stem in stems for form in ("txt", "json")]
    assert "please send the report" in archive.read(f"{stems[0]}.txt").decode()
    rows = json.loads(archive.read(f"{stems[1]}.json"))["segments"]
    assert [row["text"] for row in rows] == ["something else"]
    log = AccessLog.objects.filter(action=AccessLog.Action.EXPORTED, user=viewer)
    assert {entry.call for entry in log} == {ended, other}


def test_what_is_not_sent_is_not_logged(rf: Any, staff: User, ended: Call) -> None:
    request = rf.post(LIST)
    request.user = staff
    response = zip_response(request, Call.objects.all())
    assert not AccessLog.objects.exists()
    content = response.streaming_content
    assert isinstance(content, Iterator)
    assert next(content)[:2] == b"PK"
    assert AccessLog.objects.count() == 1


def test_an_asgi_server_gets_it_in_pieces(staff: User, ended: Call) -> None:
    request = AsyncRequestFactory().post(LIST)
    request.user = staff
    response = zip_response(request, Call.objects.all())
    content = response.streaming_content
    assert isinstance(content, AsyncIterator)

    async def all_of_it() -> bytes:
        return b"".join([piece async for piece in content])

    archive = zipfile.ZipFile(io.BytesIO(async_to_sync(all_of_it)()))
    assert len(archive.namelist()) == 2
