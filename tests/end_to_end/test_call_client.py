"""The client for programs: what docs/embedding.md shows, and what it says of failures."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from sessions_app.call_client import CallError, call
from tests.fixtures.server import ROOT, Product, wait_until

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/embedding.md").read_text(), re.DOTALL)


def ticket(product: Product, **wish: Any) -> str:
    return str(product.post("/api/v1/tickets", wish)["path"])


def example(word: str) -> dict[str, Any]:
    """Returns what the one example that holds `word` defines."""
    code = next(text for text in EXAMPLES if word in text)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/embedding.md", "exec"), names)
    return names


async def test_the_example_as_it_is_printed(product: Product) -> None:
    order = example("async with call")["order"]
    path = await asyncio.to_thread(ticket, product, agentId="scribe")
    told = await order(product.url, path)
    assert told == "Noted: two loaves of bread."


async def test_a_program_speaks_types_and_hangs_up(product: Product) -> None:
    token = product.credentials["user"]["token"]
    wish: dict[str, Any] = {
        "agent": "scribe",
        "variables": {"table": 3},
        "metadata": {"order": "4711"},
    }
    async with call(product.url, token=token, **wish) as conversation:
        call_id = conversation.call_id
        assert "Noted" in await conversation.answer("take a note buy milk")
        assert [note["text"] for note in conversation.notes] == ["buy milk"]
        assert "agent" in {line.role for line in conversation.lines}
        with pytest.raises(CallError, match=r"within 0\.1 s"):
            await conversation.until(lambda: False, 0.1)
    assert (conversation.reason, conversation.is_over) == ("caller_hung_up", True)
    assert conversation.duration_ms > 0
    assert [line.text async for line in conversation] == [line.text for line in conversation.lines]
    row = await asyncio.to_thread(product.json, f"/api/v1/calls/{call_id}/")
    assert (row["variables"], row["metadata"]) == ({"table": 3}, {"order": "4711"})
    assert row["recording"] is None


async def test_a_block_that_fails_leaves_no_call(product: Product) -> None:
    call_ids = []

    async def fails() -> None:
        async with call(product.url, token=product.credentials["user"]["token"]) as conversation:
            call_ids.append(conversation.call_id)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    path = f"/api/v1/calls/{call_ids[0]}/"
    await asyncio.to_thread(
        wait_until, lambda: product.json(path)["end_reason"] == "caller_hung_up", 30, "its end"
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"ticket": "nobody-made-this-one"}, "does not know this token or ticket"),
        ({"token": "vs_wrong"}, "does not know this token or ticket"),
        ({"microphone": Path("nowhere.wav")}, "cannot be read as a sound file"),
    ],
)
async def test_why_there_is_no_call(product: Product, given: dict[str, Any], why: str) -> None:
    with pytest.raises(Exception, match=why):
        async with call(product.url, **given):
            pass


async def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(CallError, match="No voicesite answers"):
        async with call("http://127.0.0.1:1"):
            pass
