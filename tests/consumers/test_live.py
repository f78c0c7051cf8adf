"""Windows on a live call."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User

from sessions_app.routing import websocket_urlpatterns
from sessions_app.runtime.broadcast import group_of
from sessions_app.services import access
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db(transaction=True)


async def opened(user: User, call_id: str) -> Any:
    _, secret = await sync_to_async(access.issue_token)(user, "test")
    headers = [(b"authorization", f"Bearer {secret}".encode())]
    path = f"/ws/calls/{call_id}/live"
    wire: Any = WebsocketCommunicator(URLRouter(websocket_urlpatterns), path, headers)
    assert (await wire.connect())[0]
    return wire


async def joined(call_id: str, many: int) -> None:
    """Waits for windows: they are let in before they join those that watch."""
    layer: Any = get_channel_layer()
    async with asyncio.timeout(5):
        while len(layer.groups.get(group_of(call_id), ())) < many:  # noqa: ASYNC110 - in a task
            await asyncio.sleep(0.01)


async def test_who_typed_a_line_is_told_to_those_who_may_know(
    alice: User, staff: User, make_call: CallMaker, settings: Any
) -> None:
    call = await sync_to_async(make_call)(alice)
    gone = await sync_to_async(User.objects.create_user)("gone")
    key = gone.pk
    await sync_to_async(gone.delete)()
    windows = [await opened(user, call.public_id) for user in (staff, alice)]
    await joined(call.public_id, 2)
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["typed"]}
    windows.append(await opened(alice, call.public_id))
    await joined(call.public_id, 3)
    message = {"type": "transcript", "text": "I am here"}
    told: list[list[Any]] = []
    for typist in (staff.pk, key, 0):
        event = {"type": "call.message", "message": message, "typist": typist}
        await get_channel_layer().group_send(group_of(call.public_id), event)
        said = [json.loads(await one.receive_from(5)) for one in windows]
        assert all(one["text"] == "I am here" for one in said)
        told.append([one.get("typedBy") for one in said])
    assert told == [
        ["staff", None, "staff"],
        ["a deleted user", None, "a deleted user"],
        [None] * 3,
    ]
    for one in windows:
        await one.disconnect()
