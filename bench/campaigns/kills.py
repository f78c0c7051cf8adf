"""kill -9 at any moment of a call, and of the work after it: what is left."""

import asyncio
import contextlib
import random
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from bench.cases import Case, Cases
from bench.spoken import TALK
from bench.tables import write_table
from sessions_app.call_client.placing import CallError, CallOptions, place_call
from tests.fixtures.server import Product
from tests.fixtures.speech import speak

SETTLED_S = 0.5
"""A final that came this long before the kill must be stored."""

LOST_MS = 1_500
"""The last second of the recording may be missing, and what was on its way."""

AFTER_S = 180.0


async def run(product: Product, count: int) -> str:
    """Kills the server, then the worker, `count` times each; returns the headline."""
    cases = Cases("kills")
    dice = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        talk = speak(Path(folder), *TALK)
        short = speak(Path(folder), TALK[0])
        for index in range(count):
            moment = dice.uniform(0.5, 12.0)
            await cases.measure(f"server {index}", partial(_server_killed, product, talk, moment))
        for index in range(count):
            moment = dice.uniform(0.0, 2.0)
            await cases.measure(f"worker {index}", partial(_worker_killed, product, short, moment))
    for missing in {"worker", "beat"} - set(product.processes):
        product.start(missing)
    names = [f"{kind} {index}" for kind in ("server", "worker") for index in range(count)]
    found = cases.of(names)
    rows = [[c["case"], f"{c['at_s']:.1f}", *await _left(product, c)] for c in found]
    whole = sum(row[-1] == "nothing" for row in rows)
    headline = (
        f"{whole} of {len(rows)} kills lost no final told over half a second before, in text and "
        "order, and no sound but the last second and a half"
    )
    head = ["killed", "after s", "segments", "found again", "recording ms", "lost"]
    return write_table("kills", "kill -9", headline, head, rows)


async def _server_killed(product: Product, sound: Path, at_s: float) -> Case:
    finals: list[tuple[float, dict[str, Any]]] = []
    active: list[float] = []
    call: list[str] = []
    loop = asyncio.get_running_loop()

    def shown(message: dict[str, Any]) -> None:
        if message["type"] == "answer":
            call.append(message["callId"])
        if message["type"] == "status" and message["state"] == "active" and not active:
            active.append(time.monotonic())
            loop.call_later(at_s, product.kill, "web")
        if message["type"] == "transcript" and message["final"]:
            finals.append((time.monotonic(), message))

    options = CallOptions(sound, product.url, product.credentials["user"]["token"])
    with contextlib.suppress(CallError):
        await place_call(options, shown)
    killed = active[0] + at_s
    await asyncio.to_thread(product.start, "web")
    kept = [[m["seq"], m["text"]] for at, m in finals if at <= killed - SETTLED_S]
    return {"at_s": at_s, "call": call[0], "finals": kept, "spoken_ms": round(1000 * at_s)}


async def _worker_killed(product: Product, sound: Path, at_s: float) -> Case:
    token = product.credentials["user"]["token"]
    options = CallOptions(sound, product.url, token, await_results=False)
    report = await place_call(options)
    await asyncio.sleep(at_s)
    product.kill("worker")
    product.start("worker")
    finals = [[s["seq"], s["text"]] for s in report.segments]
    return {"at_s": at_s, "call": report.call, "finals": finals, "spoken_ms": report.duration_ms}


async def _left(product: Product, case: Case) -> list[str]:
    """Returns what there is once all work is done, and what is missing.

    That is how many segments were told live, how many were found in the recording afterwards, and
    how long that is.
    """
    path = f"/api/v1/calls/{case['call']}/"
    deadline = time.monotonic() + AFTER_S
    while time.monotonic() < deadline:
        call = product.json(path)
        states = [(call[name] or {}).get("state") for name in ("recording", "summary")]
        if states == ["done", "done"] and call["ended_at"]:
            break
        await asyncio.sleep(0.5)
    segments = product.json(f"{path}segments")["segments"]
    stored = [[s["seq"], s["text"]] for s in segments]
    length = (call["recording"] or {}).get("duration_ms") or 0
    lost = [f"segment {final[0]}" for final in case["finals"] if final not in stored]
    lost += [] if _in_order(segments) else ["the order"]
    lost += [] if call["state"] == "ended" else [f"the end: {call['state']}"]
    lost += [] if states == ["done", "done"] else [f"recording and summary: {states}"]
    lost += [] if length >= case["spoken_ms"] - LOST_MS else [f"sound: {length} ms are there"]
    found = sum(s["source"] != "live" for s in segments)
    return [str(len(stored) - found), str(found), str(length), ", ".join(lost) or "nothing"]


def _in_order(segments: list[dict[str, Any]]) -> bool:
    """Returns whether no number is left out of those told live, and all stand by time."""
    live = [s["seq"] for s in segments if s["source"] == "live"]
    starts = [s["start_ms"] for s in segments]
    return live == list(range(1, len(live) + 1)) and starts == sorted(starts)
