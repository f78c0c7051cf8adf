"""Campaigns go on where they stopped, and one case of each works."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.campaigns import offline
from bench.cases import Case, Cases
from bench.talking.barge_in import silent_after
from bench.talking.endpoints import STRATEGIES, USUAL, Outcome, Told, outcome, replies
from tests.end_to_end.conftest import product
from tests.fixtures.server import Product

__all__ = ["product"]

SAID = "good morning and welcome to the meeting"


async def test_a_case_is_measured_once_for_a_commit(tmp_path: Path) -> None:
    measured: list[str] = []

    async def work() -> Case:
        measured.append("x")
        return {"value": len(measured)}

    first = Cases("test", tmp_path)
    assert await first.measure("a", work) == {"case": "a", "value": 1}
    again = Cases("test", tmp_path)
    assert await again.measure("a", work) == {"case": "a", "value": 1}
    assert await again.measure("b", work) == {"case": "b", "value": 2}
    assert [case["case"] for case in again.all] == ["a", "b"]


HEARD: list[Told] = [
    (1100, "on_speech_started", (1000.0,)),
    (2240, "on_pause", (2000.0,)),
    (2320, "on_whole", ("I would like tea and.", 2240.0, 0.9)),
    (2528, "on_speech_ended", (2000.0,)),
    (2600, "on_final", ("I would like tea and.", 2000.0, 0.9)),
    (3600, "on_speech_started", (3500.0,)),
    (4740, "on_pause", (4500.0,)),
    (4820, "on_whole", ("Some cake, please.", 4740.0, 0.9)),
    (5028, "on_speech_ended", (4500.0,)),
    (5100, "on_final", ("Some cake, please.", 4500.0, 0.9)),
]


@pytest.mark.parametrize(
    ("name", "cut_offs", "delay"),
    [("fixed 600 ms", 1, 600), ("attentive, at the end of speech", 0, 600), (USUAL, 0, 450)],
)
def test_a_pause_after_and_cuts_off_only_by_the_fixed_rule(
    name: str, cut_offs: int, delay: float
) -> None:
    assert outcome(replies(HEARD, STRATEGIES[name]), 4500) == Outcome(cut_offs, delay)


def test_silence_is_found_after_speech_began() -> None:
    loud = [0.02 * n for n in range(60)] + [3 + 0.02 * n for n in range(50)]
    assert silent_after(loud, 1.0) == pytest.approx(180, abs=1)
    assert silent_after(loud[:60], 5.0) is None


@pytest.mark.timeout(120)
async def test_live_text_is_as_right_as_an_offline_decode_of_the_recording(
    product: Product, say: Callable[..., Path]
) -> None:
    found = await offline.compare(product, say(SAID), SAID)
    assert 100 * (found["live"] - found["offline"]) / found["words"] <= 5
    assert found["offline"] < found["words"] / 2
