"""Processes that share tests run each of them once, and tell what failed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.server import ROOT

FILES = 4
MODULE = """
import pathlib, pytest

{mark}

@pytest.fixture(scope="module")
def shared():
    pass

@pytest.fixture(scope="module")
def room({needs}):
    yield
    note("left")

def note(what):
    with pathlib.Path("{notes}").open("a") as file:
        file.write("{name} " + what + "\\n")

@pytest.mark.parametrize("number", range(2))
def test_one(room, number):
    note(str(number))
    assert "{name}" != "{fails}"
"""


def shared(
    folder: Path,
    *,
    processes: int,
    fails: str = "",
    needy: tuple[str, ...] = (),
    long: tuple[str, ...] = (),
    waiting: tuple[str, ...] = (),
    first: str = "",
) -> tuple[int, list[str]]:
    """Returns how processes that share four files ended together, and what these noted.

    Those of `needy` share a product, those of `long` have the marker, those of `waiting` hear
    speech or drive browsers.
    """
    notes, share = folder / "notes", folder / "share"
    share.mkdir(exist_ok=True)
    (folder / "pytest.ini").touch()
    names = [f"test_{number}" for number in range(FILES)]
    for name in names:
        needs = "shared" if name in needy else ""
        mark = "pytestmark = pytest.mark.long" if name in long else ""
        text = MODULE.format(notes=notes, name=name, fails=fails, needs=needs, mark=mark)
        path = folder / ("tests/browser" if name in waiting else "") / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    options = ["-p", "tests.fixtures.lanes", f"--share={share}", f"--lanes={processes - 1}"]
    options += [f"--first={first}"] if first else []
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:django",
        "-p",
        "no:cacheprovider",
        *options,
    ]
    done = subprocess.run(
        [*command, str(folder)], cwd=ROOT, timeout=60, check=False, capture_output=True, text=True
    )
    ended = done.returncode
    # on a busy machine one may find nothing left to do, which fails nothing
    ends = re.findall(r"(?:passed|no tests ran).* in [\d.]+s", done.stdout)
    assert len(ends) == processes, done.stdout
    assert (share / "done").exists()
    return ended, notes.read_text().splitlines()


@pytest.mark.parametrize("processes", [1, 3])
def test_each_test_is_run_once_and_what_a_file_shares_is_left_with_it(
    tmp_path: Path, processes: int
) -> None:
    ended, notes = shared(tmp_path, processes=processes)
    assert ended == 0
    for number in range(FILES):
        name = f"test_{number}"
        own = [note.removeprefix(f"{name} ") for note in notes if note.startswith(name)]
        assert own == ["0", "1", "left"]


def test_what_fails_is_told_by_whoever_ran_it(tmp_path: Path) -> None:
    ended, notes = shared(tmp_path, processes=2, fails="test_2")
    assert ended == 1
    assert len(notes) == 3 * FILES


@pytest.mark.parametrize(
    ("elsewhere", "order"), [(False, ["1", "3", "0", "2"]), (True, ["0", "2", "1", "3"])]
)
def test_files_of_one_product_stay_together_and_come_last_where_it_does_not_run(
    tmp_path: Path, elsewhere: bool, order: list[str]
) -> None:
    if elsewhere:
        (tmp_path / "share").mkdir()
        (tmp_path / "share" / "keeps-usual").touch()
    ended, notes = shared(tmp_path, processes=1, needy=("test_1", "test_3"))
    assert ended == 0
    assert [note.split()[0] for note in notes if note.endswith("left")] == [
        f"test_{number}" for number in order
    ]


def test_long_files_begin_before_others(tmp_path: Path) -> None:
    ended, notes = shared(tmp_path, processes=1, long=("test_2", "test_3"))
    assert ended == 0
    assert [note.split()[0] for note in notes if note.endswith("left")] == [
        f"test_{number}" for number in (2, 3, 0, 1)
    ]


@pytest.mark.parametrize(("first", "order"), [("waiting", [1, 3, 0, 2]), ("parts", [0, 2, 1, 3])])
def test_files_of_one_kind_begin(tmp_path: Path, first: str, order: list[int]) -> None:
    ended, notes = shared(tmp_path, processes=1, waiting=("test_1", "test_3"), first=first)
    assert ended == 0
    assert [note.split()[0] for note in notes if note.endswith("left")] == [
        f"test_{number}" for number in order
    ]
