"""One hostile user of each kind beside ten honest calls: what do the honest ones notice?"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from websockets.asyncio.client import connect

from bench.abuse.kinds import KINDS
from bench.cases import Case, Cases
from bench.load.generator import memory_mib
from bench.load.servers import LOAD_CORE, Server, load, voicesite
from bench.tables import write_table
from tests.fixtures.server import ROOT

CALLS = "10"
NOBODY = "nobody"
START_EVERY_S = 5.0
SLOWEST_START_S, LEAST_ON_TIME_PCT, MOST_GROWTH_MIB = 2.0, 99.0, 60.0
LIMITS = {
    "VOICE_OFFERS_PER_USER": "60",
    "VOICE_OFFERS_PER_ADDRESS": "120",
    "VOICE_CALLS_PER_USER": "10",
    "VOICE_CALLS_PER_ADDRESS": "50",
    "VOICE_MAX_CALLS": "50",
    "VOICE_REQUESTS_PER_ADDRESS": "1800",
}
"""The product's own; the bench has none otherwise."""


def main() -> None:
    """Runs every kind, for `--count` minutes each; writes docs/campaigns/abuse.md."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--count", type=float, default=5.0)
    minutes = parser.parse_known_args()[0].count
    cases = Cases("abuse")

    named = {f"{kind}, {minutes:g} min": kind for kind in (NOBODY, *KINDS)}
    for name, kind in named.items():
        asyncio.run(cases.measure(name, partial(asyncio.to_thread, _measured, kind, 60 * minutes)))
    found = cases.of(list(named))
    unharmed = sum(_unharmed(case) for case in found[1:])
    headline = (
        f"Ten honest calls beside each of {len(found) - 1} kinds of hostile user for {minutes:g} "
        f"minutes. Beside {unharmed} of them at least {LEAST_ON_TIME_PCT:g} % of the frames were "
        f"on time both ways, every further call started within {SLOWEST_START_S:g} s, and memory "
        f"grew by less than {MOST_GROWTH_MIB:g} MiB"
    )
    head = [
        "hostile user", "frames in on time, %", "out, %", "loop lag p99, ms", "slowest start, s",
        "starts refused", "memory, MiB more", "core, %",
    ]  # fmt: skip
    rows = [
        [
            case["case"],
            f"{case['in_pct']:.2f}",
            f"{case['out_pct']:.2f}",
            f"{case['lag_ms']:.1f}",
            f"{case['start_s']:.2f}",
            f"{case['refused']} of {case['starts']}",
            f"{case['grown_mib']:.0f}",
            f"{case['core_pct']:.0f}",
        ]
        for case in found
    ]
    print("abuse:", write_table("abuse", "Hostile users beside honest calls", headline, head, rows))


def _unharmed(case: Case) -> bool:
    on_time = min(case["in_pct"], case["out_pct"]) >= LEAST_ON_TIME_PCT
    started = case["start_s"] <= SLOWEST_START_S and not case["refused"]
    return bool(on_time and started and case["grown_mib"] < MOST_GROWTH_MIB)


def _measured(kind: str, seconds: float) -> Case:
    with tempfile.TemporaryDirectory(), voicesite("mix", **LIMITS) as server:
        starts = Starts(server)
        with hostile(kind, server):
            before = memory_mib(server.pid)
            starts.begin()
            result = load(server, "--calls", CALLS, "--share", "0.4", seconds=seconds)
            starts.end()
            grown = memory_mib(server.pid) - before
    return {
        "in_pct": result["in_on_time_pct"],
        "out_pct": result["out_on_time_pct"],
        "lag_ms": result["lag_p99_ms"],
        "core_pct": result["core_pct"],
        "start_s": max(starts.took_s, default=0.0),
        "start_median_s": statistics.median(starts.took_s) if starts.took_s else 0.0,
        "starts": len(starts.took_s) + starts.refused,
        "refused": starts.refused,
        "grown_mib": round(grown, 1),
    }


@contextmanager
def hostile(kind: str, server: Server) -> Iterator[None]:
    """Has one hostile user at work meanwhile."""
    if kind == NOBODY:
        yield
        return
    port = str(urllib.parse.urlsplit(server.url).port)
    command = [sys.executable, "-m", "bench.abuse.kinds", kind, "--port", port]
    process = subprocess.Popen(
        [*command, "--token", server.hostile, "--core", str(LOAD_CORE)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


class Starts:
    """A third user who starts a short call now and then: how long does it take?"""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.took_s: list[float] = []
        self.refused = 0

    def begin(self) -> None:
        """Starts calls from now on."""
        self._thread.start()

    def end(self) -> None:
        """Starts no more."""
        self._over.set()
        self._thread.join()

    async def _run(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            try:
                async with asyncio.timeout(30):
                    await self._start()
                self.took_s.append(time.monotonic() - began)
            except Exception:  # noqa: BLE001 - whatever keeps an honest user out
                self.refused += 1
            await asyncio.to_thread(self._over.wait, START_EVERY_S)

    async def _start(self) -> None:
        url = f"ws://127.0.0.1:{urllib.parse.urlsplit(self._server.url).port}/ws/voice"
        headers = {"Authorization": f"Bearer {self._server.other}"}
        async with connect(url, additional_headers=headers) as socket:
            await socket.send(json.dumps({"type": "session_start", "output": None}))
            told = json.loads(await socket.recv())
            if told["type"] != "session_started":
                raise ConnectionRefusedError(told.get("code"))


if __name__ == "__main__":
    main()
