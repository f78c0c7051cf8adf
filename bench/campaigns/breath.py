"""Three minutes without a pause through a call, and more speakers than cores."""

import asyncio
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import jiwer
import numpy as np

from bench.cases import Case, Cases
from bench.spoken import TALK, spoken, text_of
from bench.tables import write_table
from sessions_app.call_client.placing import CallOptions, place_call
from sessions_app.engine.core.frames import Samples
from tests.fixtures.server import Product
from tests.fixtures.speech import read_wav, speak, write_wav

LENGTH_S = 180.0
CROWD_S = 60.0
SPEAKERS = (1, 2, 3)


async def run(product: Product, _count: int) -> str:
    """Speaks without a pause, alone and in a crowd; returns the headline."""
    cases = Cases("breath")
    with tempfile.TemporaryDirectory() as folder:
        alone, said = breathless(Path(folder), LENGTH_S)
        await cases.measure("alone", partial(_spoken, product, alone, said, 1))
        short, little = breathless(Path(folder), CROWD_S)
        for count in SPEAKERS:
            await cases.measure(f"{count} at once", partial(_spoken, product, short, little, count))
    first = cases.all[0]
    headline = (
        f"{LENGTH_S / 60:.0f} minutes without a pause: of {first['words']} words "
        f"{first['missing']} missing, {first['wrong']} misheard, "
        f"no stretch of over {first['longest_s']:.1f} s without a word"
    )
    head = [
        "speakers",
        "words",
        "missing",
        "misheard",
        "too many",
        "longest gap s",
        "finals late s",
    ]
    keys = ("case", "words", "missing", "wrong", "extra", "longest_s", "late_s")
    rows = [[str(case[key]) for key in keys] for case in cases.all]
    return write_table("breath", "Without a pause", headline, head, rows)


def breathless(folder: Path, length_s: float) -> tuple[Path, str]:
    """Returns a WAV of sentences with no pause between them, and what is said in it."""
    pieces = {text: _trimmed(read_wav(speak(folder, text))) for text in TALK}
    said: list[str] = []
    samples: list[Samples] = []
    while sum(map(len, samples)) < length_s * 16_000:
        text = TALK[len(said) % len(TALK)]
        said.append(text)
        samples.append(pieces[text])
    path = folder / f"breathless-{length_s:.0f}.wav"
    write_wav(path, np.concatenate(samples))
    return path, " ".join(said)


def _trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 300)
    return samples[loud[0] : loud[-1] + 400]


async def _spoken(product: Product, sound: Path, said: str, count: int) -> Case:
    """Returns what came of `count` calls at once; the sums of all, and the worst of the times."""
    found = await asyncio.gather(*(_one(product, sound, said) for _ in range(count)))
    worst = ("longest_s", "late_s")
    keys = [key for key in found[0] if key not in worst]
    sums = {key: sum(case[key] for case in found) for key in keys}
    return sums | {key: max(case[key] for case in found) for key in worst}


async def _one(product: Product, sound: Path, said: str) -> Case:
    began: list[float] = []
    late: list[float] = []

    def shown(message: dict[str, Any]) -> None:
        now = time.monotonic()
        if message["type"] == "status" and message.get("state") == "active" and not began:
            began.append(now)
        if message["type"] == "transcript" and message["final"] and began:
            late[:] = [now - began[0] - message["endMs"] / 1000]

    token = product.credentials["user"]["token"]
    options = CallOptions(sound, product.url, token, await_results=False, tail_s=20.0)
    report = await place_call(options, shown)
    result = jiwer.process_words(spoken(said), spoken(text_of(report.segments)))
    spans = [(float(s["startMs"]), float(s["endMs"])) for s in report.segments]
    ends = [0.0, *(end for _, end in spans)]
    gaps = [start - end for (start, _), end in zip(spans, ends, strict=False)]
    return {
        "words": len(said.split()),
        "missing": result.deletions,
        "wrong": result.substitutions,
        "extra": result.insertions,
        "longest_s": round(max(gaps) / 1000, 1),
        "late_s": round(late[0], 1),
    }
