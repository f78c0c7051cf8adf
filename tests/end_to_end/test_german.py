"""A call in German with Whisper as the agent's recogniser.

Once with a stand-in for its package, and once with the real model (`tests/fixtures/foreign.py`).
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.foreign import real_model, spoken
from tests.fixtures.german_engine.faster_whisper import SENTENCES
from tests.fixtures.models import model_folder
from tests.fixtures.server import ROOT, Product, wait_until
from tests.fixtures.streamer import Streamer

STAND_IN = ROOT / "tests" / "fixtures" / "german_engine"
GERMAN = """
from sessions_app.models import Agent
Agent.objects.create(name='Zuhörer', slug='german', language='de-DE', recogniser='whisper')
"""
pytestmark = [pytest.mark.recogniser, pytest.mark.timeout(280)]


@pytest.fixture(params=["stand-in", "real"])
def german(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Product]:
    if request.param == "real":
        settings = {"WHISPER_MODEL": real_model("WHISPER")}
    else:
        folder = model_folder(tmp_path, "whisper")
        settings = {"WHISPER_MODEL": str(folder), "PYTHONPATH": f"{STAND_IN}:{ROOT}"}
    product = Product(tmp_path / "var", settings)
    product.prepare()
    product.manage("shell", "-c", GERMAN)
    with product.running("web", "worker"):
        yield product


async def test_a_call_in_german_is_transcribed_in_german(german: Product) -> None:
    async with Streamer(german) as client:
        began = await client.start(agentId="german")
        for sentence in SENTENCES:
            await client.speak(await spoken(sentence, "de"))
        await client.hears(" ".join(SENTENCES))
        await client.send(type="session_end")
        assert await client.closed() == 1000
    call = await asyncio.to_thread(german.recorded, began["callId"])
    assert call["language"] == "de-DE"
    path = f"/api/v1/calls/{began['callId']}/versions"
    asked = german.post(path, {"recogniser": "whisper"}, "staff")

    def again() -> dict[str, object] | None:
        found = german.json(f"{path}/{asked['number']}", "staff")
        return dict(found) if found["state"] == "done" else None

    # it gives way to all else on the machine, and the real model has 4 s of work
    version = await asyncio.to_thread(wait_until, again, 150, "the second transcript")
    assert "Hamburg" in str(version["segments"])
