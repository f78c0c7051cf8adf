"""Requests on their way to media processes; those are tested whole in end_to_end."""

import json
from typing import Any

import pytest

from sessions_app.bridge.media_processes import MediaProcesses
from sessions_app.relaying.requests import Route, relay_request

LONGEST = 1_000


@pytest.fixture
def route(settings: Any, tmp_path: Any) -> Route:
    settings.VOICE = {**settings.VOICE, "RUN_DIR": str(tmp_path)}

    async def owner(_call_id: str) -> str:
        return ""

    return Route(MediaProcesses(), owner, LONGEST)


async def answer(route: Route, *parts: bytes) -> tuple[int, dict[bytes, bytes], dict[str, Any]]:
    """Returns status, headers and JSON for a POST whose body comes in `parts`."""
    waiting = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, start=1)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http",
        "method": "POST",
        "path": "/api/voice/offer",
        "query_string": b"",
        "headers": [],
        "client": ["192.0.2.7", 4711],
    }
    await relay_request(route, scope, receive, send)
    await route.processes.aclose()
    start, body = sent
    return start["status"], dict(start["headers"]), json.loads(body["body"])


async def test_a_body_that_is_too_long_is_not_read_to_its_end(route: Route) -> None:
    status, _, told = await answer(route, b"x" * 600, b"x" * 600, b"x" * 600)
    assert (status, told["code"]) == (413, "too_large")


async def test_nobody_to_ask_is_told_with_a_time(route: Route) -> None:
    status, headers, told = await answer(route, b"{}")
    assert (status, told["code"]) == (429, "busy")
    assert int(headers[b"retry-after"]) > 0


async def test_a_process_that_was_killed_is_forgotten(route: Route, tmp_path: Any) -> None:
    stale = tmp_path / "0a1b2c3d.sock"
    stale.touch()
    body = json.dumps({"pc_id": "0a1b2c3d.secret", "sdp": "v=0"}).encode()
    status, _, told = await answer(route, body)
    assert (status, told["code"]) == (429, "busy")
    assert not stale.exists()
