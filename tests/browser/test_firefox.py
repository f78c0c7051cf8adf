"""The voice-agent client and the typed WebSocket in Firefox, whose offers and recordings differ."""

import json
from typing import Any

import pytest

from tests.fixtures import firefox
from tests.fixtures.clients import FOLDER
from tests.fixtures.server import Product, wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.skipif(bool(firefox.missing()), reason=firefox.missing()),
]


def wanted(**values: Any) -> str:
    """Returns the expression for the diary's messages with those values."""
    given = json.dumps(values)
    return (
        "(() => { const found = window.diary.filter((m) =>"
        f" Object.entries({given}).every(([k, v]) => m[k] === v));"
        " return found.length ? found : null; })()"
    )


async def test_the_voice_agent_client(product: Product) -> None:
    async with firefox.firefox() as page:
        await page.sign_in(product)
        await page.run((FOLDER / "voice-agent.js").read_text() + "\nwindow.listens = false;")
        await page.run("settings.bundlePolicy = 'max-bundle'; await withRsa()")
        await page.run("await callAgent(location.origin.replace('http', 'ws'), 'scribe')")
        said = await page.until(wanted(type="transcript", role="agent"))
        assert said[0]["text"].startswith("Hello")
        assert await page.until(wanted(type="status", channel=True, state="active"))
        for direction in ("inactive", "sendrecv"):
            await page.run(f"await change({direction!r})")
            await page.until(f"direction() === {direction!r}")
        for _ in range(2):
            await page.run("await another()")
            await page.until("where() === 'sendrecv connected'")
        await page.run("control({type: 'text', text: 'take a note buy milk'})")
        assert await page.until(wanted(type="transcript", text="Noted: buy milk."))
        await page.run("hangUp()")
        call = product.json("/api/v1/calls/")["results"][0]
        path = f"/api/v1/calls/{call['id']}/"
        assert wait_until(lambda: product.json(path)["end_reason"], 20, "the end") == "caller_left"


@pytest.mark.parametrize("kind", ["audio/webm;codecs=opus", "audio/ogg;codecs=opus"])
async def test_the_typed_socket(product: Product, kind: str) -> None:
    async with firefox.firefox() as page:
        await page.sign_in(product)
        await page.run((FOLDER / "stream.js").read_text() + "\nwindow.plays = false;")
        address = product.url.replace("http", "ws", 1) + "/ws/voice"
        await page.run(f"await speakOver({address!r}, {kind!r})")
        said = await page.until(wanted(type="transcript_final", role="agent"))
        assert said[0]["text"].startswith("Hello")
        await page.run("say({type: 'session_end'})")
        ended = await page.until(wanted(type="session_ended"))
        assert ended[0]["reason"] == "caller_hung_up"
        assert ended[0]["durationMs"] > 1_000
        assert not await page.run(f"return {wanted(type='error')}")
