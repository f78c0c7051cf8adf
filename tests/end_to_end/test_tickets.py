"""Tickets at the doors of a running product, and the limits of what one caller may have."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from websockets.asyncio.client import connect

from tests.fixtures.requests import ask
from tests.fixtures.server import UNSPOKEN, Product
from tests.fixtures.streamer import Streamer

SITE = "https://www.example.com"
LIMITS = UNSPOKEN | {
    "VOICE_CALLS_PER_USER": "3",
    "VOICE_OFFERS_PER_USER": "1000",
    "VOICE_CORS_ORIGINS": "https://listed.example",
}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("product"), LIMITS).running("web") as product:
        yield product


async def ticket(product: Product, **wish: str | None) -> str:
    """Returns the path of a new ticket."""
    status, made = await ask(product, "/api/v1/tickets", wish)
    assert status == 201
    return str(made["path"])


async def an_offer() -> dict[str, str]:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    pc.addTransceiver("audio")
    await pc.setLocalDescription(await pc.createOffer())
    sdp = pc.localDescription.sdp
    await pc.close()
    return {"sdp": sdp, "type": "offer"}


class Guest(Streamer):
    """A client that comes with a ticket and nothing else."""

    def __init__(self, product: Product, path: str, **headers: str) -> None:
        super().__init__(product, token="", **headers)
        self._url = product.url.replace("http", "ws", 1) + path + "/ws/voice"


async def test_no_user_has_more_calls_open_than_allowed(product: Product) -> None:
    token = product.credentials["staff"]["token"]
    async with AsyncExitStack() as stack:
        for _ in range(3):
            last = await stack.enter_async_context(Streamer(product, token))
            await last.start()
        async with Streamer(product, token) as another:
            await another.send(type="session_start")
            refused = await another.until("error")
            assert (refused["code"], refused["retryAfterS"]) == ("too_many_calls", 30)
            assert await another.closed() == 4429
        status, told = await ask(product, "/api/voice/offer", await an_offer(), "staff")
        assert (status, told["code"]) == (429, "too_many_calls")
        await last.send(type="session_end")
        await last.until("session_ended")
        await last.closed()
        async with Streamer(product, token) as another:
            assert (await another.start())["callId"]


async def test_a_ticket_lets_one_client_in_once(product: Product) -> None:
    path = await ticket(product, agentId="scribe", origin=SITE)
    async with Guest(product, path, Origin=SITE) as client:
        started = await client.start(output=None)
        await client.send(type="text", text="take a note buy milk")
        await client.until("transcript_final", role="agent", text="Noted: buy milk.")
        assert product.json(f"/api/v1/calls/{started['callId']}/")["agent"] == "scribe"
        async with Guest(product, path, Origin=SITE) as second:
            assert await second.closed() == 4401
        client.socket.transport.abort()
    async with Guest(product, f"/t/{started['resumeToken']}", Origin=SITE) as client:
        await client.send(type="session_start")
        assert (await client.until("error"))["code"] == "ticket_used"
        again = await client.start(callId=started["callId"])
        assert again["resumed"]
        await client.send(type="session_end")
        await client.until("session_ended")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_ticket_counts_from_its_origin_alone(product: Product, origin: str | None) -> None:
    path = await ticket(product, origin=SITE)
    headers = {"Origin": origin} if origin else {}
    async with Guest(product, path, **headers) as client:
        assert await client.closed() == 4401


async def test_a_ticket_is_for_its_agent(product: Product) -> None:
    path = await ticket(product, agentId="scribe")
    async with Guest(product, path) as client:
        await client.send(type="session_start", agentId="transcribe-only")
        assert (await client.until("error"))["code"] == "not_allowed"
    status, told = await ask(product, "/api/v1/tickets", {"agentId": "nobody"})
    assert (status, "nobody" in json.dumps(told)) == (400, True)


async def test_a_ticket_makes_one_call_over_http(product: Product) -> None:
    path = await ticket(product)
    broken = await ask(product, f"{path}/api/voice/offer", {"sdp": "nonsense"})
    assert broken[0] == 422  # came to nothing: the ticket still counts
    offer = await an_offer()
    first = await ask(product, f"{path}/api/voice/offer", offer)
    same = await ask(product, f"{path}/api/voice/offer", offer)
    assert first[0] == same[0] == 200
    assert first[1]["callId"] == same[1]["callId"]
    other = await ask(product, f"{path}/api/voice/offer", await an_offer())
    assert (other[0], other[1]["code"]) == (403, "ticket_used")


async def preflight(product: Product, path: str, origin: str) -> str:
    """Returns which origin the server lets in."""
    url = product.url.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*url.split(":"))
    writer.write(
        f"OPTIONS {path} HTTP/1.1\r\nHost: {url}\r\nOrigin: {origin}\r\nConnection: close\r\n"
        "Access-Control-Request-Method: POST\r\n\r\n".encode()
    )
    answer = (await reader.read()).decode()
    writer.close()
    allowed = [x for x in answer.split("\r\n") if x.lower().startswith("access-control-allow-or")]
    assert "allow-credentials" not in answer.lower()
    return allowed[0].partition(": ")[2] if allowed else ""


async def test_other_pages_may_ask_with_a_ticket_or_from_the_list(product: Product) -> None:
    path = await ticket(product, origin=SITE)
    listed = "https://listed.example"
    assert await preflight(product, f"{path}/api/offer", SITE) == SITE
    assert await preflight(product, f"{path}/api/offer", "https://evil.example") == ""
    assert await preflight(product, "/api/offer", listed) == listed
    assert await preflight(product, "/api/v1/calls/", listed) == listed
    assert await preflight(product, "/api/offer", SITE) == ""
    assert await preflight(product, "/login/", listed) == ""


async def test_a_signaling_socket_takes_tickets_too(product: Product) -> None:
    path = await ticket(product)
    url = product.url.replace("http", "ws", 1) + path + "/signaling"
    async with connect(url) as socket:
        offer: dict[str, Any] = await an_offer() | {"type": "offer", "features": ["details"]}
        await socket.send(json.dumps(offer))
        answer = json.loads(await socket.recv())
        assert answer["resumeToken"].startswith("r.")
        await socket.send(json.dumps({"type": "bye"}))
        while json.loads(await socket.recv())["type"] != "bye":
            pass
        await socket.send(json.dumps(await an_offer() | {"type": "offer"}))
        assert json.loads(await socket.recv())["code"] == "ticket_used"
