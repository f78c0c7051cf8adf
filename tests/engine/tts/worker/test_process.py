"""One process that all calls share: what harms it, and whom that concerns."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sessions_app.engine.core.errors import SynthesiserUnavailableError, UnspeakableError
from sessions_app.engine.tts.worker.process import VoiceProcess
from sessions_app.engine.tts.worker.worker import AUDIO
from sessions_app.engine.workers.framing import LONGEST_BODY

SECRET = "the purple elephant"


@pytest.fixture
async def process() -> AsyncIterator[VoiceProcess]:
    made = VoiceProcess("Moody", "tests.fixtures.moody_voice", hang_s=2.0)
    await made.voices()
    yield made
    await made.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def spoken(process: VoiceProcess, text: str) -> int:
    """Returns how many bytes of audio came."""
    async with asyncio.timeout(20):
        told = [body async for kind, body in process.speak({"text": text}) if kind == AUDIO]
    return sum(map(len, told))


async def test_what_it_cannot_speak_is_refused_and_it_lives(
    process: VoiceProcess, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    pid = process.pid
    with caplog.at_level(logging.DEBUG), pytest.raises(UnspeakableError, match="ZeroDivision"):
        await spoken(process, f"fail {SECRET}")
    assert await spoken(process, "hello") == 200
    assert process.pid == pid
    assert SECRET not in caplog.text + "".join(capfd.readouterr())


async def test_what_is_longer_than_any_message_does_not_reach_it(process: VoiceProcess) -> None:
    pid = process.pid
    with pytest.raises(UnspeakableError, match="bad_request"):
        await spoken(process, "a" * (LONGEST_BODY + 1))
    assert await spoken(process, "hello") == 200
    assert process.pid == pid


async def test_what_kills_it_takes_nothing_else_along(process: VoiceProcess) -> None:
    asked = ["die", *(f"hello {n}" for n in range(8))]
    told = await asyncio.gather(*(spoken(process, t) for t in asked), return_exceptions=True)
    assert isinstance(told[0], UnspeakableError)
    assert told[1:] == [200] * 8


async def test_what_killed_it_twice_is_never_asked_again(process: VoiceProcess) -> None:
    with pytest.raises(UnspeakableError):
        await spoken(process, "die")
    assert await spoken(process, "hello") == 200
    pid = process.pid
    with pytest.raises(UnspeakableError, match="died of this text"):
        await spoken(process, "die")
    assert await spoken(process, "hello") == 200
    assert process.pid == pid


async def test_several_that_kill_it_are_told_apart(process: VoiceProcess) -> None:
    asked = ["die a", "hello a", "die b", "hello b", "die c", "hello c"]
    told = await asyncio.gather(*(spoken(process, t) for t in asked), return_exceptions=True)
    assert [t for t in told if isinstance(t, int)] == [200] * 3
    assert [type(t) for t in told[::2]] == [UnspeakableError] * 3


async def test_a_text_whose_process_was_killed_is_asked_again(
    process: VoiceProcess, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    texts = [f"wait {mark}", "hello"]
    speaking = asyncio.gather(*(spoken(process, text) for text in texts))
    async with asyncio.timeout(10):
        while not await asyncio.to_thread(mark.exists):  # noqa: ASYNC110 - another process's
            await asyncio.sleep(0.01)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    assert await speaking == [200, 200]


async def test_one_that_was_heard_in_part_is_not_said_again(process: VoiceProcess) -> None:
    told = await asyncio.gather(
        spoken(process, "break"), spoken(process, "hello"), return_exceptions=True
    )
    assert isinstance(told[0], SynthesiserUnavailableError)
    assert told[1] == 200


async def test_one_that_hangs_holds_nobody_up_for_long(process: VoiceProcess) -> None:
    told = await asyncio.gather(
        spoken(process, "hang"), spoken(process, "hello"), return_exceptions=True
    )
    assert isinstance(told[0], UnspeakableError)
    assert told[1] == 200


async def test_one_that_was_closed_while_it_hung_is_known_by_what_it_did(
    process: VoiceProcess,
) -> None:
    for _ in range(2):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await spoken(process, "hang")
        assert await spoken(process, "hello") == 200
    with pytest.raises(UnspeakableError, match="died of this text"):
        await spoken(process, "hang")


async def test_a_process_that_cannot_run_is_told() -> None:
    process = VoiceProcess("Nothing", "tests.fixtures.no_such_module")
    with pytest.raises(SynthesiserUnavailableError, match="died"):
        await process.voices()
    await process.aclose()
