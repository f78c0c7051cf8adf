"""Requests on their way to media processes; those are tested whole in end_to_end."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sessions_app.proxy.requests import Route, relay_request
from sessions_app.runtime.media_processes import MediaProcesses
from tests.fixtures.offers import OFFERS, offer

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
    assert headers[b"cache-control"] == b"private, no-store"


async def test_a_process_that_was_killed_is_forgotten(route: Route, tmp_path: Any) -> None:
    stale = tmp_path / "0a1b2c3d.sock"
    stale.touch()
    body = json.dumps({"pc_id": "0a1b2c3d.secret", "sdp": "v=0"}).encode()
    status, _, told = await answer(route, body)
    assert (status, told["code"]) == (429, "busy")
    assert not stale.exists()


def streamed(status: int, told: dict[str, Any]) -> httpx2.Response:
    """Returns an answer whose body comes over a connection."""

    async def body() -> AsyncIterator[bytes]:
        yield json.dumps(told).encode()

    return httpx2.Response(status, content=body(), headers={"retry-after": "7"})


class Two(MediaProcesses):
    """Two processes, of which those that are `full` say so only when they are asked for a call."""

    def __init__(self, *full: str, code: str = "busy") -> None:
        super().__init__()
        self._full = full
        self._code = code
        self.asked: list[str] = []

    def client(self, name: str) -> httpx2.AsyncClient:
        def handle(request: httpx2.Request) -> httpx2.Response:
            if request.url.path == "/healthz":
                load = {"calls": ord(name[0]), "begun": 0, "room": 9, "full": False}
                return streamed(200, load)
            self.asked.append(name)
            if name in self._full:
                return streamed(429, {"code": self._code})
            return streamed(200, {"callId": name})

        self._clients[name] = httpx2.AsyncClient(transport=httpx2.MockTransport(handle))
        return self._clients[name]


async def asked(route: Route, processes: Two, **body: str) -> tuple[int, dict[str, Any]]:
    given = json.dumps(body).encode()
    status, headers, told = await answer(Route(processes, route.owner, LONGEST * 9), given)
    assert status == 200 or headers[b"retry-after"] == b"7"
    return status, told


@pytest.fixture
def both(route: Route, tmp_path: Path) -> Route:
    for name in ("aa", "bb"):
        (tmp_path / f"{name}.sock").touch()
    return route


async def test_what_one_is_too_busy_for_another_takes(both: Route) -> None:
    processes, sdp = Two("aa"), offer(OFFERS["Chrome"])
    assert await asked(both, processes, sdp=sdp) == (200, {"callId": "bb"})
    assert await asked(both, processes, sdp=sdp) == (200, {"callId": "bb"})
    assert processes.asked == ["aa", "bb", "bb"], "the same offer again goes to its call"


class ChosenAtOnce(Two):
    """Two processes: who chooses gets another one than who chooses at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self._left = ["aa", "bb"]
        self._both = asyncio.Event()

    async def choose(self) -> str:
        name = self._left.pop()
        if not self._left:
            self._both.set()
        await self._both.wait()
        return name


async def test_the_same_offer_twice_at_once_is_for_one_process(both: Route) -> None:
    processes, sdp = ChosenAtOnce(), offer(OFFERS["Chrome"])
    async with asyncio.timeout(10):
        await asyncio.gather(*(asked(both, processes, sdp=sdp) for _ in range(2)))
    assert len(processes.asked) == 2
    assert len(set(processes.asked)) == 1


async def test_an_offer_that_was_told_to_come_again_is_not_for_the_same_one(both: Route) -> None:
    sdp = offer(OFFERS["Chrome"])
    processes = Two("aa", "bb")
    assert await asked(both, processes, sdp=sdp) == (429, {"code": "busy"})
    assert processes.asked == ["aa", "bb"], "each is asked once"
    processes._full = ("bb",)
    assert await asked(both, processes, sdp=sdp) == (200, {"callId": "aa"})


async def test_what_its_caller_may_not_have_is_not_asked_for_elsewhere(both: Route) -> None:
    processes = Two("aa", code="too_many_calls")
    assert (await asked(both, processes, sdp="v=0"))[0] == 429
    assert processes.asked == ["aa"]


async def test_a_call_is_at_one_process_however_busy_that_is(both: Route) -> None:
    processes = Two("aa")
    assert (await asked(both, processes, sdp="v=0", pc_id="aa.secret"))[0] == 429
    assert processes.asked == ["aa"]
