"""What engines in worker processes must do; their packages are stand-ins that hear coded words."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.core.errors import (
    BusyError,
    RecogniserError,
    RecogniserUnavailableError,
)
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.engines.null import NullRecogniser
from sessions_app.engine.stt.engines.pooled import Pooled
from sessions_app.engine.stt.engines.sherpa import SherpaRecogniser
from sessions_app.engine.stt.engines.vosk import VoskRecogniser
from sessions_app.engine.stt.engines.whisper import WhisperRecogniser
from sessions_app.engine.stt.worker.process import EngineProcess
from sessions_app.engine.stt.worker.worker import FLUSH
from sessions_app.engine.stt.wrappers.fallback import Fallback
from sessions_app.engine.stt.wrappers.retrying import Retrying
from tests.fixtures.coded import assert_whole, finals_of, heard, speak, talk
from tests.fixtures.models import FILES, install_engines, model_folder

ENGINES: dict[str, Callable[..., Pooled]] = {
    "vosk": VoskRecogniser,
    "sherpa": SherpaRecogniser,
    "whisper": WhisperRecogniser,
}


@pytest.fixture(autouse=True)
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    install_engines(monkeypatch)


@pytest.fixture
async def pooled(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pooled]:
    before = asyncio.all_tasks()
    made = ENGINES[request.param](model=str(model_folder(tmp_path, request.param)))
    await made.start()
    yield made
    await made.aclose()
    await made.aclose()
    assert all(process.pid is None for process in made.processes)
    assert not asyncio.all_tasks() - before - {asyncio.current_task()}


every = pytest.mark.parametrize("pooled", ENGINES, indirect=True)


async def until_used(process: EngineProcess) -> None:
    async with asyncio.timeout(10):
        while not process.streams:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


@every
async def test_a_stream_dropped_in_mid_speech_frees_its_place(pooled: Pooled) -> None:
    stream = pooled.open("en-US")
    await stream.send(AudioFrame(talk(1.0, 3).samples[:1600], 16_000, 0.0))
    await until_used(pooled.processes[0])
    await stream.aclose()
    assert pooled.processes[0].streams == 0


@every
async def test_what_nobody_waits_for_gives_way(pooled: Pooled) -> None:
    async def behind_ours() -> int:
        await pooled.processes[0].start()
        pid = pooled.processes[0].pid
        assert pid is not None
        return os.getpriority(os.PRIO_PROCESS, pid) - os.getpriority(os.PRIO_PROCESS, 0)

    live = await behind_ours()
    await pooled.aclose()
    Fallback(NullRecogniser(), Retrying(pooled)).unhurried()
    assert 0 < live < await behind_ours()


@every
async def test_a_killed_process_is_retryable_and_the_next_stream_works(pooled: Pooled) -> None:
    stream = pooled.open("en-US")
    said = talk(2.0, 3)
    await stream.send(AudioFrame(said.samples[:1600], 16_000, 0.0))
    reading = asyncio.create_task(finals_of(stream))
    process = pooled.processes[0]
    await until_used(process)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(RecogniserUnavailableError) as caught:
        await reading
    assert caught.value.retryable
    await stream.aclose()
    assert_whole(said, [one for one in await heard(pooled, said) if one.is_final])


@pytest.mark.parametrize("pooled", ["vosk"], indirect=True)
async def test_its_work_is_counted_over_processes_that_died(pooled: Pooled) -> None:
    wrapped, said, process = Retrying(pooled), talk(2.0, 3), pooled.processes[0]
    await heard(pooled, said)
    first = wrapped.work()
    assert first is not None
    assert (first.waiting, first.audio_s > 1.0, first.busy_s > 0.0) == (0, True, True)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    await pooled.aclose()
    assert pooled.work().busy_s == first.busy_s
    await pooled.start()
    await heard(pooled, said)
    assert pooled.work().busy_s > first.busy_s
    assert pooled.work().audio_s == pytest.approx(2 * first.audio_s)


async def test_utterances_without_a_final_are_waiting(tmp_path: Path) -> None:
    pooled = VoskRecogniser(str(model_folder(tmp_path, "vosk")))
    await pooled.start()
    session = await pooled.lease("en-US", ())
    assert pooled.processes[0].pid is not None
    os.kill(pooled.processes[0].pid, signal.SIGSTOP)
    await session.send(FLUSH)
    assert pooled.work().waiting == 1
    os.kill(pooled.processes[0].pid, signal.SIGCONT)
    await session.receive()
    assert pooled.work().waiting == 0
    await session.send(FLUSH)
    session.close()
    assert pooled.work().waiting == 0
    await pooled.aclose()


@every
async def test_with_retrying_no_word_is_lost_though_the_process_dies(pooled: Pooled) -> None:
    said = talk(20.0, 6)
    stream = Retrying(pooled, first_s=0.01).open("en-US")
    reading = asyncio.create_task(finals_of(stream))
    speaking = asyncio.create_task(speak(stream, said, speed=20))
    process = pooled.processes[0]
    await until_used(process)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    await speaking
    assert_whole(said, await reading)
    await stream.aclose()


async def test_what_goes_wrong_in_one_stream_ends_no_other(tmp_path: Path) -> None:
    pooled = VoskRecogniser(str(model_folder(tmp_path, "vosk")))
    await pooled.start()
    said, good, bad = talk(4.0, 3), pooled.open("en-US"), pooled.open("en-US")
    await bad.send(AudioFrame(np.full(1600, 667, np.int16), 16_000, 0.0))
    with pytest.raises(RecogniserUnavailableError):
        await finals_of(bad)
    reading = asyncio.create_task(finals_of(good))
    await speak(good, said)
    assert_whole(said, await reading)
    for stream in (good, bad):
        await stream.aclose()
    await pooled.aclose()


async def test_calls_are_spread_over_the_processes(tmp_path: Path) -> None:
    pooled = VoskRecogniser(str(model_folder(tmp_path, "vosk")), workers=2)
    await pooled.start()
    sessions = [await pooled.lease("en-US", ()) for _ in range(6)]
    assert [process.streams for process in pooled.processes] == [3, 3]
    for session in sessions:
        session.close()
    await pooled.aclose()


@pytest.mark.parametrize("kind", ENGINES)
def test_what_a_model_lacks_is_named(kind: str, tmp_path: Path) -> None:
    with pytest.raises(RecogniserError, match="fetch_model"):
        ENGINES[kind](model=str(tmp_path / "none"))
    folder = model_folder(tmp_path, kind)
    (folder / FILES[kind][0]).unlink()
    with pytest.raises(RecogniserError, match="is not whole: it has no"):
        ENGINES[kind](model=str(folder))


@pytest.mark.parametrize("kind", ENGINES)
def test_a_missing_package_is_named(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RecogniserError, match="pip install"):
        ENGINES[kind](model=str(model_folder(tmp_path, kind)))


async def test_an_engine_that_does_not_load_says_why(tmp_path: Path) -> None:
    pooled = SherpaRecogniser(str(model_folder(tmp_path, "sherpa")), threads=0)
    with pytest.raises(RecogniserError, match="AssertionError"):
        await pooled.start()
    assert not await pooled.ready()
    await pooled.aclose()


@every
async def test_a_call_too_many_is_told_before_words_are_late(
    pooled: Pooled, monkeypatch: pytest.MonkeyPatch
) -> None:
    pooled.reserve().release()
    monkeypatch.setattr(EngineProcess, "load", 0.95)
    with pytest.raises(BusyError):
        pooled.reserve()


async def test_as_many_calls_as_the_settings_say(tmp_path: Path) -> None:
    pooled = WhisperRecogniser(str(model_folder(tmp_path, "whisper")), most_calls=1)
    place = pooled.reserve()
    with pytest.raises(BusyError):
        pooled.reserve()
    place.release()
    pooled.reserve()
