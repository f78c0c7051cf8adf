"""Whose files these are."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sessions_app import checks
from tests.fixtures.server import ROOT, USUAL_UMASK
from voicesite import private


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(USUAL_UMASK)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def of_before(folder: Path) -> None:
    """Makes a folder as earlier versions did."""
    (folder / "recordings" / "2026").mkdir(parents=True)
    (folder / "voicesite.sqlite3").write_text("what was said")


def test_a_new_folder_and_all_in_it_is_private(tmp_path: Path) -> None:
    assert not private.keep_private(tmp_path / "a" / "var")
    (tmp_path / "a" / "var" / "file").touch()
    (tmp_path / "a" / "var" / "folder").mkdir()
    for path in (tmp_path / "a").rglob("*"):
        assert not mode(path) & 0o077, path


def test_a_folder_of_before_is_closed_once(tmp_path: Path) -> None:
    of_before(tmp_path / "var")
    assert mode(tmp_path / "var") == 0o755
    assert private.keep_private(tmp_path / "var")
    assert mode(tmp_path / "var") == 0o700
    assert not private.keep_private(tmp_path / "var")


def test_a_folder_that_others_need_is_not_closed_but_what_is_ours_in_it(
    tmp_path: Path, settings: Any
) -> None:
    shared, elsewhere = tmp_path / "srv", tmp_path / "elsewhere"
    of_before(shared)
    elsewhere.mkdir()
    (shared / "somebody").mkdir()
    (shared / "lanes").symlink_to(elsewhere)
    settings.VAR_DIR = shared
    assert {path.split()[-1] for path in told()} == {
        str(shared / name) + "." for name in ("recordings", "voicesite.sqlite3")
    }
    assert private.keep_private(shared)
    assert mode(shared) == mode(shared / "somebody") == mode(elsewhere) == 0o755
    assert mode(shared / "recordings") == 0o700
    assert mode(shared / "voicesite.sqlite3") == 0o600
    assert told() == []


def told() -> list[str]:
    return [str(message.msg) for message in checks.private_files()]


def test_what_belongs_to_somebody_else_is_told(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_owner(*_: Any) -> None:
        raise PermissionError

    of_before(tmp_path / "var")
    settings.VAR_DIR = tmp_path / "var"
    monkeypatch.setattr(Path, "chmod", not_owner)
    assert not private.keep_private(tmp_path / "var")
    assert len(told()) == 2


def test_any_command_closes_the_folder(tmp_path: Path) -> None:
    of_before(tmp_path / "var")
    (tmp_path / "var" / "voicesite.sqlite3").unlink()
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path / "var")},
        umask=USUAL_UMASK,
        capture_output=True,
        check=True,
    )
    assert mode(tmp_path / "var") == 0o700
    assert mode(tmp_path / "var" / "voicesite.sqlite3") == 0o600


def test_what_goes_while_it_is_looked_at_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "srv"
    of_before(shared)
    (shared / "somebody").mkdir()
    (shared / "voicesite.sqlite3-journal").touch()

    def committed(path: Path) -> bool:
        if path.name.endswith("-journal"):
            path.unlink()
        return False

    monkeypatch.setattr(Path, "is_symlink", committed)
    assert private.keep_private(shared)
    assert mode(shared / "voicesite.sqlite3") == 0o600
