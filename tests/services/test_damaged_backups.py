"""Backups of which something is damaged: what is whole comes back, and the next one is whole."""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sessions_app.models import ErasureReceipt
from sessions_app.models.recording import recordings_storage
from sessions_app.services.backups import backing_up, receipts, restoring, vault, work_folder
from sessions_app.services.backups.errors import DamagedError
from sessions_app.services.backups.manifest import (
    LANES,
    RECORDINGS,
    DatabaseCopy,
    DatabasePart,
    FileCopy,
    Manifest,
)
from sessions_app.services.backups.vault import RECEIPTS, SNAPSHOTS, Vault

AT = "20260101T000000000000Z"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Vault]:
    with vault.opened(tmp_path / "backups", None, make=True) as opened:
        yield opened


def damage(path: Path) -> None:
    """Turns over one bit."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def copy_of(there: Vault, place: str, name: str, content: bytes) -> FileCopy:
    stored = there.put([content])
    return FileCopy(place, name, stored.sha256, stored.size)


def noted(there: Vault, at: str = AT, files: tuple[FileCopy, ...] = ()) -> tuple[str, str]:
    """Makes a backup; returns its name, and the SHA-256 of its database."""
    rows = there.put([f"rows of {at}".encode()])
    parts = (DatabasePart("rows", rows.sha256, rows.size),)
    made = Manifest("2026-01-01", (), DatabaseCopy(connection.vendor, parts), files)
    return there.note(SNAPSHOTS, at, made.as_json()), rows.sha256


def test_one_damaged_file_keeps_no_other_from_coming_back(
    there: Vault, settings: Any, tmp_path: Path
) -> None:
    settings.VOICE = {**settings.VOICE, "LANES_DIR": str(tmp_path / "lanes")}
    bad = copy_of(there, RECORDINGS, "damaged/one.ogg", b"OggS one")
    good = copy_of(there, RECORDINGS, "damaged/two.ogg", b"OggS two")
    lane = copy_of(there, LANES, "abc/caller.ogg", b"OggS three")
    damage(there._path(bad.sha256))
    with pytest.raises(DamagedError, match=r"damaged/one.ogg.*--leave-out-damaged"):
        restoring._Files(there, tmp_path).put_back([bad])
    files = restoring._Files(there, tmp_path, leave_out_damaged=True)
    assert files.put_back([bad, good, lane]) == ("damaged/one.ogg",)
    storage = recordings_storage()
    with storage.open(good.name) as kept:
        assert kept.read() == b"OggS two"
    assert not storage.exists(bad.name)
    assert (tmp_path / "lanes/abc/caller.ogg").read_bytes() == b"OggS three"


@pytest.mark.django_db
def test_a_damaged_database_or_note_is_refused_before_anything_is_changed(
    there: Vault, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    name, rows = noted(there)
    damage(there._path(rows))
    with pytest.raises(DamagedError, match=r"Nothing was changed.*--at NAME"):
        restoring.restore(there, name)
    damage(there._note(SNAPSHOTS, name))
    with pytest.raises(DamagedError, match=r"Nothing was changed.*--at NAME"):
        restoring.restore(there, name, leave_out_damaged=True)
    assert work_folder.restoring() == ""


@pytest.mark.django_db
def test_a_damaged_list_of_erasures_is_told_and_written_anew(
    there: Vault, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(restoring, "check_empty", lambda: None)
    name, _ = noted(there)
    ErasureReceipt.objects.create(kind="call", cause="owner", subject="gone", target=1)
    assert receipts.keep(there, AT) == 1
    damage(there._note(RECEIPTS, *there.names(RECEIPTS)))
    with pytest.raises(DamagedError, match=r"nothing was changed.*--receipts"):
        restoring.restore(there, name)
    assert work_folder.restoring() == ""
    assert backing_up.verify(there, [name], mend=True) == ["the list of what was erased"]
    assert receipts.keep(there, "20260102T000000000000Z") == 1
    assert [one["subject"] for one in receipts.kept(there)] == ["gone"]
    assert backing_up.verify(there, [name], mend=True) == []


def test_a_damaged_note_stops_no_later_backup(there: Vault) -> None:
    old, rows = noted(there)
    new, _ = noted(there, "20260102T000000000000Z")
    damage(there._note(SNAPSHOTS, old))
    assert backing_up.prune(there, None) == 0
    assert there.has(rows)  # nobody knows whose it is
    found = backing_up.verify(there, there.names(SNAPSHOTS), mend=True)
    assert found == [f"the note of backup {old}"]
    assert there.names(SNAPSHOTS) == [new]
    backing_up.prune(there, None)
    assert not there.has(rows)


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_full_disk_is_told_in_a_sentence(
    command: str, there: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    there.note(SNAPSHOTS, AT, {})
    monkeypatch.setattr(vault, "opened", full)
    with pytest.raises(CommandError, match=r"No space left on device.*goes on where it was"):
        call_command(command, str(tmp_path / "backups"))
