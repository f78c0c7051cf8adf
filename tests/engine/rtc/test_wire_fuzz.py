"""Whatever comes, the audio path holds what it promises: the corpus, and what is made of it."""

import random
from pathlib import Path

import pytest

from tests.fixtures.wire import CORPUS, case, datagrams, hear, mutated

CASES = sorted(CORPUS.glob("*.bin"))
MADE = 400


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_case_of_the_corpus(path: Path) -> None:
    blob = path.read_bytes()
    frames = hear(blob)
    assert bool(frames) is not path.stem.startswith("silent")


def test_what_is_made_of_the_corpus() -> None:
    chance = random.Random(7)
    blobs = [path.read_bytes() for path in CASES]
    for _ in range(MADE):
        hear(mutated(chance.choice(blobs), blobs, chance))


def test_a_case_is_what_it_was_made_of() -> None:
    made = [(20, b"abc"), (0, b""), (300, b"x" * 1500)]
    assert list(datagrams(case(made))) == [(20, b"abc"), (0, b""), (255, b"x" * 1500)]


def test_there_is_a_corpus() -> None:
    assert len(CASES) >= 12
