"""After a call nothing of it can be read by other users of the machine."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures.server import ROOT, UNHEARD, USUAL_UMASK, Product, processes_of, wait_until

Say = Callable[..., Path]
TEST_S = 150


def others_can_reach(folder: Path) -> list[str]:
    """Returns what of a folder others have any right to, with its mode."""
    found = []
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if mode & 0o077 and not path.is_symlink():
            found.append(f"{mode & 0o777:o} {path.relative_to(folder)}")
    return found


def check_all(var: Path, *, logs: str) -> None:
    """Checks that what a call leaves is there, and closed to others."""
    there = {path.relative_to(var).parts[0] for path in var.rglob("*")}
    wanted = {"voicesite.sqlite3", "credentials.json", "secret_key", "broker", "beat", logs}
    assert wanted | {"recordings", "lanes", "static"} <= there
    assert list((var / "recordings").rglob("*.ogg"))
    assert list((var / "beat").iterdir())
    assert others_can_reach(var) == []


@pytest.mark.timeout(TEST_S)
def test_every_file_of_a_call_is_private(tmp_path: Path, say: Say) -> None:
    """Each process started by itself, with the umask of most machines, on folders of all kinds."""
    elsewhere = {
        **UNHEARD,
        "VOICE_LANES_DIR": str(tmp_path / "other" / "lanes"),
        "RECORDINGS_URL": str(tmp_path / "other" / "recordings"),
        "VOICE_RUN_DIR": str(tmp_path / "run"),
    }
    with Product(tmp_path / "var", elsewhere, media=1).running() as product:
        shown = product.manage("place_call", str(say("good morning")), "--json", timeout=110)
        product.recorded(json.loads(shown)["call"])
        wait_until(lambda: list((product.var / "beat").iterdir()), 20, "the timer's file")
        left_open = others_can_reach(product.var)
        assert list((tmp_path / "other" / "recordings").rglob("*.ogg"))
        for folder in (tmp_path / "other", tmp_path / "run"):
            left_open += others_can_reach(folder)
    logs = "test-logs"  # the test's own, made before the product runs
    assert [entry for entry in left_open if logs not in entry] == []


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[tuple[Product, Path]]:
    """`make run` on a folder that an earlier version left open to everybody."""
    var = tmp_path / "var"
    product = Product(var)
    product.prepare()
    shutil.rmtree(var / "test-logs")
    var.chmod(0o755)
    with (tmp_path / "printed").open("w") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.embedded.supervise"],
            cwd=ROOT,
            env=product._env,
            umask=USUAL_UMASK,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until(lambda: product.get("/readyz")[0] == 200, 60, "the start")
        yield product, tmp_path / "printed"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        wait_until(lambda: not processes_of(str(var)), 30, "the end")


@pytest.mark.timeout(TEST_S)
def test_make_run_closes_the_folder_and_says_so(supervised: tuple[Product, Path], say: Say) -> None:
    product, printed = supervised
    shown = product.manage("place_call", str(say("good morning")), "--json", timeout=110)
    product.recorded(json.loads(shown)["call"])
    wait_until(lambda: list((product.var / "beat").iterdir()), 20, "the timer's file")
    assert "Other users of this machine could look into" in printed.read_text()
    check_all(product.var, logs="logs")
