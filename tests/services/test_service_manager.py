import os
import socket
from pathlib import Path

import pytest

from sessions_app.services import service_manager
from tests.fixtures.service_manager import ServiceManager

WATCHED_S = 30.0


@pytest.fixture(autouse=True)
def started_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)


def watched(monkeypatch: pytest.MonkeyPatch, manager: ServiceManager) -> None:
    for name, value in manager.environment.items():
        monkeypatch.setenv(name, value)


def test_it_is_told_that_a_process_is_ready_alive_and_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ServiceManager(tmp_path, WATCHED_S) as manager:
        watched(monkeypatch, manager)
        service_manager.ready()
        service_manager.alive()
        service_manager.stopping(12.5)
        manager.hears("EXTEND", 1)
    assert manager.told == ["READY=1", "WATCHDOG=1", "STOPPING=1", "EXTEND_TIMEOUT_USEC=12500000"]


def test_it_hears_often_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", str(round(WATCHED_S * 1_000_000)))
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert 0 < service_manager.alive_every_s() <= WATCHED_S / 2


@pytest.mark.parametrize("given", ["", "0", "soon"])
def test_nobody_is_told_of_life_who_does_not_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    with ServiceManager(tmp_path) as manager:
        watched(monkeypatch, manager)
        monkeypatch.setenv("WATCHDOG_USEC", given)
        service_manager.alive()
        service_manager.ready()
        manager.hears("READY=1", 1)
    assert manager.told == ["READY=1"]


def test_a_child_does_not_speak_for_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getppid()))
    assert service_manager.alive_every_s() == 0


def test_it_may_listen_at_an_abstract_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = f"voicesite-test-{os.getpid()}"
        listening.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        service_manager.ready()
        assert listening.recv(100) == b"READY=1"


def test_that_it_is_away_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    service_manager.ready()
    assert "was not told (FileNotFoundError)" in caplog.text
