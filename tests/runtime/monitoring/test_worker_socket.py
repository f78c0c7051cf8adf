"""A worker tells over a socket how its jobs end; one that is gone leaves no socket behind."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sessions_app.runtime.monitoring import worker_socket
from sessions_app.services import work


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.VOICE = {**settings.VOICE, "RUN_DIR": str(tmp_path / "run")}
    settings.METRICS_TOKEN = "a token of twenty or more"
    return tmp_path / "run"


@pytest.mark.usefixtures("folder")
def test_attempts_are_told_to_whoever_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "attempts", Counter({("sound_redaction", "again"): 3}))
    worker_socket.start()
    (path,) = worker_socket.paths()
    assert path.stat().st_mode & 0o777 == 0o600
    for _ in range(2):
        told = worker_socket.read(path)
        assert told is not None
        assert (
            'voicesite_job_attempts_total{kind="sound_redaction",outcome="again",process="worker"}'
            " 3.0" in told
        )
        assert 'voicesite_process_up{process="worker",role="worker"} 1.0' in told


def test_one_that_is_gone_is_forgotten(folder: Path) -> None:
    folder.mkdir()
    (folder / "1.metrics").touch()
    assert worker_socket.read(folder / "1.metrics") is None
    assert not worker_socket.paths()


def test_without_a_token_it_does_not_listen(folder: Path, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    worker_socket.start()
    assert not folder.exists()


def test_where_it_cannot_listen_the_worker_goes_on(
    folder: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.VOICE = {**settings.VOICE, "RUN_DIR": str(folder / ("x" * 120))}
    worker_socket.start()
    assert "the worker's metrics cannot be read" in caplog.text
