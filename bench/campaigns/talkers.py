"""How many people one core recognises who talk all the time: in real time, by the clock.

Each talker says one utterance after the other, half a second apart. What counts is how long
audio waits until an interim tells of it, and how long a final takes from the end of speech.
SPEECH names a folder with people's recordings; flite's voices speak as well.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice, pairwise
from pathlib import Path

import numpy as np

from bench.campaigns.recognisers import _cpu_of, _flite, _people
from bench.tables import write_table
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.base import Recogniser, RecogniserStream
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser
from sessions_app.engine.stt.engines.pocketsphinx import PocketSphinxRecogniser

SECONDS = 40.0
FRAME = SPEECH_RATE // 50
PAUSE_S = 0.5
WITHIN_MS = 700
ENGINES: dict[str, tuple[Callable[[], Recogniser], Sequence[int]]] = {
    "moonshine": (lambda: MoonshineRecogniser(workers=1), (1, 8, 12, 14, 16, 20)),
    "pocketsphinx": (lambda: PocketSphinxRecogniser(workers=1), (1, 2)),
}


@dataclass
class Seen:
    """What was seen of all talkers, in seconds."""

    waited: list[float] = field(default_factory=list)
    finals: list[float] = field(default_factory=list)
    spoken: float = 0.0


def main() -> None:
    """Measures each engine with each number of talkers and writes the table."""
    os.sched_setaffinity(0, {0})  # and the workers that are forked from here
    rows, held = [], dict[str, int]()
    for name, (make, sizes) in ENGINES.items():
        for size in sizes:
            row, good = asyncio.run(_measured(make(), size))
            rows.append([name, str(size), *row])
            held[name] = size if good else held.get(name, 0)
            print(rows[-1], flush=True)
    headline = "; ".join(f"{name} holds {size} on one core" for name, size in held.items())
    head = ["engine", "talkers", "CPU s a s of speech", "audio waited p50 ms", "p95 ms"]
    head += ["interims a s", "final p50 ms", "p95 ms"]
    print(write_table("talkers", "People who talk all the time", headline, head, rows))


async def _measured(recogniser: Recogniser, size: int) -> tuple[list[str], bool]:
    said = _utterances()
    seen = Seen()
    await recogniser.start()
    try:
        before, began = _cpu_of(recogniser), time.monotonic()
        await asyncio.gather(
            *(
                _talk(recogniser, said[at % len(said) :] + said, began, at, seen)
                for at in range(size)
            )
        )
        cpu = _cpu_of(recogniser) - before
    finally:
        await recogniser.aclose()
    waited, finals = (
        np.percentile(one or [0.0], [50, 95]) * 1000 for one in (seen.waited, seen.finals)
    )
    row = [f"{cpu / seen.spoken:.3f}", f"{waited[0]:.0f}", f"{waited[1]:.0f}"]
    row += [f"{len(seen.waited) / seen.spoken:.1f}", f"{finals[0]:.0f}", f"{finals[1]:.0f}"]
    return row, bool(waited[1] <= WITHIN_MS and finals[1] <= 300)


def _utterances() -> list[Samples]:
    with tempfile.TemporaryDirectory() as folder:
        voices = dict(_flite(Path(folder)))
    if "SPEECH" in os.environ:
        voices |= _people(Path(os.environ["SPEECH"]))
    # the silence around each is what the gate leaves
    return [samples[3_200:-8_000] for _, samples in voices.values()]


async def _talk(
    recogniser: Recogniser, said: Sequence[Samples], began: float, number: int, seen: Seen
) -> None:
    """Says utterances until the time is up."""
    stream = recogniser.open("en-US")
    arrivals: asyncio.Queue[tuple[float, bool]] = asyncio.Queue()
    reading = asyncio.create_task(_read(stream, arrivals))
    at_s = number * 4.0 / 16
    for samples in islice(cycle(said), number, None):
        if at_s + len(samples) / SPEECH_RATE > SECONDS:
            break
        await _say(stream, samples, began + at_s)
        ended = time.monotonic()
        await stream.flush()
        times = [began + at_s]
        while True:
            arrived, is_final = await arrivals.get()
            if is_final:
                seen.finals.append(arrived - ended)
                break
            times.append(arrived)
        seen.waited += [after - before for before, after in pairwise(times[1:])]
        seen.spoken += len(samples) / SPEECH_RATE
        at_s = max(at_s + len(samples) / SPEECH_RATE, time.monotonic() - began) + PAUSE_S
    await stream.finish()
    await reading
    await stream.aclose()


async def _say(stream: RecogniserStream, samples: Samples, began: float) -> None:
    for at in range(0, len(samples), FRAME):
        await asyncio.sleep(max(0.0, began + (at + FRAME) / SPEECH_RATE - time.monotonic()))
        await stream.send(
            AudioFrame(samples[at : at + FRAME], SPEECH_RATE, 1000 * at / SPEECH_RATE)
        )


async def _read(stream: RecogniserStream, arrivals: "asyncio.Queue[tuple[float, bool]]") -> None:
    async for hypothesis in stream.results():
        arrivals.put_nowait((time.monotonic(), hypothesis.is_final))


if __name__ == "__main__":
    main()
