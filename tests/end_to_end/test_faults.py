"""Database locked, disk full, worker gone: who calls is told at once, who talks goes on."""

import asyncio
import json
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sessions_app.engine.recording.lanes import read_lane
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import mostly, read_wav
from tests.fixtures.streamer import Streamer

Say = Callable[..., Path]
BEFORE, MEANWHILE, AFTER = (
    "please open the second window",
    "the weather is very nice today",
    "please call me back on monday",
)
LOCKED_S = 22.0
"""Longer than SQLite's time-out in the settings, and than a call may go without a heartbeat."""

DISK_MB = 2
CALLER = 0
LOUD = 200.0
"""RMS of int16 samples, of speech; silence has a few."""


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of its own for lanes."""
    folder = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    if not mounted:
        pytest.skip("a disk to fill cannot be mounted here: that takes root's rights")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, small_disk: Path) -> Iterator[Product]:
    settings = {"VOICE_LANES_DIR": str(small_disk / "lanes"), "VOICE_MIN_FREE_MB": "0.3"}
    with Product(tmp_path_factory.mktemp("faults"), settings).running() as product:
        yield product


def parts(product: Product) -> dict[str, str]:
    return dict(json.loads(product.get("/readyz")[1])["parts"])


async def refused(product: Product, reason: str) -> None:
    """Returns once a new call was refused, over a socket and over HTTP, within 2 s each."""
    began_s = time.monotonic()
    async with Streamer(product) as client:
        await client.send(type="session_start", audio={"codec": "pcm16", "sample_rate": 16_000})
        error = await client.until("error")
        assert await client.closed() == 4429
    assert time.monotonic() - began_s < 2
    assert error["code"] == "busy"
    assert error["retryAfterS"] > 0
    assert reason in error["message"].lower()
    began_s = time.monotonic()
    with pytest.raises(Exception, match="429") as answer:
        await asyncio.to_thread(product.post, "/api/voice/offer", {"sdp": "v=0", "type": "offer"})
    assert time.monotonic() - began_s < 2
    told: Any = answer.value
    assert int(told.headers["Retry-After"]) > 0
    assert reason in json.loads(told.read())["message"].lower()


async def ready(product: Product) -> None:
    is_ready = lambda: product.get("/readyz")[0] == 200  # noqa: E731
    await asyncio.to_thread(wait_until, is_ready, 15, "readiness")


def caller_of(file: Path) -> np.ndarray:
    """Returns the caller's side of a recording, each sample at its place (16 kHz)."""
    frames = [(round(frame.start_ms * 16), frame.samples) for frame in read_lane(file, CALLER)]
    found = np.zeros(max(start + len(samples) for start, samples in frames))
    for start, samples in frames:
        found[start : start + len(samples)] = samples
    return found


async def whole(product: Product, call_id: str) -> dict[str, Any]:
    """Returns a call once all of it is stored: every sentence, and its sound in the recording."""
    call = await asyncio.to_thread(product.recorded, call_id)
    segments = product.json(f"/api/v1/calls/{call_id}/segments?after=0")["segments"]
    said = " ".join(segment["text"] for segment in segments)
    for sentence in (BEFORE, MEANWHILE, AFTER):
        assert mostly(said, sentence), said
    assert [segment["seq"] for segment in segments] == list(range(1, len(segments) + 1))
    assert (call["state"], call["end_reason"]) == ("ended", "caller_hung_up")
    file = next((product.var / "recordings").rglob(f"*{call_id}*/*.ogg"))
    heard = caller_of(file)
    for segment in segments:
        sound = heard[segment["start_ms"] * 16 : segment["end_ms"] * 16]
        assert np.sqrt(np.mean(sound**2)) > LOUD, segment
    return call


def fill(path: Path) -> None:
    """Writes until the disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            continue


async def hang_up(client: Streamer) -> None:
    await client.send(type="session_end")
    assert (await client.until("session_ended"))["reason"] == "caller_hung_up"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@pytest.mark.timeout(180)
async def test_a_locked_database_refuses_new_calls_and_loses_no_word(
    product: Product, say: Say
) -> None:
    async with Streamer(product) as client:
        call_id = (await client.start())["callId"]
        await client.speak(read_wav(say(BEFORE)))
        await client.hears(BEFORE)
        with locked(product.var / "voicesite.sqlite3"):
            until_s = time.monotonic() + LOCKED_S
            await refused(product, "database")
            await client.speak(read_wav(say(MEANWHILE)))
            await client.hears(MEANWHILE)
            assert "cannot be written" in parts(product)["database"]
            assert product.get("/readyz")[0] == 503
            while (left_s := until_s - time.monotonic()) > 0:  # the caller is silent meanwhile
                await client.drip(bytes(3_200 * round(1 + 10 * min(left_s, 1.0))), 3_200, 0.1)
            await refused(product, "database")
        await client.speak(read_wav(say(AFTER)))
        await client.hears(AFTER)
        await hang_up(client)
    await whole(product, call_id)
    await ready(product)
    async with Streamer(product) as client:
        await client.start()
        await hang_up(client)


@pytest.mark.timeout(180)
async def test_a_full_disk_refuses_new_calls_and_loses_nothing_once_there_is_room(
    product: Product, say: Say, small_disk: Path
) -> None:
    filler = small_disk / "filler"
    async with Streamer(product) as client:
        call_id = (await client.start())["callId"]
        await client.speak(read_wav(say(BEFORE)))
        await client.hears(BEFORE)
        fill(filler)
        await client.speak(read_wav(say(MEANWHILE)))
        await client.hears(MEANWHILE)
        is_full = lambda: "full" in parts(product)["lanes"]  # noqa: E731
        await asyncio.to_thread(wait_until, is_full, 15, "the fault")
        assert product.get("/readyz")[0] == 503
        await refused(product, "disk of the lanes is full")
        filler.unlink()
        await client.speak(read_wav(say(AFTER)))
        await client.hears(AFTER)
        await hang_up(client)
    await whole(product, call_id)
    assert "waits to be written" in product.whole_log("web")
    await ready(product)


async def test_without_worker_and_beat_new_calls_are_refused_until_they_are_back(
    tmp_path: Path,
) -> None:
    product = Product(tmp_path / "var", {"VOICE_WORKER_SILENT_S": "3"})
    with product.running():
        product.kill("worker")
        product.kill("beat")

        def silent() -> bool:
            found = parts(product)
            return all("no sign of life" in found[name] for name in ("worker", "beat"))

        await asyncio.to_thread(wait_until, silent, 15, "silence")
        assert product.get("/readyz")[0] == 503
        await refused(product, "background")
        product.start("worker", "beat")
        await ready(product)
        async with Streamer(product) as client:
            await client.start()
            await hang_up(client)
