"""The list of calls as a file: what is in it, in which order, and who is told of it."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import AsyncRequestFactory, Client

from sessions_app.engine.core.states import CallState
from sessions_app.models import AccessLog, Call, ErasureCause
from sessions_app.services import call_lists, calls, erasure
from sessions_app.services.streaming import attachment
from tests.admin.conftest import looking
from tests.api.conftest import Program, end, say, viewer
from tests.conftest import CallMaker
from tests.static_files import static_files

__all__ = ["looking", "static_files", "viewer"]

pytestmark = pytest.mark.django_db


def lines(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="calls-')
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def three(alice: User, make_call: CallMaker) -> list[Call]:
    made = [make_call(alice) for _ in range(3)]
    for number, call in enumerate(made):
        say(call, f"word{number} again")
        calls.rename(call, alice, f"=call {number}")
    end(made[0], 61_000)
    return made


def test_an_owner_gets_their_filtered_list_newest_first(
    three: list[Call], alice: User, bob: User, make_call: CallMaker, client: Client
) -> None:
    make_call(bob)
    client.force_login(alice)
    found = lines(client.get("/calls.csv"))
    assert [row["call"] for row in found] == [call.public_id for call in reversed(three)]
    assert {row["words"] for row in found} == {"2"}
    assert found[2]["duration_s"] == "61.0"
    assert found[2]["title"] == "\u2060=call 0"
    assert [row["call"] for row in lines(client.get("/calls.csv?q=word1"))] == [three[1].public_id]
    assert len(lines(client.get("/calls.csv?state=live"))) == 2
    assert not AccessLog.objects.filter(action=AccessLog.Action.EXPORTED).exists()


def test_the_page_links_to_the_list_as_it_is_filtered(
    three: list[Call], alice: User, client: Client
) -> None:
    client.force_login(alice)
    assert 'href="/calls.csv"' in client.get("/calls/").content.decode()
    page = client.get("/calls/?q=word1&state=live").content.decode()
    assert 'href="/calls.csv?q=word1&amp;state=live"' in page
    assert "/calls.csv" not in client.get("/calls/?q=nothing").content.decode()


def test_over_rest_with_the_filters_of_the_list(three: list[Call], alice: User) -> None:
    program = Program(alice)
    oldest = lines(program.get("/api/v1/calls.csv", {"ordering": "created_at"}))
    assert [row["call"] for row in oldest] == [call.public_id for call in three]
    assert len(lines(program.get("/api/v1/calls.csv", {"duration_min_ms": "1"}))) == 1
    wrong = program.get("/api/v1/calls.csv", {"page": "1"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "unknown_parameter")


def test_what_staff_take_of_others_is_logged(
    three: list[Call], viewer: User, make_call: CallMaker, looking: Client
) -> None:
    own = make_call(viewer)
    data = {"action": "export_list", "_selected_action": [own.pk, three[0].pk, three[2].pk]}
    found = lines(looking.post("/admin/sessions_app/call/", data))
    assert [row["call"] for row in found] == [call.public_id for call in (own, three[2], three[0])]
    log = AccessLog.objects.filter(action=AccessLog.Action.EXPORTED)
    assert {(row.call, row.user, row.detail) for row in log} == {
        (three[0], viewer, "list in the admin, csv"),
        (three[2], viewer, "list in the admin, csv"),
    }


def test_it_is_read_in_pieces_and_what_is_erased_meanwhile_is_left_out(
    three: list[Call], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_lists, "CALLS_IN_MEMORY", 1)
    pieces = call_lists.as_csv(Call.objects.order_by("pk"), alice, "here")
    assert next(pieces).startswith(b"\xef\xbb\xbfcall,")
    assert three[0].public_id in next(pieces).decode()
    calls.move(three[1].public_id, CallState.FAILED)
    three[1].refresh_from_db()
    erasure.erase_call(three[1], alice, ErasureCause.OWNER)
    assert next(pieces) == b""
    assert three[2].public_id in next(pieces).decode()


def test_an_asgi_server_gets_all_of_it_although_a_piece_is_empty() -> None:
    request = AsyncRequestFactory().get("/")
    answer = attachment(request, iter([b"a", b"", b"b"]), "text/plain", "a.txt")
    content = answer.streaming_content
    assert isinstance(content, AsyncIterator)

    async def all_of_it() -> bytes:
        return b"".join([piece async for piece in content])

    assert async_to_sync(all_of_it)() == b"ab"
