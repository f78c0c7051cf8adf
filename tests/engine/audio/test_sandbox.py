"""What code inside a decoder's process cannot do: it is run there, and tries."""

import asyncio
import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions_app.engine.audio.sandbox import (
    CPU_BURST_S,
    CPU_SHARE,
    NICE,
    NOBODY,
    CpuBudget,
    plain_environment,
)
from sessions_app.engine.workers.fork_server import ForkServer
from tests.fixtures.confined import FILE, KINDS

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is open in every worker."""
    path = tmp_path / "file"
    path.touch()
    monkeypatch.setenv(FILE, str(path))
    return path


@pytest.fixture
def server(held: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkServer]:
    """Workers of a process that was started where secrets are in the environment."""
    monkeypatch.setenv("DJANGO_SECRET_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@db/voice")
    made = ForkServer("tests.fixtures.confined", plain_environment())
    yield made
    made.close()


async def attempted(server: ForkServer, kind: str) -> str:
    channel = server.fork(KINDS[kind])
    reader, writer = await asyncio.open_connection(sock=channel)
    try:
        async with asyncio.timeout(100):
            return (await reader.read()).decode()
    except ConnectionResetError:
        return ""
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("kind", "denied"),
    [
        ("open", f"OSError {errno.EMFILE}"),
        ("socket", f"OSError {errno.EMFILE}"),
        ("pair", f"OSError {errno.EMFILE}"),
        ("fork", f"BlockingIOError {errno.EAGAIN}"),
        ("thread", "RuntimeError None"),
        ("memory", "MemoryError None"),
        ("raise", "ValueError None"),
    ],
)
async def test_it_is_denied(server: ForkServer, kind: str, denied: str) -> None:
    assert await attempted(server, kind) == denied


async def test_a_file_that_was_open_takes_no_byte(server: ForkServer, held: Path) -> None:
    assert await attempted(server, "write") == f"OSError {errno.EFBIG}"
    assert await asyncio.to_thread(held.read_bytes) == b""


async def test_a_loop_is_ended_by_the_kernel(server: ForkServer) -> None:
    assert await attempted(server, "cpu") == ""


async def test_it_has_no_secret_no_network_and_a_low_priority(server: ForkServer) -> None:
    state = json.loads(await attempted(server, "state"))
    assert state["nice"] == min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICE)
    assert state["no_new_privs"] == 1
    assert state["core"] == [0, 0]
    assert not {"DJANGO_SECRET_KEY", "DATABASE_URL"} & set(state["environment"])
    if AS_ROOT:
        assert state["uid"] == NOBODY
    if not state["left"]:
        pytest.skip("this system lets nobody leave its network; no socket can be made all the same")
    assert state["interfaces"] == []


class Times:
    wall = cpu = 0.0


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    return Times()


def test_a_share_of_the_time_is_allowed_for_ever(times: Times) -> None:
    budget = CpuBudget(lambda: times.wall, lambda: times.cpu)
    for _ in range(100_000):
        times.wall += 1.0
        times.cpu += 0.9 * CPU_SHARE
        budget.refresh()


def test_more_than_its_share_is_not_allowed_for_long(times: Times) -> None:
    budget = CpuBudget(lambda: times.wall, lambda: times.cpu)

    def work() -> None:
        for _ in range(round(CPU_BURST_S / CPU_SHARE)):
            times.wall += 1.0
            times.cpu += 2.5 * CPU_SHARE
            budget.refresh()

    with pytest.raises(ValueError, match="too much work"):
        work()


def test_time_that_was_not_used_is_not_saved_up(times: Times) -> None:
    budget = CpuBudget(lambda: times.wall, lambda: times.cpu)
    times.wall += 100_000.0
    budget.refresh()
    times.cpu += CPU_BURST_S + 0.1
    with pytest.raises(ValueError, match="too much work"):
        budget.refresh()
