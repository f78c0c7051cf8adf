"""A card number that an agent hides: nowhere in what the product tells, stores or logs."""

import asyncio
from functools import partial

import pytest

from tests.fixtures.left import left_in_files
from tests.fixtures.server import Product, wait_until
from tests.fixtures.streamer import Streamer

CARD = "4111 1111 1111 1111"
HIDE = """
from sessions_app.models import Agent
Agent.objects.filter(slug="scribe").update(redact_kinds=["card"])
"""


def said(client: Streamer, text: str) -> bool:
    return text in client.said("agent")


@pytest.mark.timeout(300)
async def test_nothing_tells_a_hidden_number(own_product: Product) -> None:
    product = own_product
    with product.running("web", "worker"):
        product.manage("shell", "-v", "0", "-c", HIDE)
        async with Streamer(product) as client:
            began = await client.start(agentId="scribe", output=None)
            await client.until("turn_end", turn=1)
            await client.send(type="text", text=f"take a note my card is {CARD}")
            answer = "Noted: my card is [card number]."
            await client.sees(partial(said, client, answer), "the note")
            await client.send(type="session_end")
            await client.until("session_ended")
        assert "4111" not in str(client.messages)
        path = f"/api/v1/calls/{began['callId']}/"
        rows = product.json(f"{path}segments?after=0")["segments"]
        assert "take a note my card is [card number]" in [row["text"] for row in rows]

        def summed_up() -> bool:
            return bool(product.json(path)["summary"]["state"] == "done")

        await asyncio.to_thread(wait_until, summed_up, 60, "the summary")
        hidden = product.json(f"{path}redactions")["redactions"]
        assert {row["kind"] for row in hidden} == {"card"}
        assert len(hidden) == 2, "what the caller wrote, and what the agent answered"
        assert left_in_files([CARD, CARD.replace(" ", "")], product.var) == set()
