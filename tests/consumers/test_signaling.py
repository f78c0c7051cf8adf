"""The signaling socket without any media: who comes in, and what mistakes are told."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.db import OperationalError

from sessions_app.consumers import outgoing
from sessions_app.consumers.signaling import SignalingConsumer
from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.protocols import limits
from sessions_app.runtime import endings, engine
from sessions_app.services import access, authentication, calls
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db(transaction=True)

OFFER = {"type": "offer", "sdp": "v=0"}
LIMIT_S = 30
"""For an answer; the first offer of a process loads what carries calls."""


class Socket:
    """A socket with a token."""

    def __init__(self, token: str) -> None:
        headers = [(b"authorization", f"Bearer {token}".encode())]
        self.wire = WebsocketCommunicator(SignalingConsumer.as_asgi(), "/signaling", headers)

    async def __aenter__(self) -> "Socket":
        assert (await self.wire.connect())[0]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.wire.disconnect()

    async def ask(self, message: Any) -> dict[str, Any]:
        text = message if isinstance(message, str) else json.dumps(message)
        await self.wire.send_to(text_data=text)
        return dict(json.loads(await self.wire.receive_from(LIMIT_S)))

    async def closed_with(self) -> int:
        return int((await self.wire.receive_output(LIMIT_S))["code"])


@pytest.fixture
def token(alice: User) -> str:
    calls.seed_agents()  # a test with transactions empties the database
    return access.issue_token(alice, "test")[1]


@pytest_asyncio.fixture(autouse=True)
async def own_engine() -> AsyncIterator[None]:
    yield
    await engine.drain()


async def test_a_token_that_is_not_valid_is_told_by_its_code() -> None:
    wire = WebsocketCommunicator(
        SignalingConsumer.as_asgi(), "/signaling", [(b"authorization", b"Bearer vs_wrong")]
    )
    assert (await wire.connect())[0]
    assert (await wire.receive_output(LIMIT_S))["code"] == 4401


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "bad_json"),
        ("[1]", "bad_json"),
        (json.dumps({"type": "x" * 70_000}), "too_large"),
        ({"type": "dance"}, "unknown_type"),
        ({"type": "offer"}, "bad_message"),
        ({"type": "offer", "sdp": "nonsense"}, "bad_offer"),
        ({"type": "ice-candidate", "candidate": {"candidate": "x"}}, "no_call"),
        ({"type": "bye"}, "no_call"),
        ({"type": "interrupt"}, "no_call"),
        ({"type": "text", "text": "hello"}, "no_call"),
        ({"type": "agent", "paused": True}, "no_call"),
        ({"type": "resume", "callId": "nobody"}, "unknown_call"),
    ],
)
async def test_a_mistake_is_told_and_the_socket_lives_on(
    token: str, message: Any, code: str
) -> None:
    async with Socket(token) as socket:
        told = await socket.ask(message)
        assert (told["type"], told["code"]) == ("error", code)
        assert told["message"]
        assert (await socket.ask({"type": "dance"}))["code"] == "unknown_type"


async def test_binary_frames_are_refused_in_words(token: str) -> None:
    async with Socket(token) as socket:
        await socket.wire.send_to(bytes_data=b"\x00\x01")
        assert json.loads(await socket.wire.receive_from(LIMIT_S))["code"] == "bad_json"


async def test_a_full_server_says_when_to_come_back(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise BusyError("The server already carries its calls.")

    monkeypatch.setattr(engine.current(), "place", full)
    async with Socket(token) as socket:
        told = await socket.ask(OFFER)
    assert (told["code"], told["retryAfterS"]) == ("busy", 30)


async def test_a_fault_of_ours_is_told_as_one(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(engine.current(), "place", broken)
    async with Socket(token) as socket:
        assert (await socket.ask(OFFER))["code"] == "internal_error"


async def test_a_reader_that_is_far_too_slow_is_cut_off(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "BACKLOG", 3)
    held = asyncio.Event()

    async def stuck(self: SignalingConsumer, **_: object) -> None:
        await held.wait()

    monkeypatch.setattr(SignalingConsumer, "send", stuck)
    socket = Socket(token)
    assert (await socket.wire.connect())[0]
    for _ in range(6):
        await socket.wire.send_to(text_data="{")
    assert await socket.closed_with() == 4408


async def test_a_revoked_token_ends_the_socket(
    token: str, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "CHECK_S", 0.05)
    async with Socket(token) as socket:
        await sync_to_async(alice.api_tokens.all().delete)()
        assert await socket.closed_with() == 4401


async def test_another_users_call_is_unknown(token: str, bob: User, make_call: CallMaker) -> None:
    call = await sync_to_async(make_call)(bob)
    async with Socket(token) as socket:
        told = await socket.ask({"type": "resume", "callId": call.public_id})
    assert told["code"] == "unknown_call"


async def test_while_the_database_is_away_a_socket_is_told_when_to_come_back(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_secret: str) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(access, "token_of", away)
    async with Socket(token) as socket:
        assert await socket.closed_with() == 4429


async def test_while_the_database_is_away_nobody_is_signed_out(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def away(credentials: object) -> None:
        asked.append(credentials)
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(endings, "CHECK_S", 0.01)
    async with Socket(token) as socket:
        assert (await socket.ask({"type": "ping"}))["type"] == "pong"
        monkeypatch.setattr(authentication, "still_valid", away)
        while len(asked) < 3:  # noqa: ASYNC110 - another thread's
            await asyncio.sleep(0.01)
        assert (await socket.ask({"type": "ping"}))["type"] == "pong"


async def test_who_makes_mistakes_without_end_is_told_then_closed(
    token: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VOICE = {**settings.VOICE, "MISTAKES_PER_SOCKET": 3}
    monkeypatch.setattr(limits, "MOST_PACED_S", 1.0)
    monkeypatch.setattr(limits, "STEP_S", 0.01)
    async with Socket(token) as socket:
        for _ in range(3):
            assert (await socket.ask("{"))["code"] == "bad_json"
        told = await socket.ask("{")
        assert (told["code"], told["retryAfterS"]) == ("too_many_messages", 20)
        assert await socket.closed_with() == limits.TOO_MANY_MESSAGES
        taken = time.monotonic()
        await socket.wire.send_to(text_data='{"type": "ping"}')
        assert await socket.wire.receive_nothing()
        assert time.monotonic() - taken < 1


async def test_a_messages_limit_is_met_before_it_is_read(
    token: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VOICE = {**settings.VOICE, "MESSAGES_PER_SOCKET": 5}
    read: list[str] = []

    async def take(_self: SignalingConsumer, message: str | bytes) -> None:
        read.append(str(message))

    monkeypatch.setattr(SignalingConsumer, "take", take)
    async with Socket(token) as socket:
        for _ in range(5):
            await socket.wire.send_to(text_data="{}")
        told = await socket.ask("{}")
        assert told["code"] == "too_many_messages"
        assert len(read) == 5


@pytest.mark.parametrize("lives", [False, True])
async def test_a_socket_without_a_call_is_closed_after_a_while(
    token: str, settings: Any, monkeypatch: pytest.MonkeyPatch, lives: bool
) -> None:
    settings.VOICE = {**settings.VOICE, "SOCKET_IDLE_S": 0.2}
    looked: list[bool] = []

    def in_call(_self: SignalingConsumer) -> bool:
        looked.append(lives)
        return lives

    monkeypatch.setattr(SignalingConsumer, "in_call", in_call)
    async with Socket(token) as socket:
        if not lives:
            assert await socket.closed_with() == 4410
            return
        while len(looked) < 3:  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)
        assert (await socket.ask({"type": "ping"}))["type"] == "pong"


async def test_a_user_has_so_many_sockets_and_gets_the_place_of_one_that_closed(
    token: str, settings: Any
) -> None:
    settings.VOICE = {**settings.VOICE, "SOCKETS_PER_USER": 2}
    async with Socket(token) as first:
        async with Socket(token), Socket(token) as third:
            assert await third.closed_with() == 4429
        async with Socket(token) as another:
            assert (await another.ask({"type": "ping"}))["type"] == "pong"
        assert (await first.ask({"type": "ping"}))["type"] == "pong"
