"""The small server of `raw`, and the end of what was opened to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fixtures.ports import free_port
from tests.fixtures.server import ROOT
from tests.server.raw import SERVER, Client


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with small_server(tmp_path_factory.mktemp("http")) as number:
        yield number


@pytest.fixture
def paced_port(tmp_path: Path) -> Iterator[int]:
    """A server that takes sixty requests a minute of a client: five at once."""
    with small_server(tmp_path, each_minute=60) as number:
        yield number


@contextmanager
def small_server(folder: Path, each_minute: int = 0) -> Iterator[int]:
    """Runs the server of `raw`; yields its port."""
    script = folder / "server.py"
    script.write_text("import django\ndjango.setup()\n" + SERVER)
    number = free_port()
    environment = {"VAR_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    environment["DJANGO_SETTINGS_MODULE"] = "voicesite.settings"
    with (
        (folder / "log").open("wb") as log_file,
        subprocess.Popen(
            [sys.executable, str(script), str(number), str(each_minute)],
            env={**os.environ, **environment},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log_file,
        ) as server,
    ):
        assert server.stdout
        assert server.stdout.readline() == b"ready\n"
        yield number
        server.terminate()
    log = (folder / "log").read_text()
    assert "Traceback" not in log, log


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while Client.opened:
        Client.opened.pop().close()
