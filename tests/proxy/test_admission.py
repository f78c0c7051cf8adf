"""The one count of several media processes, over its real socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.session.admission import AdmissionLimits
from sessions_app.proxy import admission
from sessions_app.proxy.admission import SharedCount
from sessions_app.runtime import shared_admission
from sessions_app.runtime.media_processes import NAME
from sessions_app.runtime.shared_admission import SharedAdmission

LIMITS = AdmissionLimits(
    calls_per_user=3, calls_per_address=5, offers_per_user=20, offers_per_address=40
)
HERE, THERE = "192.0.2.1", "192.0.2.2"


class Machine:
    """The processes of one machine, all in this one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.running: list[str] = []
        self.webs: list[SharedCount] = []
        self.media: list[SharedAdmission] = []

    async def web(self) -> SharedCount:
        count = SharedCount(self.path, LIMITS, lambda: self.running)
        self.webs.append(count)
        count.start()
        await count.gathered()
        return count

    async def process(self) -> SharedAdmission:
        process = SharedAdmission(self.path)
        self.media.append(process)
        process.start()
        await until(lambda: process.connected)
        return process


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what it waits for happens in other tasks
            await asyncio.sleep(0.005)


@pytest.fixture
async def machine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("run") / "admission")
    yield machine
    for process in machine.media:
        await process.aclose()
    for web in machine.webs:
        await web.aclose()


async def begun(process: SharedAdmission, times: int, party: str = "7", at: str = "") -> list[Any]:
    """Returns the results of that many starts at once: reservations, and codes of refusals."""
    many = (process.reserve(party, at) for _ in range(times))
    done = await asyncio.gather(*many, return_exceptions=True)
    return [one.code if isinstance(one, BusyError) else one for one in done]


def refused(done: list[Any]) -> int:
    return done.count("too_many_calls")


async def test_two_processes_have_one_count(machine: Machine) -> None:
    await machine.web()
    one, two = await machine.process(), await machine.process()
    done = await asyncio.gather(begun(one, 8), begun(two, 8))
    assert sum(refused(some) for some in done) == 13
    assert refused(await begun(two, 1, party="8")) == 0
    held = next(r for some in done for r in some if r != "too_many_calls")
    held.release()
    held.release()
    assert refused(await begun(two, 2)) == 1


async def test_an_address_is_counted_over_its_users(machine: Machine) -> None:
    await machine.web()
    one, two = await machine.process(), await machine.process()
    held = [r for user in "ab" for r in await begun(one, 2, user, HERE)]
    assert refused(held) == 0
    assert refused(await begun(two, 2, "c", HERE)) == 1
    assert refused(await begun(two, 1, "c", THERE)) == 0


async def test_who_is_refused_is_told_why_and_when_to_come_again(machine: Machine) -> None:
    await machine.web()
    one = await machine.process()
    await begun(one, 3)
    with pytest.raises(BusyError, match="You already have 3 calls open") as too_many:
        await one.reserve("7", HERE)
    assert too_many.value.retry_after_s == 30
    for _ in range(16):
        await one.offer("7", HERE)
    with pytest.raises(BusyError, match="more than 20 offers") as busy:
        await one.offer("7", HERE)
    assert (busy.value.code, busy.value.retry_after_s) == ("too_many_offers", 3)


async def test_neither_party_nor_address_is_said(machine: Machine) -> None:
    said: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            said.append(line)
        writer.close()

    async with await asyncio.start_unix_server(listen, machine.path):
        one = await machine.process()
        asking = asyncio.create_task(one.reserve("7:visitor", HERE))
        await until(lambda: len(said) == 2)
        await one.aclose()
        await asking
    assert [json.loads(line)["do"] for line in said[:2]] == ["hello", "reserve"]
    assert b"visitor" not in b"".join(said)
    assert HERE.encode() not in b"".join(said)


async def test_a_process_that_ends_takes_its_calls_with_it(machine: Machine) -> None:
    web = await machine.web()
    one, two = await machine.process(), await machine.process()
    assert refused(await begun(one, 3)) == 0
    assert refused(await begun(two, 1)) == 1
    await one.aclose()
    await until(lambda: not web._admission._open_calls)
    assert refused(await begun(two, 4)) == 1


async def test_calls_go_on_and_are_said_again_when_the_web_process_comes_back(
    machine: Machine,
) -> None:
    web = await machine.web()
    one, two = await machine.process(), await machine.process()
    (first,), (second,) = await begun(one, 1), await begun(two, 1)
    await web.aclose()
    await until(lambda: not one.connected and not two.connected)
    alone = await begun(one, 4)
    assert refused(alone) == 0, "this process decides alone"
    first.release()
    web = await machine.web()
    await until(lambda: one.connected and two.connected)
    await until(lambda: sum(web._admission._open_calls.values()) == 5)
    for reservation in alone[:2]:
        reservation.release()
    assert refused(await begun(two, 1)) == 1, "three are left"
    second.release()
    assert refused(await begun(one, 2)) == 1


async def test_a_web_process_waits_for_what_the_processes_hold(machine: Machine) -> None:
    web = await machine.web()
    one = await machine.process()
    await begun(one, 3)
    await web.aclose()
    machine.running = [NAME]
    await machine.web()
    assert one.connected
    assert refused(await begun(await machine.process(), 1)) == 1


async def test_a_process_that_says_nothing_is_not_waited_for_longer(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "GATHER_S", 0.05)
    machine.running = ["0a1b2c3d"]
    async with asyncio.timeout(2):
        await machine.web()


async def test_a_web_process_that_hangs_holds_nobody_up(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_admission, "ANSWER_S", 0.05)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_unix_server(hang, machine.path):
        one = await machine.process()
        async with asyncio.timeout(2):
            (held,) = await begun(one, 1)
    await machine.web()
    await until(lambda: one.connected)
    assert refused(await begun(one, 3)) == 1, "what nobody answered is said later"
    held.release()
    assert refused(await begun(one, 1)) == 0


async def test_a_start_that_is_given_up_holds_nothing(machine: Machine) -> None:
    web = await machine.web()
    one = await machine.process()
    starts = [asyncio.create_task(one.reserve("7", HERE)) for _ in range(3)]
    await asyncio.sleep(0)
    for start in starts:
        start.cancel()
    await asyncio.gather(*starts, return_exceptions=True)
    assert refused(await begun(one, 3)) == 0
    assert sum(web._admission._open_calls.values()) == 3


async def test_nonsense_ends_one_connection_and_no_other(machine: Machine) -> None:
    await machine.web()
    one = await machine.process()
    await begun(one, 3)
    for nonsense in (b"{\n", b"[]\n", b'{"do": "dance"}\n', b'{"do": "reserve"}\n', b"x" * 99_999):
        reader, writer = await asyncio.open_unix_connection(machine.path)
        writer.write(nonsense)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
    assert refused(await begun(one, 1)) == 1


async def test_another_web_process_takes_over(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "AGAIN_S", 0.02)
    first = await machine.web()
    one = await machine.process()
    await begun(one, 3)
    second = await machine.web()
    assert refused(await begun(one, 1)) == 1
    await first.aclose()
    await until(lambda: sum(second._admission._open_calls.values()) == 3)
    assert refused(await begun(one, 1)) == 1


async def test_one_that_takes_over_waits_for_what_the_processes_hold(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "AGAIN_S", 0.02)
    first = await machine.web()
    await begun(await machine.process(), 3)
    second = await machine.web()
    machine.running = [NAME]
    await first.aclose()
    await until(lambda: second._server is not None)
    await second.gathered()
    assert refused(await begun(await machine.process(), 1)) == 1


@pytest.mark.parametrize("nonsense", [b"{\n", b"{}\n", b"[]\n", b"1\n", b"x" * 99_999])
async def test_a_web_process_that_says_nonsense_is_asked_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, nonsense: bytes
) -> None:
    monkeypatch.setattr(shared_admission, "AGAIN_S", 0.02)
    came: list[int] = []

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(len(came))
        writer.write(nonsense)
        writer.close()

    async with await asyncio.start_unix_server(talk, machine.path):
        process = SharedAdmission(machine.path)
        machine.media.append(process)
        process.start()
        await until(lambda: len(came) > 1)


async def test_where_no_count_can_be_kept_calls_begin_all_the_same(
    machine: Machine, tmp_path: Path
) -> None:
    machine.path = tmp_path / "a file"
    machine.path.write_text("")
    machine.path = machine.path / "admission"
    web = await machine.web()
    assert web._server is None
    one = SharedAdmission(machine.path)
    machine.media.append(one)
    one.start()
    assert refused(await begun(one, 5)) == 0
