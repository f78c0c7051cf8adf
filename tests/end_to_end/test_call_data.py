"""A call that is given a name greets by it, and tells so over REST."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.test_tickets import Guest
from tests.fixtures.requests import ask
from tests.fixtures.server import Product
from tests.fixtures.streamer import Streamer

GREETING = "Hello {{name}}, you are {{rank}}."
SET = (
    "from sessions_app.models import Agent; "
    f"Agent.objects.filter(slug='scribe').update(greeting={GREETING!r})"
)


@pytest.fixture
def product(own_product: Product) -> Iterator[Product]:
    own_product.manage("shell", "-v", "0", "-c", SET)
    with own_product.running("web"):
        yield own_product


async def test_a_greeting_names_the_caller(product: Product) -> None:
    given = {"variables": {"name": "Ada"}, "metadata": {"order": 4711}}
    async with Streamer(product) as client:
        started = await client.start(agentId="scribe", output=None, **given)
        await client.until("transcript_final", role="agent", text="Hello Ada, you are .")
        await client.send(type="session_end")
        await client.until("session_ended")
    wish = {"agentId": "scribe", "variables": {"rank": "captain"}}
    status, made = await ask(product, "/api/v1/tickets", wish)
    assert status == 201
    async with Guest(product, str(made["path"])) as client:
        await client.send(type="session_start", variables={"two words": 1})
        assert (await client.until("error"))["code"] == "bad_message"
        await client.start(output=None, variables={"rank": "admiral", "name": "Bob"})
        await client.until("transcript_final", role="agent", text="Hello Bob, you are captain.")
    status, told = await ask(product, "/api/v1/calls/?metadata.order=4711", None, method="GET")
    assert (status, [call["id"] for call in told["results"]]) == (200, [started["callId"]])
