"""Sockets on their way to media processes; those are tested whole in end_to_end."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest
from django.db import OperationalError
from websockets.asyncio.server import ServerConnection, unix_serve

from sessions_app.proxy import sockets
from sessions_app.proxy.relay import Relay
from sessions_app.proxy.requests import Route
from sessions_app.proxy.sockets import BUSY, SocketRelay
from sessions_app.runtime.media_processes import MediaProcesses, ProcessLoad


async def test_a_handshake_that_is_refused_takes_no_process_away(
    settings: Any, tmp_path: Path
) -> None:
    settings.VOICE = {**settings.VOICE, "RUN_DIR": str(tmp_path)}

    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async def owner(_call_id: str) -> str:
        return ""

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope: Any = {"type": "websocket", "path": "/ws/voice", "query_string": b"", "headers": []}
    server = await asyncio.start_unix_server(refuse, tmp_path / "0a1b2c3d.sock")
    async with server:
        processes = MediaProcesses()
        relay = SocketRelay(Route(processes, owner, 1_000), scope, receive, send)
        await relay.run("0a1b2c3d")
        assert processes.has("0a1b2c3d")
        await processes.aclose()
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert sent[-1]["code"] == BUSY


async def test_a_client_that_names_call_after_call_asks_the_database_seldom(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VOICE = {**settings.VOICE, "RUN_DIR": str(tmp_path)}
    asked: list[str] = []
    now_s = 1_000.0

    async def owner(call_id: str) -> str:
        asked.append(call_id)
        return "0a1b2c3d" if call_id == "mine" else ""

    waited: list[float] = []

    async def wait(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds
        waited.append(seconds)

    processes = MediaProcesses()
    relay = SocketRelay(Route(processes, owner, 1_000), *[cast("Any", None)] * 3)
    for _ in range(1_000):
        assert await relay._owner_of("mine") == "0a1b2c3d"
    assert asked == ["mine"]
    monkeypatch.setattr("sessions_app.proxy.sockets.asyncio.sleep", wait)
    monkeypatch.setattr("sessions_app.proxy.sockets.time.monotonic", lambda: now_s)
    for number in range(sockets.LOOKUPS - 1):
        await relay._owner_of(f"other {number}")
    assert not waited
    await relay._owner_of("one more")
    assert waited == [pytest.approx(1.0, abs=0.2)]
    for number in range(100):
        await relay._owner_of(f"another {number}")
    assert sum(waited) == pytest.approx(101.0, abs=1.0), "one a second from then on"
    await processes.aclose()


def test_a_message_that_is_too_long_for_any_door_is_not_read_on_its_way() -> None:
    assert sockets._fields(json.dumps({"callId": "x", "more": "y" * 1_000}))["callId"] == "x"
    assert sockets._fields(json.dumps({"callId": "x", "more": "y" * 70_000})) == {}


class Known(MediaProcesses):
    """Processes of which it is thought that they have room, `aa` the most."""

    async def _load(self, name: str) -> ProcessLoad | None:
        return ProcessLoad(calls=ord(name[0]), begun=0, room=9, full=False, at_s=0.0)


class Client:
    """A client that sends what it has and then waits for that many messages, or the close."""

    def __init__(self, path: str, sends: list[dict[str, Any]], awaits: int) -> None:
        self.scope: Any = {"type": "websocket", "path": path, "query_string": b"", "headers": []}
        self._sends = [{"type": "websocket.connect"}]
        self._sends += [{"type": "websocket.receive", "text": json.dumps(one)} for one in sends]
        self._awaits = awaits
        self._enough = asyncio.Event()
        self.told: list[dict[str, Any]] = []
        self.code: int | None = None

    async def receive(self) -> Any:
        if self._sends:
            return self._sends.pop(0)
        await self._enough.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.send":
            self.told.append(json.loads(message["text"]))
        if message["type"] == "websocket.close":
            self.code = message["code"]
        if self.code is not None or len(self.told) >= self._awaits:
            self._enough.set()


async def served(folder: Path, client: Client, *busy: str, waits: bool = False) -> dict[str, Any]:
    """Serves a client by the processes aa and bb; returns the types that each was sent."""
    seen: dict[str, list[str]] = {"aa": [], "bb": []}

    def process(name: str) -> Any:
        async def serve(socket: ServerConnection) -> None:
            async for text in socket:
                kind = json.loads(text)["type"]
                seen[name].append(kind)
                if kind in ("offer", "session_start"):
                    kind = "error" if name in busy else "answer"
                    told = {"type": kind, "code": "busy", "callId": name, "retryAfterS": 30}
                    await socket.send(json.dumps(told))
                    if name in busy and socket.request and "voice" in socket.request.path:
                        await socket.close(4429, "busy")
                else:
                    await socket.send(json.dumps({"type": "seen", "what": kind}))

        return serve

    async def owner(_call_id: str) -> str:
        return "aa"

    async with AsyncExitStack() as stack:
        for name in seen:
            path = str(folder / f"{name}.sock")
            await stack.enter_async_context(unix_serve(process(name), path))
        processes = Known()
        route = Route(processes, owner, 1_000)
        relay = SocketRelay(route, client.scope, client.receive, client.send)
        async with asyncio.timeout(10):
            await relay.run(waits=waits)
        await processes.aclose()
    return seen


@pytest.fixture
def folder(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run")
    settings.VOICE = {**settings.VOICE, "RUN_DIR": str(path)}
    return path


OFFER = {"type": "offer", "sdp": "v=0"}
CANDIDATE = {"type": "ice-candidate", "candidate": None}


async def test_what_one_is_too_busy_for_another_takes_with_all_that_follows(folder: Path) -> None:
    client = Client("/signaling", [{"type": "ping"}, OFFER, CANDIDATE], 3)
    seen = await served(folder, client, "aa")
    assert seen == {"aa": ["ping", "offer"], "bb": ["offer", "ice-candidate"]}
    assert [told["type"] for told in client.told] == ["seen", "answer", "seen"]
    assert client.told[1]["callId"] == "bb"


async def test_a_goodbye_of_the_busy_one_is_not_the_clients(folder: Path) -> None:
    client = Client("/ws/voice", [{"type": "session_start"}], 1)
    await served(folder, client, "aa")
    assert [told["callId"] for told in client.told] == ["bb"]
    assert client.code is None


async def test_where_all_are_busy_the_client_is_told(folder: Path) -> None:
    client = Client("/ws/voice", [{"type": "session_start"}], 2)
    seen = await served(folder, client, "aa", "bb")
    assert seen == {"aa": ["session_start"], "bb": ["session_start"]}
    assert [(told["code"], told["retryAfterS"]) for told in client.told] == [("busy", 30)]
    assert client.code == 4429
    client = Client("/signaling", [OFFER, CANDIDATE], 2)
    seen = await served(folder, client, "aa", "bb")
    assert [told["type"] for told in client.told] == ["error", "seen"]
    assert client.code is None, "the socket may offer again"


@pytest.mark.parametrize(
    ("path", "message", "waits"),
    [
        ("/signaling", OFFER | {"callId": "one"}, False),
        ("/t/a-ticket-that-is-used-up/signaling", OFFER, True),
        ("/vosk", {"type": "session_start"}, False),
    ],
)
async def test_what_belongs_to_one_process_stays_there(
    folder: Path, path: str, message: dict[str, Any], waits: bool
) -> None:
    client = Client(path, [message, CANDIDATE], 2)
    seen = await served(folder, client, "aa", waits=waits)
    assert seen["bb"] == []
    assert [told["type"] for told in client.told] == ["error", "seen"]


async def test_an_offer_to_a_process_that_has_just_ended_keeps_no_socket_waiting(
    folder: Path,
) -> None:
    async def end(socket: ServerConnection) -> None:
        await socket.close(4012, "The server stops.")

    async def owner(_call_id: str) -> str:
        return ""

    client = Client("/signaling", [OFFER], 1)
    closed = asyncio.Event()

    async def send(message: Any) -> None:
        await client.send(message)
        if client.code is not None:
            closed.set()

    async def receive() -> Any:
        message = await client.receive()
        if message["type"] == "websocket.receive":
            await closed.wait()
        return message

    async with unix_serve(end, str(folder / "aa.sock")):
        processes = Known()
        relay = SocketRelay(Route(processes, owner, 1_000), client.scope, receive, send)
        async with asyncio.timeout(5):
            await relay.run()
        await processes.aclose()
    assert client.code == 4012


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/ws/calls/abcdefghijklmnop/live", "calls.worker_of"),
        ("/t/a-ticket-that-is-good/ws/voice", "tickets.find_holder"),
    ],
)
async def test_while_the_database_is_away_a_socket_is_told_when_to_come_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, path: str, asked: str
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("the database is locked")

    async def inner(*_: object) -> None:
        raise AssertionError("nobody is to be asked")

    monkeypatch.setattr(f"sessions_app.proxy.relay.{asked}", away)
    client = Client(path, [], 1)
    await Relay(cast("Any", inner))(client.scope, client.receive, cast("Any", client.send))
    assert client.code == BUSY
