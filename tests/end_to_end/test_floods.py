"""What a client that sends far too much does to everybody else: nothing."""

import asyncio
import base64
import contextlib
import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.fixtures.server import UNSPOKEN, Product
from tests.fixtures.streamer import Streamer
from tests.fixtures.talker import Talker

TEXTS = 5_000
LIMIT = 180
"""Texts a minute of one call (`VOICE_TEXTS_PER_CALL`): this many at once, then three a second."""

SOON_S = 2.0
MOST_MIB = 60
BEAT_S = 5.0
"""How often a process says that its calls live."""

TOO_MANY = 4430


@pytest.fixture(scope="module")
def product(fresh_product: Product) -> Product:
    """Its own: what it takes is measured, and it is hurt."""
    return fresh_product


def memory_mib(product: Product) -> float:
    """Returns what all servers of the product take."""
    pids = [p.pid for name, p in product.processes.items() if name not in ("worker", "beat")]
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def text(number: int) -> str:
    return json.dumps({"type": "text", "text": f"take a note number {number}"})


async def flood(socket: ClientConnection) -> None:
    """Asks for a note, again and again, as fast as the server reads."""
    with contextlib.suppress(ConnectionClosed):
        for number in range(TEXTS):
            await socket.send(text(number))


@contextlib.asynccontextmanager
async def flooder(product: Product, door: str) -> AsyncIterator[Streamer | Talker]:
    """A call to the Scribe through that door."""
    if door == "/ws/voice":
        async with Streamer(product) as client:
            await client.start(agentId="scribe", output=None, features=["agent"])
            yield client
    else:
        async with Talker(product, "scribe") as talker:
            yield talker


async def time_of_a_start(product: Product) -> float:
    """Returns how long another user waits for a call of their own."""
    started = time.monotonic()
    async with Streamer(product, product.credentials["staff"]["token"]) as other:
        await other.start(agentId="scribe")
        took = time.monotonic() - started
        await other.send(type="session_end")
        await other.until("session_ended")
    return took


def beat_age_s(product: Product, call_id: str) -> float:
    """Returns for how long nobody has said that a call lives."""
    with contextlib.closing(sqlite3.connect(product.var / "voicesite.sqlite3")) as database:
        asked = "SELECT heartbeat_at FROM sessions_app_call WHERE public_id = ?"
        (told,) = database.execute(asked, (call_id,)).fetchone()
    at = datetime.fromisoformat(told).replace(tzinfo=UTC)
    return (datetime.now(UTC) - at).total_seconds()


async def flood_is_harmless(product: Product, door: str) -> None:
    """Fails where a flood of texts through `door` is felt by anybody else."""
    await time_of_a_start(product)  # what a first call loads is not the flood's doing
    async with Streamer(product, product.credentials["staff"]["token"]) as bystander:
        standing = await bystander.start(agentId="scribe")
        async with flooder(product, door) as client:
            before = memory_mib(product)
            flooding = asyncio.create_task(flood(client.sent_over))
            waits, beats = [], []
            for _ in range(4):
                waits.append(await time_of_a_start(product))
                beats.append(beat_age_s(product, standing["callId"]))
            told = await client.until("error", code="too_many_messages")
            assert told["retryAfterS"] >= 1
            await client.sees(lambda: client.sent_over.close_code is not None, "the close", 60)
            assert client.sent_over.close_code == TOO_MANY
            waits += [await time_of_a_start(product) for _ in range(2)]
            beats.append(beat_age_s(product, standing["callId"]))
            await flooding
            grown = memory_mib(product) - before
            assert (max(waits) < SOON_S, grown < MOST_MIB, max(beats) < 2 * BEAT_S) == (
                True,
                True,
                True,
            ), (waits, grown, beats)
            notes = client.of("notes")
            assert LIMIT <= len(notes) <= 1.5 * LIMIT
            assert all(len(message["notes"]) <= 1 for message in notes)
        await bystander.send(type="session_end")
        assert (await bystander.until("session_ended"))["reason"] == "caller_hung_up"


@pytest.mark.parametrize("door", ["/ws/voice", "/signaling"])
async def test_a_flood_of_texts_keeps_nobody_out(product: Product, door: str) -> None:
    await flood_is_harmless(product, door)


async def test_a_flood_of_texts_through_a_web_process_keeps_nobody_out(tmp_path: Path) -> None:
    with Product(tmp_path / "var", UNSPOKEN, media=1).running("media-1", "web") as product:
        await flood_is_harmless(product, "/ws/voice")


class ChannelTalker(Talker):
    """A caller with the data channel `control`."""

    async def __aenter__(self) -> "ChannelTalker":
        self.channel = self.pc.createDataChannel("control")
        self.told: list[dict[str, object]] = []
        self.channel.on("message", lambda message: self.told.append(json.loads(message)))
        await super().__aenter__()
        await self.sees(lambda: self.channel.readyState == "open", "the channel")
        return self


async def test_a_flood_over_a_data_channel_closes_it_and_the_call_goes_on(
    product: Product,
) -> None:
    async with ChannelTalker(product, "scribe") as talker:
        for number in range(TEXTS // 10):
            talker.channel.send(text(number))
        await talker.sees(lambda: talker.channel.readyState == "closed", "the end of the channel")
        errors = [message for message in talker.told if message["type"] == "error"]
        assert {error["code"] for error in errors} == {"too_many_messages"}
        assert len(talker.said("user")) <= LIMIT + 10
        assert await time_of_a_start(product) < SOON_S
        assert (await talker.hang_up())["reason"] == "caller_hung_up"


async def test_a_call_says_so_when_it_has_its_notes_and_stores_each_once(tmp_path: Path) -> None:
    settings = UNSPOKEN | {"VOICE_NOTES_PER_CALL": "3", "VOICE_CHARACTERS_PER_NOTE": "20"}
    with Product(tmp_path / "var", settings).running("web", "worker") as product:
        async with Streamer(product) as client:
            started = await client.start(agentId="scribe", output=None, features=["agent"])
            call_id = started["callId"]
            await client.until("turn_end", turn=1)
            for number in range(4):
                await client.send(type="text", text=f"take a note number {number}")
                await client.until("turn_end", turn=3 + 2 * number)
            await client.send(type="text", text="undo")
            await client.until("notes", removed=[3])
            await client.send(type="text", text="take a note " + "x" * 30)
            await client.sees(lambda: "20 characters" in client.said("agent")[-1], "the refusal")
            assert any("already have 3 notes" in said for said in client.said("agent"))
            async with Streamer(product) as again:
                await again.start(callId=call_id, output=None, features=["agent"])
                whole = await again.until("notes", whole=True)
                assert [note["text"] for note in whole["notes"]] == ["number 0", "number 1"]
            await client.send(type="session_end")
        call = await asyncio.to_thread(product.recorded, call_id)
        assert [note["text"] for note in call["notes"]] == ["number 0", "number 1"]


class Deaf:
    """A client that hears the close of its socket, and sends on."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.close_code = 0

    async def send(self) -> None:
        wrong = b'{"type":"x"}'
        while True:
            self._writer.write(_masked(0x81, wrong) * 100)
            await self._writer.drain()

    async def read(self) -> None:
        """Answers pings, as who is there does; returns when the connection is gone."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                kind, length = await self._reader.readexactly(2)
                if length == 126:
                    length = int.from_bytes(await self._reader.readexactly(2))
                body = await self._reader.readexactly(length)
                if kind == 0x89:
                    self._writer.write(_masked(0x8A, body))
                elif kind == 0x88:
                    self.close_code = int.from_bytes(body[:2])


def _masked(kind: int, body: bytes) -> bytes:
    return bytes([kind, 0x80 | len(body), 0, 0, 0, 0]) + body


async def test_who_goes_on_after_the_close_is_dropped(product: Product) -> None:
    token = product.credentials["user"]["token"]
    reader, writer = await asyncio.open_connection("127.0.0.1", product.port)
    key = base64.b64encode(os.urandom(16)).decode()
    head = (
        f"GET /signaling HTTP/1.1\r\nHost: 127.0.0.1:{product.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    writer.write(head.encode())
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    client = Deaf(reader, writer)
    sending = asyncio.create_task(client.send())
    async with asyncio.timeout(60):
        await client.read()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    writer.close()
    assert client.close_code == TOO_MANY
    assert await time_of_a_start(product) < SOON_S
