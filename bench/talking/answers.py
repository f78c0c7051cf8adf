"""How soon after a caller stops do they hear the scribe? At the caller's end, over WebRTC.

A real call to a running product with its own recogniser, voice and turn rules; flite's voice asks.
Counted from the last audible sample that was sent to the first audible one that came.
"""

import asyncio
import statistics
import tempfile
from pathlib import Path

import numpy as np

from bench.tables import write_table
from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from tests.fixtures.server import Product
from tests.fixtures.speech import read_wav, speak
from tests.fixtures.talker import Talker

ASKED = (
    "what time is it",
    "take a note buy milk and bread",
    "how long have we talked",
    "action item call the plumber on monday",
)
"""The answers are short, so that the next question need not wait for their end."""

ROUNDS = 5
AUDIBLE = 300


async def measure(product: Product, folder: Path) -> dict[str, list[tuple[float, float]]]:
    """Returns in ms, by what was asked, when the answer was heard, and the turn's own delay."""
    found: dict[str, list[tuple[float, float]]] = {}
    async with Talker(product, "scribe") as talker:
        await talker.sees(lambda: talker.loud() and talker.floor() == "listening", "greeting", 30)
        for text in ASKED * ROUNDS:
            found.setdefault(text, []).append(await ask(talker, read_wav(speak(folder, text))))
        await talker.hang_up()
    return found


async def ask(talker: Talker, sound: Samples) -> tuple[float, float]:
    """Returns the same of one question."""
    before = len(talker.of("metrics"))
    spoken = np.flatnonzero(np.abs(sound.astype(np.int32)) > AUDIBLE)[-1]
    ended_s = await talker.microphone.speak(sound) + spoken / SPEECH_RATE
    await talker.sees(lambda: talker.loud(ended_s), "the answer")
    await talker.sees(lambda: len(talker.of("metrics")) > before, "its metrics")
    await talker.sees(lambda: talker.floor() == "listening", "the end of the answer", 30)
    told = talker.of("metrics")[-1]
    heard_ms = 1000 * (talker.loud(ended_s)[0] - ended_s)
    return heard_ms, told["endpointMs"] - told["speechEndMs"]


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        product = Product(folder / "var", {})
        with product.running("web"):
            found = asyncio.run(measure(product, folder))
    every = sorted(heard for times in found.values() for heard, _ in times)
    late = every[min(len(every) - 1, round(0.95 * len(every)))]
    headline = (
        f"An answer is heard {statistics.median(every):.0f} ms after the caller stops "
        f"(p95 {late:.0f}, {len(every)} answers)"
    )
    head = ["asked", "answers", "heard after, median ms", "turn over after, median ms"]
    rows = [
        [
            text,
            str(len(times)),
            f"{statistics.median(heard for heard, _ in times):.0f}",
            f"{statistics.median(over for _, over in times):.0f}",
        ]
        for text, times in found.items()
    ]
    print(write_table("answers", "How soon an answer is heard", headline, head, rows))


if __name__ == "__main__":
    main()
