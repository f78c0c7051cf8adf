"""Who may open a socket, and what a client that makes mistakes is told."""

import asyncio
import base64
import contextlib
import http.cookiejar
import json
import os
import re
import socket
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.fixtures.server import Product

NO_CALL = "x" * 16


def session_cookie(product: Product, who: str) -> str:
    """Signs in as a browser does; returns the Cookie header."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{product.url}/login/").read().decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    person = product.credentials[who]
    form = {
        "csrfmiddlewaretoken": found.group(1),
        "username": person["username"],
        "password": person["password"],
    }
    data = urllib.parse.urlencode(form).encode()
    opener.open(urllib.request.Request(f"{product.url}/login/", data, {"Referer": product.url}))
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def open_socket(product: Product, path: str = "/signaling", **headers: str) -> Any:
    address = product.url.replace("http", "ws", 1) + path
    return connect(address, additional_headers={k.capitalize(): v for k, v in headers.items()})


async def closed_with(product: Product, path: str = "/signaling", **headers: str) -> int:
    """Returns the code with which the server closes, or 0 when it answers a message."""
    async with open_socket(product, path, **headers) as socket:
        try:
            await socket.send('{"type":"nonsense"}')
            await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else -1
    return 0


async def test_a_cookie_counts_only_from_our_own_origin(product: Product) -> None:
    cookie = session_cookie(product, "user")
    own, port = product.url, product.port
    table = {
        own: 0,
        f"http://127.0.0.1:{port + 1}": 4403,
        f"https://127.0.0.1:{port}": 4403,
        f"http://localhost:{port}": 4403,
        "http://evil.example": 4403,
        "null": 4403,
    }
    for origin, code in table.items():
        assert await closed_with(product, cookie=cookie, origin=origin) == code, origin
    assert await closed_with(product, cookie=cookie) == 4403


async def started(product: Product, **headers: str) -> str:
    """Returns what `/ws/voice` answers to a start without a token of its own."""
    async with open_socket(product, "/ws/voice", **headers) as socket:
        try:
            answer = await answer_to(socket, '{"type": "session_start", "output": null}')
        except ConnectionClosed as closed:
            return str(closed.rcvd.code if closed.rcvd else -1)
    return str(answer.get("code") or answer["type"])


async def test_a_cookie_counts_at_the_typed_socket_only_from_our_own_origin(
    product: Product,
) -> None:
    cookie = session_cookie(product, "user")
    assert await started(product, cookie=cookie, origin=product.url) == "session_started"
    for origin in (f"http://127.0.0.1:{product.port + 1}", "http://evil.example", "null"):
        assert await started(product, cookie=cookie, origin=origin) == "not_signed_in"
    assert await started(product, cookie=cookie) == "not_signed_in"
    assert await started(product, authorization="Bearer vs_made-up") == "not_signed_in"


async def test_who_is_not_signed_in_is_told(product: Product) -> None:
    assert await closed_with(product, origin=product.url) == 4401
    assert await closed_with(product, origin=product.url, cookie="sessionid=made-up") == 4401
    assert await closed_with(product, authorization="Bearer vs_made-up") == 4401


async def test_a_token_counts_from_anywhere(product: Product) -> None:
    bearer = "Bearer " + product.credentials["user"]["token"]
    assert await closed_with(product, authorization=bearer) == 0
    assert await closed_with(product, authorization=bearer, origin="http://evil.example") == 0


async def test_a_call_that_is_not_theirs_does_not_exist(product: Product) -> None:
    bearer = "Bearer " + product.credentials["user"]["token"]
    path = f"/ws/calls/{NO_CALL}/live"
    assert await closed_with(product, path, authorization=bearer) == 4404
    assert await closed_with(product, path, origin=product.url) == 4401
    assert await closed_with(product, "/ws/nothing", authorization=bearer) == 4404


async def answer_to(socket: ClientConnection, message: str | bytes) -> dict[str, Any]:
    await socket.send(message)
    return dict(json.loads(await socket.recv()))


async def offer_without_audio() -> str:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    pc.createDataChannel("control")
    await pc.setLocalDescription(await pc.createOffer())
    sdp = str(pc.localDescription.sdp)
    await pc.close()
    return sdp


async def test_mistakes_are_named_and_the_socket_lives_on(product: Product) -> None:
    bearer = "Bearer " + product.credentials["user"]["token"]
    before = product.json("/api/v1/calls/")["count"]
    data_only = await offer_without_audio()
    candidate = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdpMid": "0"}
    table: list[tuple[str | bytes, str]] = [
        ("{", "bad_json"),
        (b"\x00\x01", "bad_json"),
        ("[1]", "bad_json"),
        ('{"type":"shout"}', "unknown_type"),
        ('{"type":"offer"}', "bad_message"),
        (json.dumps({"type": "offer", "sdp": "v=0"}), "bad_offer"),
        (json.dumps({"type": "offer", "sdp": data_only}), "bad_offer"),
        (json.dumps({"type": "offer", "sdp": data_only + "x" * 70_000}), "too_large"),
        (json.dumps({"type": "ice-candidate", "candidate": candidate}), "no_call"),
        ('{"type":"bye"}', "no_call"),
        (json.dumps({"type": "resume", "callId": NO_CALL}), "unknown_call"),
    ]
    async with open_socket(product, authorization=bearer) as socket:
        for message, code in table:
            answer = await answer_to(socket, message)
            assert (answer["type"], answer["code"]) == ("error", code), message[:60]
            assert len(answer["message"]) > 10
    assert product.json("/api/v1/calls/")["count"] == before


async def test_a_signed_out_user_loses_the_socket(product: Product) -> None:
    cookie = session_cookie(product, "staff")
    async with open_socket(product, cookie=cookie, origin=product.url) as socket:
        assert (await answer_to(socket, "{"))["code"] == "bad_json"
        # meanwhile the socket is read: a server waits a few seconds for the answer to its close
        await asyncio.to_thread(
            product.manage,
            "shell",
            "-c",
            "from django.contrib.sessions.models import Session as S; S.objects.all().delete()",
        )
        with pytest.raises(ConnectionClosed) as caught:
            await socket.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 4401


async def test_a_client_that_reads_nothing_is_cut_off_and_costs_little(product: Product) -> None:
    token = product.credentials["user"]["token"]
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, ("127.0.0.1", product.port))
    head = (
        f"GET /signaling HTTP/1.1\r\nHost: 127.0.0.1:{product.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    await loop.sock_sendall(raw, head.encode())
    before = memory_mib(product)
    # each is refused by name, with an answer much longer than what was asked
    wrong = b'{"type":"x"}'
    frame = bytes([0x81, 0x80 | len(wrong), 0, 0, 0, 0]) + wrong
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(60):
            for _ in range(4_000):
                await loop.sock_sendall(raw, frame * 100)
    after = memory_mib(product)
    raw.close()
    assert after - before < 40
    assert product.get("/healthz")[0] == 200


def memory_mib(product: Product) -> float:
    pages = Path(f"/proc/{product.processes['web'].pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
