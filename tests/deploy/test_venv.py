"""deploy/venv: a model that is not for a machine is told once, one that may come is tried again."""

import shutil
import subprocess
from pathlib import Path

import pytest

from sessions_app.engine.stt.moonshine.files import DISTRIBUTION
from sessions_app.engine.tts.hibari.files import VERSION
from tests.fixtures.server import ROOT

STAMP = ".venv/.packages-models"
NONE = "ERROR: No matching distribution found for moonshine-voice"
AWAY = f"WARNING: Retrying (Retry(total=4)) after connection broken\n{NONE}"
FULL = "ERROR: Could not install packages due to an OSError: No space left on device"
PYTHON = """#!/bin/sh
case "$*" in
--version) echo Python 3.11.2 ;;
*moonshine*) echo "$*" >>calls; [ ! -s fails ] || { cat fails >&2; exit 1; } ;;
*pip*) echo "DEPRECATION: docopt is being installed" >&2 ;;
esac
"""
"""What `python -m pip` does here: all is well, but for what `fails` says of one package."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Makes a copy of what deploy/venv needs, with a Python that installs nothing."""
    (tmp_path / "deploy").mkdir()
    for name in ("requirements.txt", "deploy/venv", "deploy/models.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    return tmp_path


def run(copy: Path, fails: str = "") -> tuple[str, int]:
    """Returns what a run says of models, and how often pip was asked for the recogniser's."""
    (copy / "fails").write_text(fails)
    (copy / "calls").write_text("")
    command = [copy / "deploy" / "venv"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return done.stderr, len((copy / "calls").read_text().splitlines())


def test_all_is_installed_once_without_a_word_of_pips(copy: Path) -> None:
    assert run(copy) == ("", 1)
    assert run(copy) == ("", 0)
    with (copy / "deploy" / "models.txt").open("a") as file:
        file.write("another-model==1.0 # nothing does it\n")
    assert run(copy) == ("", 1)


def test_what_is_not_made_for_the_machine_is_told_once(copy: Path) -> None:
    said, _ = run(copy, NONE)
    told = "is not made for this machine: PocketSphinx recognises instead (README.md)."
    assert said == f"{DISTRIBUTION} {told}\n"
    assert run(copy, NONE) == ("", 0)


@pytest.mark.parametrize(("fails", "told"), [(AWAY, "the network is away"), (FULL, "No space")])
def test_what_may_come_later_is_tried_again(copy: Path, fails: str, told: str) -> None:
    for _ in range(2):
        said, asked = run(copy, fails)
        assert asked == 1
        assert told in said
        assert said.endswith("The next start tries again; until then PocketSphinx recognises.\n")
        assert ("Retry(" in said) is False
        assert not (copy / STAMP).exists()
    assert run(copy) == ("", 1)
    assert (copy / STAMP).exists()


def test_the_list_names_the_packages_that_the_code_reads() -> None:
    lines = (ROOT / "deploy" / "models.txt").read_text().splitlines()
    names = [line.split()[0] for line in lines if not line.startswith("#")]
    assert names == [DISTRIBUTION, f"hibari-tts=={VERSION}"]
