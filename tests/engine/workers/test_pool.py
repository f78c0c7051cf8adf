"""Worker processes: leased in turn, replaced, and never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sessions_app.engine.workers.fork_server import ForkServer
from sessions_app.engine.workers.framing import WorkerGoneError
from sessions_app.engine.workers.pool import WorkerPool
from tests.fixtures.processes import children_of
from tests.fixtures.server import processes_of, wait_until

MARK = "voicesite-pool-test"
WORKER = "tests.fixtures.plain_worker"


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.fixture
async def server() -> AsyncIterator[ForkServer]:
    server = ForkServer(WORKER)
    yield server
    pid = server.pid
    server.close()
    assert pid is None or not exists(pid)


async def test_workers_are_leased_in_the_order_of_asking(server: ForkServer) -> None:
    pool = WorkerPool(server, 1)
    first = await pool.lease()
    await first.ping()
    assert not pool.has_free
    second, third = asyncio.create_task(pool.lease()), asyncio.create_task(pool.lease())
    await asyncio.sleep(0)
    pool.release(first, usable=True)
    assert await asyncio.wait_for(second, 5) is first
    assert not third.done()
    third.cancel()
    pool.release(first, usable=True)
    assert await asyncio.wait_for(pool.lease(), 5) is first
    pool.close()


async def test_who_asks_again_at_once_comes_after_who_waited(server: ForkServer) -> None:
    pool = WorkerPool(server, 1)
    order: list[str] = []

    async def use(who: str) -> None:
        link = await pool.lease()
        order.append(who)
        pool.release(link, usable=True)

    held = await pool.lease()
    waiting = [asyncio.create_task(use(who)) for who in ("first", "second")]
    await asyncio.sleep(0)
    pool.release(held, usable=True)
    await asyncio.wait_for(use("again"), 5)
    await asyncio.gather(*waiting)
    assert order == ["first", "second", "again"]
    assert pool.has_free
    pool.close()


async def test_a_cancelled_wait_gives_its_turn_on(server: ForkServer) -> None:
    pool = WorkerPool(server, 1)
    link = await pool.lease()
    impatient, patient = asyncio.create_task(pool.lease()), asyncio.create_task(pool.lease())
    await asyncio.sleep(0)
    pool.release(link, usable=True)
    impatient.cancel()
    assert await asyncio.wait_for(patient, 5) is link
    pool.close()


async def test_a_dead_worker_is_told_and_replaced(server: ForkServer) -> None:
    pool = WorkerPool(server, 1)
    link = await pool.lease()
    await link.ping()
    assert server.pid is not None
    (worker,) = children_of(server.pid)
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(WorkerGoneError):
        await link.ping()
    pool.release(link, usable=False)
    fresh = await pool.lease()
    await asyncio.wait_for(fresh.ping(), 10)
    pool.close()


async def test_a_dead_fork_server_is_replaced(server: ForkServer) -> None:
    pool = WorkerPool(server, 2)
    link = await pool.lease()
    await link.ping()
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await asyncio.to_thread(os.waitid, os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
    other = await pool.lease()
    await asyncio.wait_for(other.ping(), 15)
    await asyncio.wait_for(link.ping(), 5)  # its workers live on
    pool.close()


OWNER = """
import asyncio
from sessions_app.engine.workers.fork_server import ForkServer
from sessions_app.engine.workers.pool import WorkerPool

async def main():
    pool = WorkerPool(ForkServer("tests.fixtures.plain_worker"), 2)
    links = [await pool.lease(), await pool.lease()]
    for link in links:
        await link.ping()
    print("ready", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_a_killed_owner_leaves_no_process(tmp_path: Path) -> None:
    mark = f"{MARK}-{tmp_path.name}-{os.getpid()}"
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "MARK": mark},
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == "ready\n"
    assert len(processes_of(mark)) == 4
    owner.kill()
    owner.wait()
    owner.stdout.close()
    wait_until(lambda: not processes_of(mark), 30, "the end of all workers")


async def test_as_many_as_ask_at_once_get_no_more_workers_than_there_may_be(
    server: ForkServer,
) -> None:
    pool = WorkerPool(server, 2)
    links = set()

    async def use() -> None:
        link = await pool.lease()
        links.add(link)
        await link.ping()
        pool.release(link, usable=True)

    await asyncio.wait_for(asyncio.gather(*(use() for _ in range(6))), 15)
    pool.close()
    assert len(links) == 2


async def test_a_worker_that_comes_after_the_end_is_ended(server: ForkServer) -> None:
    pool = WorkerPool(server, 1)
    asking = asyncio.create_task(pool.lease())
    await asyncio.sleep(0)
    pool.close()
    with pytest.raises(WorkerGoneError):
        await asking
    assert not pool._leased
