"""What is found out before a call comes: the database, disks, signs of life, the store."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from django.db import connections
from django.utils import timezone

from sessions_app.engine.core.errors import BusyError
from sessions_app.models import SignOfLife
from sessions_app.runtime import health_checks as module
from sessions_app.runtime.health_checks import Fault, Faults, Probe
from sessions_app.runtime.settings import VoiceConfig, voice_config
from sessions_app.services import heartbeats

pytestmark = pytest.mark.django_db(transaction=True)

Made = Callable[..., Faults]


@pytest_asyncio.fixture
async def make() -> AsyncIterator[Made]:
    """Returns what makes faults that look by themselves."""
    made: list[Faults] = []

    def start(late: Callable[[], bool] = lambda: False, **changes: Any) -> Faults:
        config: VoiceConfig = replace(voice_config(), **changes)
        faults = Faults(config, late)
        faults.start()
        made.append(faults)
        return faults

    yield start
    for faults in made:
        await faults.aclose()
        await faults.aclose()
    assert not [t for t in threading.enumerate() if t.name.startswith("voice-probe")]


async def until(true: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.01)


def parts(faults: Faults) -> set[str]:
    return {fault.part for fault in faults.now()}


def refuses(faults: Faults) -> bool:
    return any(fault.refuses for fault in faults.now())


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_where_nothing_is_wrong_calls_are_taken(make: Made, own_folders: Path) -> None:
    faults = make()
    await until(lambda: all(probe._checked_s for probe in faults._probes), "a look")
    assert faults.now() == []
    assert not refuses(faults)
    faults.refuse()
    assert not await SignOfLife.objects.aexists()
    assert not files(own_folders)


async def test_a_locked_database_refuses_calls_and_hides_no_live_one(make: Made) -> None:
    faults = make()
    other = sqlite3.connect(connections["default"].settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        await until(lambda: refuses(faults), "the fault")
        with pytest.raises(BusyError, match="database cannot be written") as refused:
            faults.refuse()
        assert refused.value.retry_after_s > 0
    finally:
        other.close()
    await until(lambda: not faults.now(), "its end")


async def test_a_full_disk_refuses_calls(
    make: Made, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(module, "DISKS_EVERY_S", 0.05)
    room = {"lanes": 99_000_000, "recordings": 101_000_000}
    monkeypatch.setattr(module, "free_bytes", lambda folder: room[folder.name])
    faults = make(min_free_mb=100.0)
    await until(lambda: parts(faults) == {"lanes"}, "the fault")
    with pytest.raises(BusyError, match="disk of the lanes is full: 99 MB are free"):
        faults.refuse()
    room |= {"lanes": 101_000_000, "recordings": 0}
    await until(lambda: parts(faults) == {"recordings"}, "the other disk's fault")
    faults.refuse()  # the lanes stay until there is room for the recording


async def test_a_folder_that_cannot_be_written_refuses_calls(make: Made, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    faults = make(lanes_dir=tmp_path / "taken" / "lanes")
    await until(lambda: parts(faults) == {"lanes"}, "the fault")
    with pytest.raises(BusyError, match=r"folder of the lanes cannot be written \(Not a directory"):
        faults.refuse()


async def test_a_worker_that_fell_silent_is_known(
    make: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DATABASE_EVERY_S", 0.05)
    faults = make(worker_silent_s=5.0)
    monkeypatch.setattr(faults, "_since", timezone.now() - timedelta(seconds=60))
    await until(lambda: parts(faults) == {"worker", "beat"}, "silence")
    await asyncio.to_thread(in_thread, heartbeats.give, heartbeats.WORKER)
    await until(lambda: parts(faults) == {"beat"}, "the worker's sign")
    with pytest.raises(BusyError, match="timer of background work has given no sign of life"):
        faults.refuse()
    await asyncio.to_thread(in_thread, heartbeats.give, heartbeats.BEAT)
    await until(lambda: not faults.now(), "beat's sign")
    await SignOfLife.objects.aupdate(at=timezone.now() - timedelta(seconds=6))
    await until(lambda: parts(faults) == {"worker", "beat"}, "silence again")
    assert await SignOfLife.objects.acount() == 2


async def test_where_the_operator_says_so_silence_refuses_nobody(
    make: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = make(worker_silent_s=0.0)
    monkeypatch.setattr(faults, "_since", timezone.now() - timedelta(seconds=61))
    await until(lambda: parts(faults) == {"worker", "beat"}, "silence")
    faults.refuse()


async def test_a_store_that_is_late_refuses_calls(make: Made) -> None:
    late = [True]
    faults = make(lambda: late[0])
    with pytest.raises(BusyError, match="cannot keep up"):
        faults.refuse()
    late[0] = False
    faults.refuse()


async def test_a_probe_that_hangs_or_breaks_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HUNG_S", 0.05)
    go = threading.Event()

    def hangs() -> list[Fault]:
        assert go.wait(10)
        raise ValueError("words")

    probe = Probe("disk", 60.0, hangs)
    probe.start()
    await until(probe.faults, "the fault")
    assert probe.faults() == [Fault("disk", "The disk is not responding.")]
    go.set()
    await until(lambda: "failed" in probe.faults()[0].why, "the other fault")
    assert probe.faults() == [Fault("disk", "The disk failed: ValueError.")]
    await probe.aclose()


async def test_where_nothing_looks_by_itself_it_is_looked_at_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[int] = []

    def look() -> list[Fault]:
        looks.append(1)
        return []

    probe = Probe("disk", 60.0, look)
    await asyncio.gather(probe.check(), probe.check())
    await probe.check()
    assert len(looks) == 1


def in_thread(work: Callable[..., Any], *args: Any) -> None:
    try:
        work(*args)
    finally:
        connections.close_all()
