"""Calls back to back for a long time: does anything grow?"""

import asyncio
import tempfile
import time
from pathlib import Path

from bench.cases import Case, Cases
from bench.spoken import TALK
from bench.tables import write_table
from sessions_app.call_client.placing import CallOptions, place_call
from tests.fixtures.server import Product
from tests.fixtures.speech import speak

CALLERS = 2
MOST_GROWTH_MIB = 20.0


async def run(product: Product, count: int) -> str:
    """Soaks for `count` minutes; returns the headline."""
    cases = Cases("soak")
    token = product.credentials["user"]["token"]
    with tempfile.TemporaryDirectory() as folder:
        talk = speak(Path(folder), *TALK)
        scribe = CallOptions(talk, product.url, token, agent="scribe", await_results=False)
        plain = CallOptions(talk, product.url, token, await_results=False)

        async def minute() -> Case:
            until, calls = time.monotonic() + 60, 0
            while time.monotonic() < until:
                await asyncio.gather(place_call(scribe), place_call(plain))
                calls += CALLERS
            return {"calls": calls, **_size(product.processes["web"].pid)}

        for index in range(count):
            await cases.measure(str(index), minute)
    found = cases.of([str(index) for index in range(count)])
    settled, last = found[min(2, len(found) - 1)], found[-1]
    grown = last["mib"] - settled["mib"]
    calls = sum(case["calls"] for case in found)
    verdict = "nothing grows" if grown < MOST_GROWTH_MIB else "memory grows"
    headline = f"{calls} calls in {len(found)} minutes: {verdict} ({grown:+.1f} MiB once settled)"
    step = max(1, len(found) // 12)
    rows = [
        [c["case"], *(str(c[key]) for key in ("calls", "mib", "threads", "files"))]
        for c in found[::step]
    ]
    head = ["minute", "calls", "memory MiB", "threads", "open files"]
    return write_table("soak", "Calls for a long time", headline, head, rows)


def _size(pid: int) -> Case:
    """Returns what a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    values = dict(line.split(":", 1) for line in status.splitlines())
    return {
        "mib": round(int(values["VmRSS"].split()[0]) / 1024, 1),
        "threads": int(values["Threads"]),
        "files": len(list(Path(f"/proc/{pid}/fd").iterdir())),
    }
