"""An hour of coded words through Google's client and our wrappers, with everything going wrong."""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.tables import write_table
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.stt.base import RecogniserStream
from sessions_app.engine.stt.engines.google import GoogleRecogniser
from sessions_app.engine.stt.wrappers.retrying import Retrying, RetryingStream
from sessions_app.engine.stt.wrappers.rollover import Rollover
from tests.fixtures.coded import Talk, finals_of, speak, talk
from tests.fixtures.google_server import GoogleServer, google_server

HOUR_S = 3_600.0
SPEED = 60.0
OUTAGE_S = 30.0
MUTE_S = 120.0
"""Two seconds of real time: what the scale leaves to answer in."""

BETWEEN_OUTAGES_S = 400.0
HEAD = [
    "pauses", "failures", "streams", "words", "missing", "doubled or wrong",
    "times wrong by at most, ms", "most audio kept, s", "memory grown, MiB",
]  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """How often the speaker pauses, in words, and what goes wrong."""

    pauses: str
    sentence: int | None
    failures: str


TRIALS = [
    Trial(pauses, sentence, failures)
    for failures in ("none", "errors, silence and outages of 30 s")
    for pauses, sentence in (("each 8 words", 8), ("each 2000 words", 2000), ("none", None))
]


def main() -> None:
    """Runs all trials and writes the table."""
    rows = [asyncio.run(_trial(trial)) for trial in TRIALS]
    lost = sum(int(row[4]) + int(row[5]) for row in rows)
    words = sum(int(row[3]) for row in rows)
    headline = f"{lost} of {words} words missing, doubled or wrong in {len(rows)} hours"
    print(
        write_table(
            "endless", "An hour of speech over streams of five minutes", headline, HEAD, rows
        )
    )


class Watch:
    """How much is kept, and how much memory this process takes more than after ten minutes."""

    def __init__(self, stream: RecogniserStream) -> None:
        assert isinstance(stream, RetryingStream)
        self._replay = stream._replay
        self.kept_s = 0.0
        self.grown_mib = 0.0

    async def run(self) -> None:
        began, first = time.monotonic(), 0.0
        while True:
            await asyncio.sleep(0.5)
            self.kept_s = max(self.kept_s, len(self._replay._items) / 10)
            if (time.monotonic() - began) * SPEED > HOUR_S / 6:
                first = first or _resident_mib()
                self.grown_mib = max(self.grown_mib, _resident_mib() - first)


async def _trial(trial: Trial) -> list[str]:
    said = talk(HOUR_S, trial.sentence)
    async with google_server() as server:
        if trial.failures != "none":
            server.failing = _failures()
            server.slow_s = 0.01
        engine = GoogleRecogniser(endpoint=server.endpoint)
        await engine.start()
        stream = Retrying(Rollover(engine), first_s=0.01, longest_s=0.2, mute_s=MUTE_S).open(
            "en-US"
        )
        watch = Watch(stream)
        beside = [asyncio.create_task(watch.run()), asyncio.create_task(_break(server, trial))]
        speaking = asyncio.create_task(speak(stream, said, speed=SPEED))
        finals = await finals_of(stream, 600.0)
        await speaking
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await stream.aclose()
        await engine.aclose()
    row = [trial.pauses, trial.failures, str(server.streams), *_judged(said, finals)]
    row += [f"{watch.kept_s:.0f}", f"{watch.grown_mib:.0f}"]
    print(row, flush=True)
    return row


def _failures() -> Iterator[tuple[float, Any]]:
    """Yields for each stream how long it lasts and how it ends; None for falling silent."""
    status = import_module("grpc").StatusCode
    kinds = (status.UNAVAILABLE, status.INTERNAL, status.ABORTED, None)
    dice = random.Random(1)
    for _ in itertools.count():
        yield dice.uniform(1.0, 400.0), dice.choice(kinds)


async def _break(server: GoogleServer, trial: Trial) -> None:
    """Has the server down for half a minute of speech, again and again."""
    while trial.failures != "none":
        await asyncio.sleep(BETWEEN_OUTAGES_S / SPEED)
        server.down = True
        await asyncio.sleep(OUTAGE_S / SPEED)
        server.down = False


def _judged(said: Talk, finals: list[Hypothesis]) -> list[str]:
    """Returns words, missing, doubled or wrong, and the largest error of a time."""
    heard = [word for final in finals for word in final.words]
    texts = [word.text for word in heard]
    known = set(texts)
    missing = sum(word not in known for word in said.words)
    extra = len(texts) - len(known & said.starts_ms.keys())
    late = max(abs(w.start_ms - said.starts_ms.get(w.text, w.start_ms)) for w in heard)
    return [str(len(said.words)), str(missing), str(extra), f"{late:.0f}"]


def _resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20
