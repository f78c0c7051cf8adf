"""Talking over an agent: how soon it is silent, and what it takes for an interruption.

    python -m bench.talking.barge_in [--cases 50]

Real calls to a running product. The caller's sounds: flite's speech, hums, coughs and doors made
of noise, three seconds of many voices at once, and the agent's own voice 20 dB lower.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.tables import write_table
from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from tests.fixtures.server import Product
from tests.fixtures.speech import read_wav, speak
from tests.fixtures.talker import Talker

QUESTIONS = (
    "please tell me about the weather",
    "wait i have a question about that",
    "what happened to the second son",
    "can you tell me another story",
    "no i would like to hear something else",
)
FIRST = "please tell me a story about a cat"
BACK_CHANNELS = ("okay", "yeah", "right", "i see", "oh really")
VOICES = ("slt", "rms", "awb", "kal16")
GAP_S = 0.3
AUDIBLE = 400
LATEST_MS = 1_500.0
"""A silence that comes later has another cause."""

TELLER = (
    "from sessions_app.models import Agent; Agent.objects.create(slug='teller', name='Teller', "
    "responder='scripted', silence_s=0); Agent.objects.create(slug='greeter', name='Greeter', "
    "responder='scripted', silence_s=0, greeting='Good morning, and welcome to the house of the "
    "cat and her seven sons, who live by the river and tell stories to whoever comes by. Ask for "
    "any of them that you like to hear, and I will tell you what became of them all.')"
)


@dataclass(frozen=True, slots=True)
class Case:
    """What became of one sound: whether the agent gave up the floor, and when it was silent."""

    interrupted: bool
    silent_ms: float | None


def burst(rng: np.random.Generator, length_s: float, decay_s: float, loud: float) -> Samples:
    """Returns noise that dies away: a cough or a door."""
    at = np.arange(round(length_s * SPEECH_RATE)) / SPEECH_RATE
    noise = rng.normal(0, loud, len(at)) * np.exp(-at / decay_s)
    return noise.clip(-32_000, 32_000).astype(np.int16)


def babble(folder: Path, rng: np.random.Generator) -> Samples:
    """Returns three seconds of four people who speak at once, in the background."""
    total = np.zeros(3 * SPEECH_RATE)
    for text in rng.permutation(QUESTIONS)[:4]:
        voice = np.roll(
            np.resize(read_wav(speak(folder, str(text))), len(total)), rng.integers(9999)
        )
        total += 0.12 * voice
    return total.astype(np.int16)


def sounds(folder: Path, rng: np.random.Generator, index: int) -> dict[str, Samples | None]:
    """Returns the sounds of one round; None stands for the agent's own echo."""
    return {
        "a question": read_wav(speak(folder, QUESTIONS[index % len(QUESTIONS)])),
        "mhm, okay, yeah": read_wav(speak(folder, BACK_CHANNELS[index % len(BACK_CHANNELS)])),
        "a cough": burst(rng, 0.35, 0.1, 9_000),
        "a door": burst(rng, 0.5, 0.05, 14_000),
        "3 s of babble": babble(folder, rng),
        "its own voice at -20 dB": None,
    }


GREETED = "over the greeting"
TYPED = "after a typed turn"
STATES = (GREETED, TYPED)
"""When the caller has not spoken yet: only questions and babble, which differ there."""


async def case(product: Product, first: Samples, sound: Samples | None, state: str = "") -> Case:
    """Returns what became of `sound` in a call of its own, after the caller has said `first`.

    In a `state` the caller has said nothing: it is the greeting, or the answer to a typed turn.
    """
    async with Talker(product, "greeter" if state == GREETED else "teller") as talker:
        if state == TYPED:
            await talker.send(type="text", text=FIRST)
        elif not state:
            await talker.microphone.speak(first)
        await talker.sees(talker.loud, "the agent's voice", 20)
        await talker.sees(lambda: len(talker.loud()) > 75, "the story")
        if sound is None:
            talker.echo_gain = 0.1
            began = time.monotonic()
            await asyncio.sleep(4.0)
            talker.echo_gain = 0.0
        else:
            began = await talker.microphone.speak(sound)
        await asyncio.sleep(3.0)
        interrupted = bool(talker.of("transcript", interrupted=True))
        silent = silent_after(talker.loud(began - 0.1), began + lead_s(sound))
        await talker.send(type="interrupt")
        await talker.hang_up()
    return Case(interrupted, silent)


def lead_s(sound: Samples | None) -> float:
    """Returns how long a sound is silent before it begins."""
    return 0.0 if sound is None else float(np.argmax(np.abs(sound) > AUDIBLE)) / SPEECH_RATE


def silent_after(loud: list[float], began_s: float) -> float | None:
    """Returns ms from `began_s` to the last sound before a gap of GAP_S; None without a gap."""
    for before, after in zip(loud, [*loud[1:], loud[-1] + 9 if loud else 0.0], strict=True):
        if before >= began_s and after - before > GAP_S:
            late_ms = 1000 * (before - began_s)
            return late_ms if late_ms < LATEST_MS else None
    return None


async def measure(product: Product, folder: Path, cases: int) -> dict[str, list[Case]]:
    """Returns the cases of each sound, two calls at a time."""
    rng = np.random.default_rng(1)
    found: dict[str, list[Case]] = {}
    first = read_wav(speak(folder, FIRST))
    for index in range(0, cases, 2):
        for state in STATES:
            for kind in ("a question", "3 s of babble"):
                chosen = [sounds(folder, rng, index + n)[kind] for n in (0, 1)]
                both = await asyncio.gather(*(case(product, first, one, state) for one in chosen))
                found.setdefault(f"{kind}, {state}", []).extend(both)
        rounds = [sounds(folder, rng, index), sounds(folder, rng, index + 1)]
        for kind in rounds[0]:
            both = await asyncio.gather(*(case(product, first, chosen[kind]) for chosen in rounds))
            found.setdefault(kind, []).extend(both)
        print(f"{index + 2} of {cases}", flush=True)
    return found


def row(kind: str, cases: list[Case]) -> list[str]:
    """Returns the table's row."""
    # who goes on is silent between sentences, too
    stops = sorted(c.silent_ms for c in cases if c.interrupted and c.silent_ms is not None)
    p95 = f"{stops[min(len(stops) - 1, round(0.95 * len(stops)))]:.0f}" if stops else ""
    middle = f"{statistics.median(stops):.0f}" if stops else ""
    cut = sum(c.interrupted for c in cases)
    return [kind, str(len(cases)), str(cut), str(len(cases) - cut), middle, p95]


def main(count: int = 50) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        settings = {"DJANGO_SETTINGS_MODULE": "tests.fixtures.agent_settings"}
        product = Product(folder / "var", settings)
        product.prepare()
        product.manage("shell", "-c", TELLER)
        with product.running("web"):
            found = asyncio.run(measure(product, folder, count))
    asked = [c for kind, cases in found.items() if kind.startswith("a question") for c in cases]
    rest = [c for kind, cases in found.items() if "a question" not in kind for c in cases]
    headline = (
        f"{sum(c.interrupted for c in asked)} of {len(asked)} questions took the floor; of "
        f"{len(rest)} other sounds {sum(not c.interrupted for c in rest)} did not"
    )
    head = ["sound", "count", "interrupted", "went on", "silent after, median ms", "p95 ms"]
    rows = [row(kind, cases) for kind, cases in found.items()]
    print(write_table("barge-in", "Talking over an agent", headline, head, rows))


if __name__ == "__main__":
    given = argparse.ArgumentParser(description="Talking over an agent.")
    given.add_argument("--cases", type=int, default=50)
    main(given.parse_args().cases)
