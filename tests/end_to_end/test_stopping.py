"""A process that is told to stop lets its calls end, and says how it is doing meanwhile."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from sessions_app.engine.protocols.streaming import ACK_EVERY
from tests.fixtures.server import START_S, UNSPOKEN, Product, wait_until
from tests.fixtures.service_manager import ServiceManager
from tests.fixtures.streamer import PCM, Streamer

DRAIN_S, WATCHED_S = 60, 3.0
ENDS_S = 15.0
"""After its last call a process ends within HARD_LIMIT_S, on a busy machine a little later."""


async def is_heard(client: Streamer) -> None:
    """Returns once the server has taken more of this client's sound."""
    before = len(client.of("audio_ack"))
    await client.drip(bytes(640 * ACK_EVERY), 640, 0.02)
    await client.sees(lambda: len(client.of("audio_ack")) > before, "an acknowledgement")


def refuses(product: Product) -> None:
    """Waits until the process says that it takes no calls any more."""

    def told() -> bool:
        load = json.loads(product.get("/healthz")[1])
        return bool(load["full"]) and "stopping" in load["faults"]

    wait_until(told, 10, "the end of new calls")
    status, body = product.get("/readyz")
    assert status == 503
    assert "about to be restarted" in json.loads(body)["parts"]["stopping"]


@pytest.mark.timeout(300)
async def test_calls_go_on_and_no_new_ones_begin_until_a_second_signal(tmp_path: Path) -> None:
    with ServiceManager(tmp_path, WATCHED_S) as manager:
        settings = {**UNSPOKEN, **manager.environment, "VOICE_DRAIN_S": str(DRAIN_S)}
        product = Product(tmp_path / "var", settings)
        with product.running("web"):
            await asyncio.to_thread(manager.hears, "READY=1", START_S)
            async with Streamer(product) as first, Streamer(product) as second:
                await first.start(features=["acks"])
                await second.start(features=["acks"])
                web = product.processes["web"]
                web.send_signal(signal.SIGTERM)
                await asyncio.to_thread(manager.hears, "EXTEND_TIMEOUT_USEC=", 10)
                await asyncio.to_thread(refuses, product)
                async with Streamer(product) as late:
                    await late.send(type="session_start", audio=PCM)
                    assert (await late.until("error"))["code"] == "busy"
                manager.told.clear()
                await is_heard(first)
                await asyncio.to_thread(manager.hears, "WATCHDOG=1", WATCHED_S)
                await first.send(type="session_end")
                assert (await first.until("session_ended"))["reason"] == "caller_hung_up"
                await is_heard(second)
                web.send_signal(signal.SIGTERM)
                assert (await second.until("session_ended"))["reason"] == "server_stopped"
            assert await asyncio.to_thread(web.wait, ENDS_S) == 0
            del product.processes["web"]
