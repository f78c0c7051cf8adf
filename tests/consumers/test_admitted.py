"""What a socket holds is given back however it ends: Channels tells it of one end alone."""

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.db import OperationalError

from sessions_app.consumers.sockets import CallSocket
from sessions_app.routing import websocket_urlpatterns
from sessions_app.runtime import endings, engine
from sessions_app.runtime.placement import StreamedCall
from sessions_app.services import access, calls
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db(transaction=True)


class Client:
    """Opens sockets of a user, who may have one at a time."""

    def __init__(self, token: str) -> None:
        self._headers = [(b"authorization", f"Bearer {token}".encode())]

    def socket(self, path: str) -> Any:
        app = URLRouter(websocket_urlpatterns)
        return WebsocketCommunicator(app, path, self._headers)

    async def admitted(self) -> bool:
        """Returns whether another socket is let in now."""
        wire = self.socket("/signaling")
        assert (await wire.connect())[0]
        await wire.send_to(text_data='{"type": "ping"}')
        told = await wire.receive_output(5)
        await wire.disconnect()
        return bool(told["type"] == "websocket.send")


@pytest.fixture
def client(alice: User, settings: Any) -> Client:
    settings.VOICE = {**settings.VOICE, "SOCKETS_PER_USER": 1}
    calls.seed_agents()
    return Client(access.issue_token(alice, "test")[1])


@pytest_asyncio.fixture(autouse=True)
async def own_engine() -> AsyncIterator[None]:
    yield
    await engine.drain()


async def ended(wire: Any) -> None:
    """Ends a socket as Daphne does that waited for it in vain."""
    wire.future.cancel()
    await asyncio.gather(wire.future, return_exceptions=True)


async def test_a_socket_that_is_still_busy_when_its_time_is_over_holds_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = asyncio.Event()

    async def take(_self: CallSocket, _message: object) -> None:
        busy.set()
        await asyncio.Event().wait()

    wire = client.socket("/signaling")
    assert (await wire.connect())[0]
    monkeypatch.setattr("sessions_app.consumers.signaling.SignalingConsumer.take", take)
    await wire.send_to(text_data="{}")
    await busy.wait()
    assert len(endings.current()) == 1
    await ended(wire)
    assert len(endings.current()) == 0
    monkeypatch.undo()
    assert await client.admitted()


async def test_the_call_of_such_a_socket_is_told_that_its_client_is_gone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, detached = asyncio.Event(), list[bool]()

    async def room() -> None:
        heard.set()
        await asyncio.Event().wait()

    def detach(_send: Any, *, for_good: bool) -> None:
        detached.append(for_good)

    transport: Any = SimpleNamespace(
        received=0, backlog_ms=0.0, wait_for_room=room, detach=detach,
        feed=lambda _: None, attach=lambda _: None,
    )  # fmt: skip
    session: Any = SimpleNamespace(call_id="aCall", count=lambda _: None)
    sinks: list[Any] = []
    left: list[bool] = []

    async def stream(*_: object) -> StreamedCall:
        return StreamedCall(session, transport)

    def leave(_call: str, _party: object, _sink: object, *, for_good: bool) -> None:
        left.append(for_good)

    current = engine.current()
    monkeypatch.setattr(current, "stream", stream)
    monkeypatch.setattr(current, "join", lambda *given: sinks.append(given))
    monkeypatch.setattr(current, "leave", leave)
    wire = client.socket("/ws/voice")
    assert (await wire.connect())[0]
    await wire.send_to(text_data='{"type": "session_start"}')
    assert json.loads(await wire.receive_from(5))["type"] == "session_started"
    await wire.send_to(bytes_data=bytes(3_200))
    await heard.wait()
    await ended(wire)
    assert (detached, left) == ([False], [False])
    assert await client.admitted()


@pytest.mark.parametrize("fault", [OperationalError, ZeroDivisionError])
async def test_a_window_on_a_call_that_breaks_while_it_opens_holds_nothing(
    client: Client,
    alice: User,
    make_call: CallMaker,
    monkeypatch: pytest.MonkeyPatch,
    fault: type[Exception],
) -> None:
    call = await sync_to_async(make_call)(alice)

    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(access, "call_for", broken)
    wire = client.socket(f"/ws/calls/{call.public_id}/live")
    assert (await wire.connect())[0]
    if fault is OperationalError:
        told = await wire.receive_output(5)
        assert (told["type"], told["code"]) == ("websocket.close", 4429)
        await wire.disconnect()
    else:
        with pytest.raises(fault):
            await wire.wait(5)
    assert len(endings.current()) == 0
    assert await client.admitted()
