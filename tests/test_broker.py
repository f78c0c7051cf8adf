"""The embedded broker: a folder in which every file is whole, and what is not harms nobody."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue
from kombu.exceptions import ChannelError
from kombu.simple import SimpleQueue

from voicesite import broker
from voicesite.logs import WithoutWords

BROKEN = {
    "empty": b"",
    "half": b'{"body": "W10=", "content-encoding": "utf-8", "prop',
    "not text": b"\xff\xfe\x00",
    "a number": b"12",
    "a list": b"[]",
    "nothing": b"null",
    "no properties": b'{"body": "W10="}',
    "no tag": b'{"body": "W10=", "headers": {}, "properties": {"delivery_info": {}}}',
    "no exchange": b'{"headers": {}, "properties": {"delivery_tag": "1", "delivery_info": {}}}',
    "no base64": b'{"body": "W", "headers": {}, "properties": {"body_encoding": "base64", '
    b'"delivery_tag": "1", "delivery_info": {"exchange": "", "routing_key": "celery"}}}',
    "too deep": b"[" * 100_000,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("queue", "control"):
        (tmp_path / name).mkdir()
    return tmp_path / "queue"


def connect(folder: Path) -> Connection:
    broker.register()
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder.with_name("control")),
    }
    return Connection("filesystem://localhost", transport_options=options)


def bound(connection: Any, name: str) -> SimpleQueue:
    made: Any = Queue(name, Exchange(name, "direct"), routing_key=name)
    return SimpleQueue(connection, made)


@pytest.fixture
def queue(folder: Path) -> Iterator[Any]:
    """A queue of a name of its own: kombu remembers bindings for the whole process."""
    with connect(folder) as connection:
        yield bound(connection, f"q{abs(hash(folder))}")


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_messages_come_in_order_and_leave_nothing(folder: Path, queue: Any) -> None:
    for number in range(5):
        queue.put({"number": number})
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600] * 5
    for number in range(5):
        message = queue.get(timeout=2)
        assert message.payload == {"number": number}
        message.ack()
    assert left_in(folder) == []


@pytest.mark.parametrize("content", BROKEN.values(), ids=list(BROKEN))
def test_a_broken_message_is_put_aside_and_only_named(
    folder: Path, queue: Any, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    name = f"{0:020}_broken.{queue.queue.name}.msg"
    (folder / name).write_bytes(content)
    queue.put({"number": 1})
    assert queue.get(timeout=2).payload == {"number": 1}
    assert left_in(folder) == []
    assert left_in(folder.with_name("broken")) == [name]
    assert name in caplog.text
    assert "Traceback" not in caplog.text
    assert "W10=" not in caplog.text


def test_a_folder_in_place_of_a_message_stops_nobody(folder: Path, queue: Any) -> None:
    (folder / f"{0:020}_odd.{queue.queue.name}.msg").mkdir()
    queue.put(1)
    assert queue.get(timeout=2).payload == 1


def test_a_message_that_is_being_written_is_not_seen(
    folder: Path, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looks into the folder at the very moment before a whole message gets its name."""
    seen: list[list[str]] = []
    rename = Path.rename

    def looked_at(self: Path, target: Path) -> Path:
        if self.name.endswith(broker.ASIDE):
            seen.append(left_in(folder))
            json.loads(self.read_text())
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", looked_at)
    queue.put({"number": 1})
    (names,) = seen
    assert [name for name in names if name.endswith(".msg")] == []


def test_what_cannot_be_written_leaves_no_half(
    folder: Path, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Path:
        raise OSError(28, "No space left on device")

    queue.put(1)
    assert queue.get(timeout=2).payload == 1
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", full)
        with pytest.raises(ChannelError, match="No space left"):
            queue.put(2)
    assert left_in(folder) == []


def test_what_a_dead_process_left_is_deleted_in_time(folder: Path, queue: Any) -> None:
    old, new = folder / f"0.q.msg{broker.ASIDE}", folder / f"00.q.msg{broker.TAKEN}"
    for path in (old, new):
        path.write_text("{")
    long_ago = old.stat().st_mtime - 2 * broker.LEFT_BEHIND_S
    os.utime(old, (long_ago, long_ago))
    queue.put(1)
    queue.get(timeout=2)
    assert left_in(folder) == [new.name]


def test_many_writers_and_readers_lose_nothing(folder: Path, queue: Any) -> None:
    name = queue.queue.name
    got: list[tuple[int, int]] = []
    writers, each = 4, 25

    def write(writer: int) -> None:
        with connect(folder) as connection:
            own = bound(connection, name)
            for number in range(each):
                own.put([writer, number])

    def read() -> None:
        with connect(folder) as connection:
            own = bound(connection, name)
            while len(got) < writers * each:
                try:
                    message = own.get(timeout=0.3)
                except Empty:
                    continue
                got.append(tuple(message.payload))
                message.ack()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    threads += [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(got) == [(writer, number) for writer in range(writers) for number in range(each)]
    assert left_in(folder) == []


@pytest.mark.parametrize("content", [b"", b'[["q', b"12", b"[[1, 2, 3, 4]]"])
def test_a_broken_table_is_made_anew(
    folder: Path, queue: Any, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    name = queue.queue.name
    queue.put(1)
    table = folder.with_name("control") / f"{name}.exchange"
    table.write_bytes(content)
    queue.put(2)
    assert [queue.get(timeout=2).payload for _ in range(2)] == [1, 2]
    assert json.loads(table.read_text()) == [[name, "", name]]
    assert str(table) in WithoutWords().format(caplog.records[0])
    queue.queue.delete()
    assert json.loads(table.read_text()) == []
