"""Starts of calls that come together: as many begin as are allowed."""

import asyncio
import json
import socket
from collections.abc import Iterator

import pytest

from tests.end_to_end.test_tickets import ticket
from tests.fixtures.burst import CALL, DOORS, Burst
from tests.fixtures.offers import OFFERS, offer
from tests.fixtures.requests import ask
from tests.fixtures.server import UNSPOKEN, Product

LIMITS = UNSPOKEN | {
    "VOICE_CALLS_PER_USER": "10",
    "VOICE_OFFERS_PER_USER": "1000",
    "VOICE_OFFERS_PER_ADDRESS": "1000",
}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Its offers take half a second: so long it waits for a STUN server that says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        stun = {"VOICE_ICE_SERVERS": f"stun:127.0.0.1:{silent.getsockname()[1]}"}
        folder = tmp_path_factory.mktemp("product")
        with Product(folder, LIMITS | stun).running("web") as product:
            yield product


@pytest.mark.parametrize("door", DOORS)
async def test_of_thirty_at_once_ten_begin(product: Product, door: str) -> None:
    async with Burst(product) as burst:
        assert await burst.start([("user", door)] * 30) == {CALL: 10, "too_many_calls": 20}
        assert await burst.start([("staff", door)]) == {CALL: 1}, "another user has their own"


async def test_starts_that_fail_leave_nothing_behind(product: Product) -> None:
    bad = [{"sdp": "v=0", "type": "offer"}] * 10
    nobody = [
        {"sdp": offer(OFFERS["Chrome"]), "type": "offer", "agentId": "nobody"} for _ in range(10)
    ]
    for wrong in (bad, nobody):
        told = await asyncio.gather(*(ask(product, "/api/voice/offer", body) for body in wrong))
        assert {status for status, _ in told} == {422}
    async with Burst(product) as burst:
        assert await burst.start([("user", "http")] * 10) == {CALL: 10}


async def test_an_offer_that_is_asked_again_takes_no_second_place(product: Product) -> None:
    body = {"sdp": offer(OFFERS["Chrome"]), "type": "offer"}
    at_once = await asyncio.gather(*(ask(product, "/api/voice/offer", body) for _ in range(5)))
    calls = {str(told["callId"]) for _, told in at_once}
    assert len(calls) == 1
    async with Burst(product) as burst:
        burst.calls += [("user", calls.pop())]
        assert await burst.start([("user", "http")] * 12) == {CALL: 9, "too_many_calls": 3}


async def test_a_ticket_that_comes_often_at_once_is_used_once(product: Product) -> None:
    path = await ticket(product)
    bodies = [{"sdp": offer(OFFERS["Chrome"]), "type": "offer"} for _ in range(8)]
    done = await asyncio.gather(*(ask(product, f"{path}/api/voice/offer", body) for body in bodies))
    statuses = sorted(status for status, _ in done)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {401, 403}
    logged = (product.var / "test-logs" / "web.log").read_text()
    assert "/t/-/api/voice/offer" in logged
    assert path.rpartition("/")[2] not in logged, "a refused request is logged without its ticket"
    async with Burst(product) as burst:
        burst.calls += [("user", str(told["callId"])) for status, told in done if status == 200]


async def test_a_client_that_does_not_wait_keeps_its_ticket_for_the_same_call(
    product: Product,
) -> None:
    path = await ticket(product)
    body = {"sdp": offer(OFFERS["Chrome"]), "type": "offer"}
    text = json.dumps(body).encode()
    _, writer = await asyncio.open_connection("127.0.0.1", product.port)
    writer.write(
        f"POST {path}/api/voice/offer HTTP/1.1\r\nHost: 127.0.0.1:{product.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode()
    )
    writer.write(text)

    async def comes_to(status: int, where: str, sent: dict[str, str]) -> dict[str, str]:
        async with asyncio.timeout(10):
            while True:
                found, told = await ask(product, f"{path}{where}", sent, method="POST")
                if found == status:
                    return told

    await comes_to(401, "/start", {})  # the ticket is in use
    writer.transport.abort()
    told = await comes_to(200, "/api/voice/offer", body)
    async with Burst(product) as burst:
        burst.calls += [("user", told["callId"])]
