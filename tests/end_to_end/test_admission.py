"""Starts of calls that come together: as many begin as are allowed."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.end_to_end.test_smallwebrtc import ask
from tests.fixtures.burst import CALL, DOORS, Burst
from tests.fixtures.offers import OFFERS, offer
from tests.fixtures.server import Product

LIMITS = {
    "VOICE_CALLS_PER_USER": "10",
    "VOICE_OFFERS_PER_USER": "1000",
    "VOICE_OFFERS_PER_ADDRESS": "1000",
}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("product"), LIMITS).running("web") as product:
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
