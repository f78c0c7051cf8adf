"""A small server with the product's own protocols, and clients that send it raw bytes."""

import json
import re
import select
import socket
import time
from typing import ClassVar

PIECE, PIECES = 64 << 10, 1_600
SERVER = f"""
import asyncio, json, sys
from sessions_app.server import serving
from sessions_app.server.http import channel
from sessions_app.server.http.connections import Connections
from sessions_app.server.http.pace import Pace

channel.HEAD_S = channel.Channel.timeOut = 1.0
channel.BODY_S, channel.IDLE_S, channel.STALL_S = 2.0, 3.0, 4.0
sent = 0

class Part:
    async def start(self): pass
    async def wind_down(self): pass
    async def drain(self): pass

async def application(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        if scope["path"] == "/never":
            await asyncio.sleep(60)
        await send({{"type": "websocket.accept"}})
        if scope["path"] == "/busy":
            reason = "Wait 20 seconds. " + "\u00e9" * 100
            await send({{"type": "websocket.close", "code": 4429, "reason": reason}})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    global sent
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = [(name.decode("latin1"), value.decode("latin1")) for name, value in scope["headers"]]
    if scope["path"] == "/big":
        await send({{"type": "http.response.start", "status": 200, "headers": []}})
        for number in range({PIECES}):
            await send({{"type": "http.response.body", "body": bytes({PIECE}), "more_body": True}})
            sent += {PIECE}
        await send({{"type": "http.response.body", "body": b""}})
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(3)  # longer than any client may take for its headers
    told = dict(body=body.decode("latin1"), size=len(body), headers=headers, sent=sent,
                root=scope["root_path"], open=len(server.network))
    content = json.dumps(told).encode()
    length = (b"content-length", b"%d" % len(content))
    await send({{"type": "http.response.start", "status": 200, "headers": [length]}})
    await send({{"type": "http.response.body", "body": content}})

server = serving.VoiceServer(
    application, Part(), host="127.0.0.1", port=int(sys.argv[1]), network=Connections(40, 0),
    pace=Pace(int(sys.argv[2])),
    on_ready=lambda: print("ready", flush=True),
)
server.run()
"""


class Client:
    """A connection on which anything can be sent."""

    opened: ClassVar[list[socket.socket]] = []

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.opened.append(self._socket)
        self._got = b""

    def send(self, *parts: bytes) -> "Client":
        for part in parts:
            self._socket.sendall(part)
        return self

    def answer(self) -> tuple[int, bytes]:
        """Returns status and body of the next answer."""
        while b"\r\n\r\n" not in self._got:
            self._read()
        head, _, rest = self._got.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        assert length, head
        size = int(length[1])
        self._got = rest
        while len(self._got) < size:
            self._read()
        body, self._got = self._got[:size], self._got[size:]
        return int(head.split()[1]), body

    def has_answer(self) -> bool:
        """Returns whether something came that was not read yet."""
        return bool(self._got or select.select([self._socket], [], [], 0)[0])

    def pours(self, data: bytes, most: int) -> int:
        """Returns how many bytes of `data`, again and again, were taken until it was cut off."""
        taken = 0
        try:
            while taken < most:
                self.send(data)
                taken += len(data)
        except ConnectionError:
            return taken
        raise AssertionError(f"all of {most} bytes were taken")

    def told(self) -> dict[str, object]:
        status, body = self.answer()
        assert status == 200, body
        return dict(json.loads(body))

    def _read(self) -> None:
        data = self._socket.recv(65536)
        assert data, f"closed after {self._got!r}"
        self._got += data

    def closes(self) -> float:
        """Returns how many seconds the server took to close the connection."""
        started = time.monotonic()
        try:
            while self._socket.recv(65536):
                pass
        except ConnectionError:
            pass
        return time.monotonic() - started

    def read(self, most: int) -> int:
        """Returns how many bytes came, until `most` or the end."""
        count = 0
        while count < most and (data := self._socket.recv(65536)):
            count += len(data)
        return count


def post(path: str, *headers: str, version: str = "1.1") -> bytes:
    lines = [f"POST {path} HTTP/{version}", "Host: here", *headers, "", ""]
    return "\r\n".join(lines).encode("latin1")


def chunked(body: bytes, size: int, *, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    starts = range(0, len(body), size)
    parts = [
        b"%x%s\r\n%s\r\n" % (len(part), extension, part)
        for part in (body[start : start + size] for start in starts)
    ]
    return b"".join(parts) + b"0\r\n" + trailer + b"\r\n"


CHUNKED = "Transfer-Encoding: chunked"


def handshake(path: str, *more: str) -> bytes:
    headers = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
    lines = [*headers, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", *more]
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: here", *lines, "", ""]).encode("latin1")
