"""Who may look on at a live call, and do what: a row for each visitor, by each way in."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.test import Client

from sessions_app.engine.core.desk import GiveBack, Listen, StaffSays, TakeOver, Whisper
from sessions_app.models import Call
from sessions_app.routing import websocket_urlpatterns
from sessions_app.services import access, live_desk, tickets
from tests.consumers.test_desk import agent, call, close_code, desk, told, told_all
from tests.static_files import static_files

__all__ = ["agent", "call", "desk", "static_files", "told_all"]

pytestmark = pytest.mark.django_db(transaction=True)

NOT_SIGNED_IN, WRONG_ORIGIN, NO_CALL = 4401, 4403, 4404

MESSAGES = {
    Whisper: {"type": "whisper", "text": "Be brief."},
    Listen: {"type": "listen", "on": True},
    TakeOver: {"type": "take-over"},
    StaffSays: {"type": "say", "text": "Hello."},
    GiveBack: {"type": "give-back"},
}
WHISPERS, HEARS = {Whisper}, {Listen}
SPEAKS = {TakeOver, StaffSays, GiveBack}
ALL = {*WHISPERS, *HEARS, *SPEAKS}

HELD = {
    "owner": (),
    "other": (),
    "other with permissions": ("view_call", "whisper_calls", "listen_live", "take_over_calls"),
    "clerk": ("whisper_calls", "listen_live", "take_over_calls", "end_call"),
    "viewer": ("view_call",),
    "reviewer": ("view_call", "review_call", "comment_call", "score_call", "tag_call"),
    "listener": ("view_call", "listen_live"),
    "coach": ("view_call", "listen_live", "whisper_calls"),
    "supervisor": ("view_call", "whisper_calls", "listen_live", "take_over_calls", "end_call"),
    "operator": (),
}
"""The permissions of each; the operator is a superuser, and no staff are the first three."""

NO_STAFF = ("owner", "other", "other with permissions")


@dataclass(frozen=True)
class Row:
    """What a visitor gets by each way in: a close code, or what they may do."""

    who: str
    desk: int | set[Any]
    live: int | None = None
    """Why the socket with the words is closed; None where it stays open."""

    ends: bool = False


ROWS = [
    Row("owner", NO_CALL),
    Row("other", NO_CALL, NO_CALL),
    Row("other with permissions", NO_CALL, NO_CALL),
    Row("clerk", NO_CALL, NO_CALL),
    Row("viewer", set()),
    Row("reviewer", set()),
    Row("listener", HEARS),
    Row("coach", WHISPERS | HEARS),
    Row("supervisor", ALL, ends=True),
    Row("operator", ALL, ends=True),
]
WAYS = ("session", "token")


def made(who: str, owner: User) -> User:
    if who == "owner":
        return owner
    user = User.objects.create_user(
        who.replace(" ", "-"), is_staff=who not in NO_STAFF, is_superuser=who == "operator"
    )
    user.user_permissions.set(Permission.objects.filter(codename__in=HELD[who]))
    assert user.user_permissions.count() == len(HELD[who])
    return user


def cookie_of(user: User, origin: bytes = b"http://localhost") -> list[tuple[bytes, bytes]]:
    """Returns the headers of a page of ours, or of another site's."""
    client = Client()
    client.force_login(user)
    session = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return [(b"cookie", session.encode()), (b"host", b"localhost"), (b"origin", origin)]


def bearer(secret: str) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", f"Bearer {secret}".encode())]


def headers_of(user: User, way: str) -> list[tuple[bytes, bytes]]:
    return cookie_of(user) if way == "session" else bearer(access.issue_token(user, "test")[1])


def socket(call: Call, kind: str, headers: list[tuple[bytes, bytes]]) -> Any:
    path = f"/ws/calls/{call.public_id}/{kind}"
    return WebsocketCommunicator(URLRouter(websocket_urlpatterns), path, headers)


async def allowed(wire: Any) -> set[Any]:
    """Returns the commands that are not refused to whoever has opened the desk."""
    assert (await wire.connect())[0]
    assert (await told(wire))["type"] == "desk"
    done = set()
    for command, message in MESSAGES.items():
        await wire.send_to(text_data=json.dumps(message))
        await wire.send_to(text_data="[]")  # answered after it
        codes: list[str] = []
        while "bad_json" not in codes:
            codes += filter(None, [(await told(wire)).get("code")])
        if codes == ["bad_json"]:
            done.add(command)
        else:
            assert codes == ["not_allowed", "bad_json"]
    await wire.disconnect()
    return done


def test_every_command_has_a_permission_and_is_tried() -> None:
    assert set(live_desk.NEEDED) == set(MESSAGES) == ALL
    assert {row.who for row in ROWS} == set(HELD)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.who)
async def test_each_visitor_gets_what_the_table_says(
    call: Call, alice: User, row: Row, way: str
) -> None:
    user = await sync_to_async(made)(row.who, alice)
    headers = await sync_to_async(headers_of)(user, way)
    wire = socket(call, "desk", headers)
    if isinstance(row.desk, int):
        assert await close_code(wire) == row.desk
    else:
        assert await allowed(wire) == row.desk
    wire = socket(call, "live", headers)
    if row.live is not None:
        assert await close_code(wire) == row.live
    else:
        assert (await wire.connect())[0]
        assert await wire.receive_nothing(0.1)
        await wire.disconnect()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.who)
def test_who_ends_a_live_call(call: Call, alice: User, client: Client, row: Row) -> None:
    client.force_login(made(row.who, alice))
    address = f"/live/{call.public_id}/"
    assert client.get(address).status_code == (404 if isinstance(row.desk, int) else 200)
    assert client.get(f"{address}end").status_code == 405
    assert client.post(f"{address}end").status_code == (302 if row.ends else 404)
    call.refresh_from_db()
    assert (call.end_asked_at is not None) == row.ends


@pytest.mark.parametrize("kind", ["desk", "live"])
async def test_nobody_comes_in_by_what_is_no_way_in(call: Call, alice: User, kind: str) -> None:
    def ways() -> list[tuple[list[tuple[bytes, bytes]], int]]:
        boss = made("supervisor", alice)
        token, revoked = access.issue_token(boss, "revoked")
        access.revoke(token)
        gone = User.objects.create_user("gone", is_staff=True, is_superuser=True)
        of_gone = [cookie_of(gone), bearer(access.issue_token(gone, "test")[1])]
        User.objects.filter(pk=gone.pk).update(is_active=False)
        ticket = tickets.issue(boss)[1]
        return [
            ([], NOT_SIGNED_IN),
            (bearer("vs_guessed"), NOT_SIGNED_IN),
            (bearer(revoked), NOT_SIGNED_IN),
            (bearer(ticket), NOT_SIGNED_IN),
            *((headers, NOT_SIGNED_IN) for headers in of_gone),
            (cookie_of(boss, b"http://elsewhere.example"), WRONG_ORIGIN),
            (cookie_of(boss)[:2], WRONG_ORIGIN),  # no page of ours
        ]

    for headers, code in await sync_to_async(ways)():
        assert await close_code(socket(call, kind, headers)) == code


async def test_a_ticket_leads_into_no_desk(call: Call) -> None:
    path = f"/t/{'x' * 20}/ws/calls/{call.public_id}/desk"
    wire = WebsocketCommunicator(URLRouter(websocket_urlpatterns), path)
    with pytest.raises(ValueError, match="No route found"):
        await wire.connect()
