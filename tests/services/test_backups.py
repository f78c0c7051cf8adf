"""Backups, restored elsewhere: every row and file is what it was, and what was erased stays so."""

from pathlib import Path

import pytest

from sessions_app.services.backups import sealing
from tests.fixtures.services import migrated_postgres
from tests.services.killing import Told, migrated_copy, told_by

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def var(tmp_path: Path, django_db_setup: None) -> Path:
    (tmp_path / "var").mkdir()
    return tmp_path / "var"


def check(told: Told) -> None:
    (one,) = told
    assert one["seen late"] == 0
    assert one["gone"]
    assert one["rows"] > 300
    assert one["files"] >= 4  # a recording, its copy, an export, a lane
    assert one["other rows"] == []
    assert one["other files"] == []
    assert one["copied again"] == 0
    assert "not empty" in one["refused"]
    assert (one["calls left"], one["files left"], one["receipts"]) == (0, [], 1)


def test_sqlite_encrypted(var: Path) -> None:
    migrated_copy(var)
    key = var.parent / "key"
    sealing.new_key(key)
    check(told_by("restored_backup", var, KEY=str(key), TARGET=""))
    objects = [path for path in (var.parent / "backups").rglob("*") if path.is_file()]
    assert not [path for path in objects if b"quexovar" in path.read_bytes()]


@pytest.mark.services
def test_postgresql(var: Path) -> None:
    with migrated_postgres() as database:
        check(told_by("restored_backup", var, database, TARGET="restored"))
