"""The folder of backups: what it keeps, and what it says of wrong keys and damage."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sessions_app.services.backups import restoring, sealing, snapshots, vault, work_folder
from sessions_app.services.backups.errors import (
    BackupError,
    DamagedError,
    NewerReleaseError,
    WrongKeyError,
)
from sessions_app.services.backups.manifest import LANES, DatabaseCopy, FileCopy, Manifest
from sessions_app.services.backups.sealing import CHUNK

KEY = bytes(range(32))


def sealed(data: bytes) -> bytes:
    return b"".join(sealing.seal(KEY, [data[:5], data[5:]] if data else []))


def unsealed(data: bytes, key: bytes = KEY) -> bytes:
    return b"".join(sealing.unseal(key, [data[at : at + 1000] for at in range(0, len(data), 1000)]))


@pytest.mark.parametrize("size", [0, 6, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_what_is_sealed_comes_back(size: int) -> None:
    data = bytes(at % 251 for at in range(size))
    assert unsealed(sealed(data)) == data
    assert sealed(data) != sealed(data)  # each file has a key of its own


def test_any_other_bytes_are_refused() -> None:
    data = sealed(bytes(2 * CHUNK + 5))
    piece, head = CHUNK + sealing.TAG_BYTES, len(sealing.MAGIC) + sealing.SALT_BYTES
    first, second = data[head : head + piece], data[head + piece : head + 2 * piece]
    rest = data[head + 2 * piece :]
    wrong = {
        "cut at a piece": data[:head] + first + second,
        "cut within": data[:-3],
        "swapped": data[:head] + second + first + rest,
        "left out": data[:head] + first + rest,
        "changed": data[:900] + bytes([data[900] ^ 1]) + data[901:],
        "longer": data + b"x",
        "no head": data[:10],
        "nothing": b"",
    }
    for one in wrong.values():
        with pytest.raises(DamagedError):
            unsealed(one)
    with pytest.raises(DamagedError):
        unsealed(data, bytes(32))


def test_a_content_is_kept_once_and_read_whole(tmp_path: Path) -> None:
    with vault.opened(tmp_path / "b", KEY, make=True) as opened:
        one = opened.put([b"one ", b"content"])
        assert opened.put([b"one content"]) == one
        assert b"".join(opened.read(one.sha256)) == b"one content"
        other = opened.put([b"other"])
        (path,) = [
            p for p in (tmp_path / "b").rglob("*") if p.name == opened._path(other.sha256).name
        ]
        assert other.sha256 not in str(path)
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        with pytest.raises(DamagedError, match="damaged"):
            list(opened.read(other.sha256))
        assert opened.sweep({one.sha256}) == 1
        assert opened.has(one.sha256)
        with pytest.raises(DamagedError, match="missing"):
            list(opened.read(other.sha256))


def test_the_wrong_key_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "b"
    with vault.opened(folder, KEY, make=True) as opened:
        opened.note(vault.SNAPSHOTS, "1", {"what": "ever"})
        with (
            pytest.raises(BackupError, match="Another backup"),
            vault.opened(folder, KEY, make=True),
        ):
            pass
    for key, told in ((bytes(32), "wrong key"), (None, "--key-file")):
        with pytest.raises(WrongKeyError, match=told), vault.opened(folder, key, make=True):
            pass
    with vault.opened(tmp_path / "plain", None, make=True):
        pass
    with pytest.raises(WrongKeyError, match="not encrypted"):
        vault.opened(tmp_path / "plain", KEY, make=False).__enter__()


def test_only_a_folder_of_backups_is_written(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(BackupError, match="other files"):
        vault.opened(tmp_path, None, make=True).__enter__()
    with pytest.raises(BackupError, match="no folder of backups"):
        vault.opened(tmp_path, None, make=False).__enter__()


def test_notes_that_changed_are_refused(tmp_path: Path) -> None:
    with vault.opened(tmp_path / "b", None, make=True) as opened:
        name = opened.note(vault.SNAPSHOTS, "20260101", {"what": "ever"})
        assert opened.told(vault.SNAPSHOTS, name) == {"what": "ever"}
        (path,) = (tmp_path / "b" / vault.SNAPSHOTS).iterdir()
        path.write_text(path.read_text().replace("ever", "else"))
        with pytest.raises(DamagedError):
            opened.told(vault.SNAPSHOTS, name)
        with pytest.raises(BackupError, match="There are: 20260101"):
            opened.told(vault.SNAPSHOTS, "another")


@pytest.mark.parametrize("name", ["../caller.ogg", "a/../caller.ogg", "/a/caller.ogg", "a/b.ogg"])
def test_a_restore_writes_lanes_where_lanes_are_and_nowhere_else(name: str, tmp_path: Path) -> None:
    with vault.opened(tmp_path / "b", None, make=True) as opened:
        stored = opened.put([b"OggS"])
        file = FileCopy(LANES, name, stored.sha256, stored.size)
        with pytest.raises(DamagedError, match="as a lane"):
            restoring._Files(opened, tmp_path).put_back([file])


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    out = StringIO()
    call_command("backup", new_key=tmp_path / "key", stdout=out)
    assert "without it they are lost" in out.getvalue()
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    assert len(sealing.read_key(tmp_path / "key")) == 32
    with pytest.raises(CommandError, match="never replaced"):
        call_command("backup", new_key=tmp_path / "key")
    (tmp_path / "key").write_text("no key")
    with pytest.raises(CommandError, match="holds no key"):
        call_command("backup", str(tmp_path / "b"), key_file=tmp_path / "key")


def a_backup(vendor: str, *more: tuple[str, str]) -> Manifest:
    return Manifest("2026-01-01", more, DatabaseCopy(vendor, ()), ())


@pytest.mark.django_db
def test_what_this_release_cannot_take_is_said() -> None:
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    with pytest.raises(BackupError, match="Set DATABASE_URL"):
        snapshots.check_release(a_backup(other))
    newer = a_backup(connection.vendor, ("sessions_app", "9999_wings"))
    with pytest.raises(NewerReleaseError, match="9999_wings"):
        snapshots.check_release(newer)
    snapshots.check_release(a_backup(connection.vendor, ("sessions_app", "0001_initial")))


@pytest.mark.django_db
def test_tables_are_made_as_of_an_older_release() -> None:
    *older, before, newest = (key for key in snapshots.applied() if key[0] == "sessions_app")
    assert older
    targets = snapshots._targets(
        MigrationExecutor(connection), {key for key in snapshots.applied() if key != newest}
    )
    assert [key for key in targets if key[0] == "sessions_app"] == [before]


def test_nothing_is_served_while_a_restore_is_not_finished(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    work_folder.note_restoring("20260101")
    with pytest.raises(CommandError, match="not finished"):
        call_command("serve", "--port", "0")
    with pytest.raises(CommandError, match="not finished"):
        call_command("check", "--tag", "files")
    work_folder.note_restored()
    assert not work_folder.restoring()
