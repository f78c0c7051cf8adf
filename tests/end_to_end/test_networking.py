"""Settings of the network, seen in the answers of a running product."""

import re
from collections.abc import Iterator

import pytest

from tests.end_to_end.test_tickets import an_offer
from tests.fixtures.requests import ask
from tests.fixtures.server import UNSPOKEN, Product

SETTINGS = UNSPOKEN | {
    "VOICE_UDP_PORTS": "41000-41199",
    "VOICE_PUBLIC_ADDRESS": "203.0.113.9",
    "VOICE_TRUSTED_PROXIES": "1",
    "VOICE_CALLS_PER_ADDRESS": "1",
}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("product"), SETTINGS).running("web") as product:
        yield product


async def test_candidates_have_ports_of_the_range_and_the_public_address(product: Product) -> None:
    status, answer = await ask(product, "/api/voice/offer", await an_offer())
    assert status == 200
    found = re.findall(r"a=candidate:\S+ \d \w+ \d+ (\S+) (\d+) typ (\w+)", answer["sdp"])
    assert all(41_000 <= int(port) <= 41_199 for _, port, _ in found)
    assert "203.0.113.9" in {address for address, _, kind in found if kind == "srflx"}
    again = await ask(product, "/api/voice/offer", await an_offer())
    assert (again[0], again[1]["code"]) == (429, "too_many_calls")


def test_what_works_from_here_is_told(product: Product) -> None:
    told = product.manage("check_ice")
    assert "host:" in told
    assert "203.0.113.9" in told
