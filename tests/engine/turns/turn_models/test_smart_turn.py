"""A turn model in its own process: asked, damaged, killed. Its graph here is a small one."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.core.errors import TurnModelError
from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.stt.moonshine import onnx_file
from sessions_app.engine.turns.turn_models import smart_turn as module
from sessions_app.engine.turns.turn_models.log_mel import BANDS, FRAMES, log_mel
from sessions_app.engine.turns.turn_models.smart_turn import FILE, LATEST_S, SmartTurn
from tests.fixtures.server import wait_until


def small_model() -> bytes:
    """Returns a graph with smart-turn's entry: likelier finished the louder the sound is."""
    nodes = [
        onnx_file.node("ReduceMean", ["input_features"], ["mean"], "", {"keepdims": 0}),
        onnx_file.node("Sigmoid", ["mean"], ["finished"], "", {}),
    ]
    entry = onnx_file.Value("input_features", (1, BANDS, FRAMES))
    return onnx_file.model(nodes, {}, [entry], [onnx_file.Value("finished", ())])


def sound(seconds: float) -> Samples:
    noise = np.random.default_rng(1).normal(0, 3000, round(seconds * SPEECH_RATE))
    return noise.astype(np.int16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / FILE).write_bytes(small_model())
    return tmp_path


@pytest.fixture
async def model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SmartTurn]:
    """A model that may take its time: how long that is depends on what else the machine does."""
    monkeypatch.setattr(module, "LATEST_S", 30.0)
    model = SmartTurn(str(folder))
    await model.start()
    yield model
    server = model.pid
    assert server is not None
    await model.aclose()
    await model.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def workers_of(model: SmartTurn) -> list[int]:
    children = Path(f"/proc/{model.pid}/task/{model.pid}/children")
    return [int(child) for child in children.read_text().split()]


async def test_it_says_what_the_graph_says(model: SmartTurn) -> None:
    said = sound(3.0)
    assert await model.finished(said) == pytest.approx(
        1 / (1 + np.exp(-float(log_mel(said).mean()))), abs=1e-5
    )
    assert await model.finished(np.zeros(0, np.int16)) is not None


async def test_many_are_asked_at_once(model: SmartTurn) -> None:
    sounds = [sound(0.1 * count) for count in range(1, 6)]
    alone = [await model.finished(one) for one in sounds]
    assert await asyncio.gather(*map(model.finished, sounds)) == alone


async def test_a_killed_worker_costs_one_answer(model: SmartTurn) -> None:
    for worker in workers_of(model):
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not workers_of(model), 30, "the worker's end")
    assert await model.finished(sound(1.0)) is None
    assert await model.finished(sound(1.0)) is not None


async def test_an_answer_that_is_late_is_none(
    model: SmartTurn, monkeypatch: pytest.MonkeyPatch
) -> None:
    (worker,) = workers_of(model)
    os.kill(worker, signal.SIGSTOP)
    with monkeypatch.context() as usual:
        usual.setattr(module, "LATEST_S", LATEST_S)
        assert await model.finished(sound(1.0)) is None
    os.kill(worker, signal.SIGKILL)
    assert await model.finished(sound(1.0)) is not None


async def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TurnModelError, match="fetch_model smart-turn"):
        await SmartTurn(str(tmp_path)).start()


async def test_a_damaged_model_is_told(folder: Path) -> None:
    (folder / FILE).write_bytes(small_model()[:100])
    model = SmartTurn(str(folder))
    with pytest.raises(TurnModelError, match="cannot be loaded"):
        await model.start()
    assert await model.finished(sound(1.0)) is None
    await model.aclose()
