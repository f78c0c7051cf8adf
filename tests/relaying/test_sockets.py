"""Sockets on their way to media processes; those are tested whole in end_to_end."""

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest

from sessions_app.bridge.media_processes import MediaProcesses
from sessions_app.relaying import sockets
from sessions_app.relaying.requests import Route
from sessions_app.relaying.sockets import BUSY, SocketRelay


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

    async def owner(call_id: str) -> str:
        asked.append(call_id)
        return "0a1b2c3d" if call_id == "mine" else ""

    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    processes = MediaProcesses()
    relay = SocketRelay(Route(processes, owner, 1_000), *[cast("Any", None)] * 3)
    for _ in range(1_000):
        assert await relay._owner_of("mine") == "0a1b2c3d"
    assert asked == ["mine"]
    monkeypatch.setattr("sessions_app.relaying.sockets.asyncio.sleep", wait)
    for number in range(sockets.LOOKUPS - 1):
        await relay._owner_of(f"other {number}")
    assert not waited
    await relay._owner_of("one more")
    assert waited == [pytest.approx(1.0, abs=0.2)]
    await processes.aclose()


def test_a_message_that_is_too_long_for_any_door_is_not_read_on_its_way() -> None:
    assert sockets._fields(json.dumps({"callId": "x", "more": "y" * 1_000}))["callId"] == "x"
    assert sockets._fields(json.dumps({"callId": "x", "more": "y" * 70_000})) == {}
