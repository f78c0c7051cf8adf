"""What strangers send to a running product: bodies of every framing and size, and half requests."""

import asyncio
import http.client
import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest

from tests.end_to_end.test_tickets import an_offer
from tests.fixtures.server import UNSPOKEN, Product, wait_until
from tests.fixtures.streamer import Streamer

FLOOD = 400_000_000
WAIT_S = 30.0
"""How long an answer may take on a busy machine."""

ELSEWHERE = "https://elsewhere.example"


@pytest.fixture(scope="module", params=[0, 1], ids=["embedded", "media"])
def product(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("strangers")
    settings = UNSPOKEN | {"VOICE_OFFERS_PER_USER": "1000"}
    product = Product(folder, settings, media=request.param)
    with product.running(*product.media, "web"):
        yield product
    for name in product.processes:
        assert "Traceback" not in product.log(name)


def headers(product: Product, **more: str) -> dict[str, str]:
    token = product.credentials["user"]["token"]
    return {"Content-Type": "application/json", "Authorization": f"Bearer {token}"} | more


def posted(product: Product, path: str, body: bytes, size: int | None = None) -> tuple[int, Any]:
    """Returns status and JSON for a body with a length, or in chunks of `size`."""
    line = http.client.HTTPConnection("127.0.0.1", product.port, timeout=20)
    try:
        if size is None:
            line.request("POST", path, body, headers(product))
        else:
            parts = (body[start : start + size] for start in range(0, len(body), size))
            line.request("POST", path, parts, headers(product), encode_chunked=True)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        line.close()


def raw(product: Product, request: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", product.port), timeout=20)
    line.sendall(request)
    return line


def rss(product: Product) -> int:
    """Returns how many bytes the processes that carry calls or pages hold."""
    pids = [product.processes[name].pid for name in ("web", *product.media)]
    return sum(
        int(line.split()[1]) * 1024
        for pid in pids
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS")
    )


@pytest.mark.parametrize("size", [1, 7, 4_000])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/tickets", b'{"agentId": "nobody"}'),
        ("/api/v1/tickets", b"{"),
        ("/api/v1/tickets", b"[" * 5_000),
        ("/session", b'{"offer": "v=0"}'),
        ("/session", b'{"offer": "\\u0000"}'),
        ("/session", b"[" * 5_000),
        ("/api/voice/offer", b'{"sdp": "v=0", "agentId": "\\ud83d"}'),
        ("/offer", b"{}"),
        ("/api/offer", b'{"sdp": "v=0", "type": "offer", "pc_id": 9}'),
        ("/start", b'{"agentId": ["x"]}'),
        ("/login/", b"{}"),
    ],
)
def test_a_body_in_chunks_is_answered_as_one_with_a_length(
    product: Product, path: str, body: bytes, size: int
) -> None:
    if path == "/login/":
        page = f"http://127.0.0.1:{product.port}{path}"
        with httpx2.Client(timeout=WAIT_S) as client:
            client.get(page)
            form = {"username": "user", "password": product.credentials["user"]["password"]}
            form |= {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
            text = httpx2.QueryParams(form).__str__().encode()
            kind = {"Content-Type": "application/x-www-form-urlencoded", "Referer": page}
            parts = (text[start : start + size] for start in range(0, len(text), size))
            assert client.post(page, content=parts, headers=kind).status_code == 302
        return
    whole, told = posted(product, path, body)
    if path == "/start" and whole == 200:
        told.pop("sessionId")
    found, in_chunks = posted(product, path, body, size)
    if path == "/start" and found == 200:
        in_chunks.pop("sessionId")
    assert (found, in_chunks) == (whole, told)
    assert whole < 500


def test_a_ticket_asked_for_in_chunks_counts_from_its_origin_alone(product: Product) -> None:
    wish = json.dumps({"origin": "https://mine.example"}).encode()
    for size in (None, 5):
        status, ticket = posted(product, "/api/v1/tickets", wish, size)
        assert status == 201
        sent = {"Origin": ELSEWHERE, "Content-Type": "application/json"}
        start = httpx2.post(
            product.url + ticket["path"] + "/start", content=b"{}", headers=sent, timeout=WAIT_S
        )
        assert start.status_code in (401, 403)


async def test_a_call_begins_with_an_offer_in_chunks(product: Product) -> None:
    offer = json.dumps(await an_offer()).encode()
    status, told = await asyncio.to_thread(posted, product, "/api/voice/offer", offer, 100)
    assert (status, told["type"]) == (200, "answer")


def test_clients_that_send_in_chunks_are_understood(product: Product) -> None:
    body, address = b'{"agentId": "nobody"}', product.url + "/api/v1/tickets"
    sent = headers(product)
    curl = ["curl", "-s", "--data-binary", "@-", "-H", "Transfer-Encoding: chunked", address]
    given = [option for name, value in sent.items() for option in ("-H", f"{name}: {value}")]
    told = subprocess.run([*curl, *given], input=body, capture_output=True, check=True).stdout
    assert json.loads(told)["code"] == "invalid"
    script = f"""
        const body = new ReadableStream({{start(c) {{
            c.enqueue(new TextEncoder().encode('{{"agentId":'));
            c.enqueue(new TextEncoder().encode(' "nobody"}}')); c.close(); }}}});
        const how = {{method: "POST", duplex: "half", body, headers: {json.dumps(sent)}}};
        console.log(await (await fetch({json.dumps(address)}, how)).text());
    """
    node = ["node", "--input-type=module", "--eval", script]
    told = subprocess.run(node, capture_output=True, check=True).stdout
    assert json.loads(told)["code"] == "invalid"
    answer = httpx2.post(address, content=iter([body[:5], body[5:]]), headers=sent, timeout=WAIT_S)
    assert answer.json()["code"] == "invalid"


@pytest.mark.parametrize("path", ["/api/v1/tickets", "/session", "/t/nothing/offer", "/login/"])
def test_a_client_that_sends_too_much_reads_why(product: Product, path: str) -> None:
    for sent in ({}, {"Expect": "100-continue"}):
        answer = httpx2.post(
            product.url + path, content=b" " * 400_000, headers=sent, timeout=WAIT_S
        )
        assert answer.status_code == 413
        assert re.search(r"at most \d+ KiB", answer.text)
    parts = (b" " * 1_000 for _ in range(400))
    assert httpx2.post(product.url + path, content=parts, timeout=WAIT_S).status_code == 413


def test_a_media_process_takes_no_more_over_its_own_socket(product: Product) -> None:
    for path in (product.var / "run").glob("*.sock"):
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(path))
            line.sendall(b"POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n")
            assert line.recv(1_000).startswith(b"HTTP/1.1 413")


async def test_floods_reach_neither_memory_nor_a_call(product: Product) -> None:
    before = rss(product)
    async with Streamer(product) as caller:
        await caller.start()
        speaking = asyncio.create_task(caller.speak(np.zeros(16_000 * 3, np.int16)))
        floods = [asyncio.to_thread(_pour, product, number) for number in range(8)]
        for taken in await asyncio.gather(*floods):
            assert taken < FLOOD / 10
        await speaking
        await _goes_on(caller)
    assert rss(product) - before < 60_000_000


def _pour(product: Product, number: int) -> int:
    """Returns how much of an endless body was taken."""
    framing = b"Transfer-Encoding: chunked" if number % 2 else b"Content-Length: %d" % FLOOD
    path = (b"/api/v1/tickets", b"/session", b"/admin/login/", b"/login/")[number // 2]
    line = raw(product, b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n\r\n" % (path, framing))
    data = b"10000\r\n" + bytes(65_536) + b"\r\n"
    taken = 0
    try:
        while taken < FLOOD:
            line.sendall(data)
            taken += len(data)
    except ConnectionError:
        pass
    finally:
        line.close()
    return taken


async def _goes_on(caller: Streamer) -> None:
    """Ends a call as its client asks: it was there until now."""
    assert caller.close_code is None
    await caller.send(type="session_end")
    await caller.until("session_ended")


async def test_a_thousand_half_requests_harm_nobody(product: Product) -> None:
    async with Streamer(product) as caller:
        await caller.start()
        half = b"POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-"
        held = await asyncio.to_thread(lambda: [raw(product, half) for _ in range(1_000)])
        try:
            for path in ("/healthz", "/login/"):
                started = time.monotonic()
                status, _ = await asyncio.to_thread(product.get, path)
                assert status == 200
                assert time.monotonic() - started < 1
            await caller.speak(np.zeros(16_000, np.int16))
            await asyncio.to_thread(wait_until, lambda: _is_closed(held[0]), 20, "their end")
            await _goes_on(caller)
        finally:
            for line in held:
                line.close()


def _is_closed(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        return not line.recv(1) or line.recv(10_000) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_the_log_says_what_open_files_are_enough_for(product: Product) -> None:
    log = (product.var / "test-logs" / "web.log").read_text()
    assert " files may be open: " in log
