"""Broken offers, messages and audio: each is told what is wrong, and nothing is left behind."""

import asyncio
import json
import random
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bench.cases import Case, Cases
from bench.tables import write_table
from tests.fixtures.offers import OFFERS, offer
from tests.fixtures.server import Product, wait_until

ANSWER_S = 20.0
CALM_S = 60.0
IN_A_ROUND = 50


async def run(product: Product, count: int) -> str:
    """Sends rounds of IN_A_ROUND broken things of each kind; returns the headline."""
    cases = Cases("fuzz")
    for index in range(count):
        for kind, work in KINDS.items():
            await cases.measure(f"{kind} {index}", partial(work, product, random.Random(index)))
    wait_until(lambda: not _live(product), CALM_S, "the end of every call")
    found = cases.all
    rows = [
        [
            kind,
            str(sum(sum(c["told"].values()) for c in _of(found, kind))),
            _list(_of(found, kind)),
            str(sum(c["faults"] for c in _of(found, kind))),
        ]
        for kind in KINDS
    ]
    total = sum(sum(c["told"].values()) for c in found)
    faults = sum(c["faults"] for c in found)
    traces = _tracebacks(product)
    headline = (
        f"{total} broken things: {faults} faults of the server, {traces} tracebacks, "
        f"{len(_live(product))} calls left open"
    )
    head = ["kind", "sent", "what they were told", "faults"]
    return write_table("fuzz", "Broken input", headline, head, rows)


def _tracebacks(product: Product) -> int:
    return (product.var / "test-logs" / "web.log").read_text(errors="replace").count("Traceback")


def _of(found: list[Case], kind: str) -> list[Case]:
    return [case for case in found if case["case"].rpartition(" ")[0] == kind]


def _list(found: list[Case]) -> str:
    told: Counter[str] = Counter()
    for case in found:
        told.update(case["told"])
    return ", ".join(f"{name} {count}" for name, count in told.most_common(6))


def _live(product: Product) -> list[Any]:
    calls = product.json("/api/v1/calls/?state=active")["results"]
    return list(calls) + list(product.json("/api/v1/calls/?state=connecting")["results"])


# -- what is sent ----------------------------------------------------------------------------


def broken_sdp(chance: random.Random) -> str:
    """Returns a browser's offer with a few lines lost, doubled, swapped or spoilt."""
    lines = offer(OFFERS[chance.choice(list(OFFERS))]).split("\r\n")
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(lines))
        lines = chance.choice(_SPOILS)(lines, at, chance)
    return "\r\n".join(lines)


def _lost(lines: list[str], at: int, _chance: random.Random) -> list[str]:
    return lines[:at] + lines[at + 1 :] or [""]


def _doubled(lines: list[str], at: int, _chance: random.Random) -> list[str]:
    return [*lines[:at], lines[at], *lines[at:]]


def _swapped(lines: list[str], at: int, chance: random.Random) -> list[str]:
    other = chance.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]
    return lines


def _spoilt(lines: list[str], at: int, chance: random.Random) -> list[str]:
    text = list(lines[at] or "a=")
    for _ in range(chance.randint(1, 5)):
        text[chance.randrange(len(text))] = chance.choice("\0\t 09-:=/\u00fc\U0001f600\ud7ff")
    return [*lines[:at], "".join(text), *lines[at + 1 :]]


def _huge(lines: list[str], at: int, chance: random.Random) -> list[str]:
    return [*lines[:at], lines[at].replace("9", str(10 ** chance.randint(5, 30))), *lines[at + 1 :]]


_SPOILS: list[Callable[[list[str], int, random.Random], list[str]]] = [
    _lost,
    _doubled,
    _swapped,
    _spoilt,
    _huge,
]

_VALUES: list[Any] = [None, True, -1, 10**30, 1.5, "", "x" * 300, [], [[]], {}, {"a": {}}, "\0"]
_KEYS = [
    "type",
    "sdp",
    "agentId",
    "features",
    "consent",
    "candidate",
    "callId",
    "lastSeq",
    "text",
    "paused",
    "audio",
    "output",
    "locale",
    "voice",
    "auth",
    "continues",
    "offer",
    "pc_id",
    "restart_pc",
    "requestData",
    "candidates",
]
_KINDS = [
    "offer",
    "resume",
    "ice-candidate",
    "text",
    "interrupt",
    "agent",
    "bye",
    "ping",
    "session_start",
    "audio_chunk",
    "audio_end",
    "session_end",
]


def broken_json(chance: random.Random) -> str:
    """Returns JSON with known keys and senseless values, now and then no JSON at all."""
    message: dict[str, Any] = {"type": chance.choice([*_KINDS, *_VALUES])}
    for key in chance.sample(_KEYS, chance.randint(0, 8)):
        message[key] = chance.choice(_VALUES)
    text = json.dumps(message)
    return text[: chance.randrange(len(text))] if chance.random() < 0.2 else text


# -- how it is sent --------------------------------------------------------------------------


def _headers(product: Product) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {product.credentials['user']['token']}",
        "Content-Type": "application/json",
    }


async def _post(product: Product, path: str, body: bytes, method: str = "POST") -> str:
    request = urllib.request.Request(product.url + path, body, _headers(product), method=method)

    def ask() -> str:
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
                return f"{answer.status}"
        except urllib.error.HTTPError as error:
            return f"{error.code} {json.loads(error.read() or b'{}').get('code', '')}".strip()

    return await asyncio.to_thread(ask)


async def _offers(product: Product, chance: random.Random) -> Case:
    told: Counter[str] = Counter()
    for _ in range(IN_A_ROUND):
        path, key = chance.choice(
            [("/session", "offer"), ("/api/voice/offer", "sdp"), ("/api/offer", "sdp")]
        )
        told[await _post(product, path, json.dumps({key: broken_sdp(chance)}).encode())] += 1
    return _case(told)


async def _bodies(product: Product, chance: random.Random) -> Case:
    told: Counter[str] = Counter()
    for _ in range(IN_A_ROUND):
        path = chance.choice(["/session", "/api/voice/offer", "/api/offer", "/start"])
        body = chance.choice([broken_json(chance).encode(), chance.randbytes(40)])
        told[await _post(product, path, body, chance.choice(["POST", "POST", "PATCH"]))] += 1
    return _case(told)


async def _messages(product: Product, chance: random.Random) -> Case:
    return await _socket(product, chance, "/signaling", lambda: broken_json(chance))


async def _audio(product: Product, chance: random.Random) -> Case:
    start = {"type": "session_start", "audio": {"codec": chance.choice(_CODECS)}}

    def message() -> str | bytes:
        odd = chance.random() < 0.7
        return chance.randbytes(chance.randint(0, 3000)) if odd else broken_json(chance)

    return await _socket(product, chance, "/ws/voice", message, json.dumps(start))


_CODECS = ["pcm16", "opus", "audio/webm", "audio/mp4", "audio/ogg"]


async def _socket(
    product: Product,
    chance: random.Random,
    path: str,
    message: Callable[[], str | bytes],
    first: str = "",
) -> Case:
    told: Counter[str] = Counter()
    left = IN_A_ROUND
    while left:
        told["sockets"] += 1
        try:
            async with connect(
                product.url.replace("http", "ws", 1) + path,
                additional_headers={"Authorization": _headers(product)["Authorization"]},
            ) as socket:
                if first:
                    await socket.send(first)
                for _ in range(min(left, chance.randint(5, 20))):
                    await socket.send(message())
                    left -= 1
                async with asyncio.timeout(0.3):
                    while True:
                        told[_code(await socket.recv())] += 1
        except (TimeoutError, ConnectionClosed):
            continue
    return _case(told)


def _code(message: str | bytes) -> str:
    if isinstance(message, bytes):
        return "audio"
    given = json.loads(message)
    return str(given.get("code") or given["type"])


def _case(told: Counter[str]) -> Case:
    faults = sum(n for name, n in told.items() if name.startswith("5") or "internal" in name)
    return {"told": dict(told), "faults": faults}


KINDS: dict[str, Callable[[Product, random.Random], Any]] = {
    "offers": _offers,
    "bodies": _bodies,
    "messages": _messages,
    "audio": _audio,
}
