"""Whether a call may begin: what is counted, and what is given back when it does not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from sessions_app.engine.core.errors import BusyError, UnknownAgentError
from sessions_app.engine.rtc.loop.tick import Ticks
from sessions_app.engine.session.admission import AdmissionLimits
from sessions_app.engine.session.registry import Registry
from sessions_app.proxy.admission import SharedCount
from sessions_app.runtime.call_admission import CallAdmission
from sessions_app.runtime.settings import voice_config
from sessions_app.runtime.shared_admission import admission_path

LIMITS = AdmissionLimits(calls_per_user=3, calls_per_address=0, offers_per_user=40)
ADDRESS = "192.0.2.1"
MOST = 5


def admitting(role: str) -> tuple[CallAdmission, Registry]:
    registry = Registry(MOST, Ticks())
    config = replace(voice_config(), role=role, admission=LIMITS)
    return CallAdmission(config, registry), registry


async def start(gate: CallAdmission, fails: bool = False, party: str = "7") -> str:
    """Returns what came of a start, which awaits something once it was admitted."""
    try:
        async with gate.admitted(party, ADDRESS):
            await asyncio.sleep(0)
            if fails:
                raise UnknownAgentError("no such agent")
    except BusyError as busy:
        return busy.code
    except UnknownAgentError as error:
        return error.code
    return "began"


async def many(gate: CallAdmission, times: int, **how: Any) -> dict[str, int]:
    done = await asyncio.gather(*(start(gate, **how) for _ in range(times)))
    return {code: done.count(code) for code in set(done)}


async def test_of_many_at_once_as_many_begin_as_are_allowed() -> None:
    gate, registry = admitting("all")
    assert await many(gate, 10) == {"began": 3, "too_many_calls": 7}
    assert registry.free_slots == MOST - 3
    assert await many(gate, 10, party="8") == {"began": 2, "busy": 8}


async def test_a_start_that_fails_or_is_given_up_leaves_nothing() -> None:
    gate, registry = admitting("all")
    assert (await many(gate, 10, fails=True))["unknown_agent"] == 3
    giving_up = [asyncio.create_task(start(gate)) for _ in range(3)]
    await asyncio.sleep(0)
    assert registry.free_slots == MOST - 3
    for task in giving_up:
        task.cancel()
    await asyncio.gather(*giving_up, return_exceptions=True)
    assert registry.free_slots == MOST
    assert await many(gate, 4) == {"began": 3, "too_many_calls": 1}


async def test_a_party_at_its_limit_gives_up_a_call_that_was_never_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, registry = admitting("all")
    asked: list[str] = []
    monkeypatch.setattr(registry, "evict_silent", asked.append)
    assert await many(gate, 2) == {"began": 2}
    assert await many(gate, 2, party="8") == {"began": 2}
    assert not asked
    await start(gate)
    await start(gate)
    assert asked == ["7"]


async def test_a_live_call_that_moves_is_an_offer_and_takes_no_place() -> None:
    gate, registry = admitting("all")
    for _ in range(40):
        async with gate.admitted("7", ADDRESS, moves=True):
            pass
    assert registry.free_slots == MOST
    with pytest.raises(BusyError, match="more than 40 offers"):
        async with gate.admitted("7", ADDRESS, moves=True):
            pass


@pytest.fixture
async def shared(
    settings: Any, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SharedCount]:
    settings.VOICE = {**settings.VOICE, "RUN_DIR": str(tmp_path_factory.mktemp("run"))}
    count = SharedCount(admission_path(), LIMITS, list)
    count.start()
    await count.gathered()
    yield count
    await count.aclose()


async def test_what_the_other_processes_leave_no_room_for_frees_this_one(
    shared: SharedCount,
) -> None:
    (one, _), (two, registry) = admitting("media"), admitting("media")
    for gate in (one, two):
        gate.start()
        async with asyncio.timeout(5):
            while not (gate._shared and gate._shared.connected):  # noqa: ASYNC110 - in a task
                await asyncio.sleep(0.005)
    assert await many(one, 2) == {"began": 2}
    assert await many(two, 8) == {"began": 1, "too_many_calls": 7}
    assert registry.free_slots == MOST - 1
    assert two._own._open_calls["user 7"] == 1
    for gate in (one, two):
        await gate.aclose()


async def test_an_offer_that_one_process_is_too_busy_for_counts_once(shared: SharedCount) -> None:
    (one, _), (two, _) = admitting("media"), admitting("media")
    for gate in (one, two):
        gate.start()
        async with asyncio.timeout(5):
            while not (gate._shared and gate._shared.connected):  # noqa: ASYNC110 - in a task
                await asyncio.sleep(0.005)
    for _ in range(5):
        with pytest.raises(BusyError):
            async with one.admitted("7", ADDRESS):
                raise BusyError("The recogniser has its fill.")
    with pytest.raises(BusyError):
        async with one.admitted("7", ADDRESS):
            raise BusyError("It is of this client.", code="too_many_calls")
    assert await start(two) == "began"
    kept = shared._admission._allowances._known.values()
    (used,) = {round(allowance._used) for allowance in kept if allowance.limit}
    assert used == 2
    for gate in (one, two):
        await gate.aclose()
