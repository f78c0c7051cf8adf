"""What one hostile user does, each kind for as long as it is let.

    python -m bench.abuse.kinds KIND --port P --token T

Everything goes to 127.0.0.1, from an address of its own of the loopback network, so that limits
by address do not fall on the honest callers. It ends when it is killed.
"""

import argparse
import asyncio
import contextlib
import json
import os
import urllib.parse
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

FROM = ("127.0.0.66", 0)
AT_ONCE = 20
PAUSE_S = 0.05
"""After a refusal: a client in a tight loop would only measure how fast it can be refused."""

GONE = (OSError, TimeoutError, asyncio.IncompleteReadError, WebSocketException)


class Target:
    """The server, as the hostile user reaches it."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token

    def socket(self, path: str) -> Any:
        """Returns a WebSocket's context."""
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers={"Authorization": f"Bearer {self.token}"},
            local_addr=FROM,
            ping_interval=None,
            max_size=None,
        )

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Returns a plain connection."""
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=FROM)

    async def ask(self, method: str, path: str, body: bytes = b"", kind: str = "json") -> bytes:
        """Returns the answer to a request on a connection of its own."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/{kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        reader, writer = await self.raw()
        try:
            writer.write(head.encode() + body)
            return await reader.read()
        finally:
            writer.close()


async def _started(socket: ClientConnection, **wish: Any) -> None:
    start = {"type": "session_start", "agentId": "scribe", "output": None, **wish}
    await socket.send(json.dumps(start))


async def _read_all(socket: ClientConnection) -> None:
    async for _ in socket:
        pass


async def texts(target: Target) -> None:
    """Types as fast as the socket takes it."""
    await _typed(target, {"type": "text", "text": "what time is it"})


async def notes(target: Target) -> None:
    """Has a note taken with every message."""
    await _typed(target, {"type": "text", "text": "take a note " + "buy milk " * 30})


async def _typed(target: Target, message: Any) -> None:
    text = json.dumps(message)
    async with target.socket("/ws/voice") as socket:
        reading = asyncio.create_task(_read_all(socket))
        try:
            await _started(socket)
            while True:
                await socket.send(text)
        finally:
            reading.cancel()


async def offers(target: Target) -> None:
    """Offers that start calls which nobody will ever join."""
    sdp = (
        "v=0\r\no=- {0} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=mid:0\r\n"
        "a=ice-ufrag:{1}\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\na=setup:actpass\r\na=sendrecv\r\n"
        "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\na=rtpmap:111 opus/48000/2\r\n"
    )
    offer = sdp.format(int.from_bytes(os.urandom(4), "big"), os.urandom(4).hex())
    body = json.dumps({"sdp": offer, "type": "offer"}).encode()
    await target.ask("POST", "/api/voice/offer", body)


async def announcements(target: Target) -> None:
    """Pipecat sessions that are announced and never come."""
    body = json.dumps({"agentId": "scribe", "junk": "x" * 60_000}).encode()
    await target.ask("POST", "/start", body)


async def sockets(target: Target) -> None:
    """Sockets that say nothing."""
    async with target.socket("/signaling") as socket:
        await _read_all(socket)


async def half_open(target: Target) -> None:
    """Requests whose headers never end."""
    reader, writer = await target.raw()
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    await reader.read()
    writer.close()


async def bodies(target: Target) -> None:
    """Bodies without end, in chunks, from nobody."""
    _, writer = await target.raw()
    host = f"127.0.0.1:{target.port}"
    writer.write(
        f"POST /api/v1/tickets HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n"
        "Content-Type: application/json\r\n\r\n".encode()
    )
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    try:
        for _ in range(6_400):  # 400 MiB
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.close()


async def sign_ins(target: Target) -> None:
    """Wrong passwords."""
    page = await target.ask("GET", "/login/")
    word = page.partition(b'name="csrfmiddlewaretoken" value="')[2].partition(b'"')[0].decode()
    cookie = page.partition(b"csrftoken=")[2].partition(b";")[0].decode()
    form = {"csrfmiddlewaretoken": word, "username": "user", "password": os.urandom(8).hex()}
    body = urllib.parse.urlencode(form).encode()
    reader, writer = await target.raw()
    writer.write(
        f"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\nConnection: close\r\n"
        f"Cookie: csrftoken={cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    await reader.read()
    writer.close()


async def pages(target: Target) -> None:
    """The dearest pages there are for a signed-in program."""
    for path in (
        "/api/v1/schema/",
        "/api/v1/calls/?ordering=-word_count",
        "/api/v1/calls/?q=buy+milk",
    ):
        await target.ask("GET", path)


async def sound(target: Target) -> None:
    """Audio faster than it can be spoken."""
    async with target.socket("/ws/voice") as socket:
        reading = asyncio.create_task(_read_all(socket))
        try:
            await _started(socket, audio={"codec": "pcm16", "sample_rate": 16_000})
            while True:
                await socket.send(os.urandom(32_000))
        finally:
            reading.cancel()


async def containers(target: Target) -> None:
    """What calls itself WebM, over and over."""
    async with target.socket("/ws/voice") as socket:
        reading = asyncio.create_task(_read_all(socket))
        try:
            await _started(socket, audio={"codec": "audio/webm"})
            for _ in range(20):
                await socket.send(b"\x1a\x45\xdf\xa3" + os.urandom(60_000))
        finally:
            reading.cancel()


KINDS: dict[str, tuple[Callable[[Target], Awaitable[None]], int]] = {
    "texts": (texts, 5),
    "notes": (notes, 5),
    "offers": (offers, AT_ONCE),
    "announcements": (announcements, AT_ONCE),
    "sockets": (sockets, 1_100),
    "half-open": (half_open, 1_000),
    "bodies": (bodies, AT_ONCE),
    "sign-ins": (sign_ins, AT_ONCE),
    "pages": (pages, 5),
    "sound": (sound, 5),
    "containers": (containers, 5),
}
"""Each kind, and how many of it go on at once."""


async def attack(name: str, target: Target) -> None:
    """Does it for ever."""
    once, width = KINDS[name]

    async def again() -> None:
        while True:
            with contextlib.suppress(*GONE):
                await once(target)
            await asyncio.sleep(PAUSE_S)

    await asyncio.gather(*(again() for _ in range(width)))


def main() -> None:
    """Attacks as asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--core", type=int, default=0)
    asked = parser.parse_args()
    os.sched_setaffinity(0, {asked.core})
    os.nice(5)  # it shares a core with the honest callers' generator
    asyncio.run(attack(asked.kind, Target(asked.port, asked.token)))


if __name__ == "__main__":
    main()
