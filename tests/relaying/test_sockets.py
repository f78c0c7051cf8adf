"""Sockets on their way to media processes; those are tested whole in end_to_end."""

import asyncio
from pathlib import Path
from typing import Any

from sessions_app.bridge.media_processes import MediaProcesses
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
