import errno
import logging
import os
import threading
from pathlib import Path

import pytest

from sessions_app.engine.recording import append_files
from sessions_app.engine.recording.append_files import FileWriter


def helpers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "file-writer"]


async def test_folders_are_made_and_files_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "lane.ogg"
    writer = FileWriter()
    for text in (b"one ", b"two"):
        sink = writer.open(path)
        for byte in text:
            sink.write(bytes([byte]))
        await sink.aclose()
    assert path.read_bytes() == b"one two"
    assert path.stat().st_mode & 0o077 == 0
    await writer.aclose()


async def test_one_thread_that_starts_late_and_ends(tmp_path: Path) -> None:
    writer = FileWriter()
    assert not helpers()
    sinks = [writer.open(tmp_path / str(number)) for number in range(5)]
    assert len(helpers()) == 1
    for number, sink in enumerate(sinks):
        sink.write(b"x" * number)
    await writer.aclose()
    assert not helpers()
    assert [(tmp_path / str(number)).stat().st_size for number in range(5)] == [0, 1, 2, 3, 4]
    await writer.aclose()


async def test_nothing_is_written_after_the_close(tmp_path: Path) -> None:
    writer = FileWriter()
    sink = writer.open(tmp_path / "lane")
    sink.write(b"kept")
    await sink.aclose()
    sink.write(b"late")
    await sink.aclose()
    await writer.aclose()
    assert (tmp_path / "lane").read_bytes() == b"kept"


async def test_a_file_that_cannot_be_made_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    writer = FileWriter()
    bad = writer.open(tmp_path / "taken" / "lane")
    good = writer.open(tmp_path / "other")
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            bad.write(b"x")
            good.write(b"y")
        await bad.aclose()
    await writer.aclose()
    assert len(caplog.records) == 1
    assert "taken/lane is not written" in caplog.text
    assert (tmp_path / "other").read_bytes() == b"yyy"


async def test_the_backlog_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(append_files, "BACKLOG_BYTES", 10)
    writer = FileWriter()
    sink = writer.open(tmp_path / "lane")
    sink.write(b"x" * 11)
    await writer.aclose()
    assert "too slow" in caplog.text
    assert (tmp_path / "lane").read_bytes() == b""


class Disk:
    """A disk with `room` bytes left, under `os.write`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        self._write = os.write
        monkeypatch.setattr(os, "write", self)

    def __call__(self, descriptor: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self._write(descriptor, data[: self.room])
        self.room -= written
        return written


async def test_what_a_full_disk_does_not_take_is_written_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    disk = Disk(monkeypatch, 7)
    writer = FileWriter()
    sink, other = writer.open(tmp_path / "lane"), writer.open(tmp_path / "other")
    for piece in (b"one two ", b"three ", b"four "):
        sink.write(piece)
    await other.aclose()  # the thread has done all that was posted before
    assert (tmp_path / "lane").read_bytes() == b"one two"
    assert caplog.text.count("waits to be written: No space left on device") == 1
    disk.room = 100
    sink.write(b"five")
    await sink.aclose()
    await writer.aclose()
    assert (tmp_path / "lane").read_bytes() == b"one two three four five"
    assert "is written again, and whole" in caplog.text


async def test_what_the_disk_took_not_even_at_the_end_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Disk(monkeypatch, 4)
    writer = FileWriter()
    sink = writer.open(tmp_path / "lane")
    sink.write(b"one two")
    await sink.aclose()
    await writer.aclose()
    assert (tmp_path / "lane").read_bytes() == b"one "
    assert "the disk is full; the last 3 bytes are lost" in caplog.text


async def test_what_waits_for_room_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(append_files, "BACKLOG_BYTES", 10)
    Disk(monkeypatch, 0)
    writer = FileWriter()
    sink = writer.open(tmp_path / "lane")
    for _ in range(3):
        sink.write(b"12345")
    await sink.aclose()
    await writer.aclose()
    assert "too much is waiting" in caplog.text
