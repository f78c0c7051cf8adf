"""Two people who speak at once on this machine: both in real time, and the loop stays quick."""

import asyncio
import statistics
import tempfile
from functools import partial
from pathlib import Path

from bench.cases import Case, Cases
from bench.spoken import TALK, text_of, wrong_words
from bench.tables import write_table
from sessions_app.call_client.placing import CallOptions, place_call
from sessions_app.call_client.report import CallReport
from tests.fixtures.server import Product
from tests.fixtures.speech import speak

CALLERS = 2
SAID = TALK[:3]
MOST_LAG_MS = 20.0


async def run(product: Product, count: int) -> str:
    """Places rounds of calls; returns the headline."""
    cases = Cases("counts")
    with tempfile.TemporaryDirectory() as folder:
        sound = speak(Path(folder), *SAID)
        for index in range(count):
            await cases.measure(str(index), partial(_round, product, sound))
    found = cases.of([str(index) for index in range(count)])
    lags = sorted(case["loop_lag_p99_ms"] for case in found)
    good = sum(lag < MOST_LAG_MS for lag in lags)
    delays = [ms for case in found for ms in case["last_words_ms"]]
    wrong = sum(case["wrong"] for case in found)
    words = len(found) * CALLERS * len(" ".join(SAID).split())
    headline = (
        f"{CALLERS} callers at once, {len(found)} rounds: loop lag p99 under 20 ms in {good}, "
        f"last words {statistics.median(delays):.0f} ms after hang-up (median), "
        f"{wrong} of {words} words wrong"
    )
    rows = [
        [c["case"], str(c["loop_lag_p99_ms"]), str(c["wrong"]), str(max(c["last_words_ms"]))]
        for c in found
    ]
    head = ["round", "loop lag p99 ms", "words wrong", "bye after hang-up, ms"]
    return write_table("counts", "Callers at once", headline, head, rows)


async def _round(product: Product, sound: Path) -> Case:
    token = product.credentials["user"]["token"]
    options = CallOptions(sound, product.url, token, await_results=False)
    reports: list[CallReport] = await asyncio.gather(*(place_call(options) for _ in range(CALLERS)))
    load = product.json("/readyz")["load"]
    return {
        "loop_lag_p99_ms": load["lag_p99_ms"],
        "wrong": sum(wrong_words(" ".join(SAID), text_of(r.segments)) for r in reports),
        "last_words_ms": [r.timings["bye_ms"] - r.timings["hang_up_ms"] for r in reports],
    }
