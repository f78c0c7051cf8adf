"""The embedded broker: kombu's folder of files, made safe against crashes and quick to stop.

kombu writes messages and tables in place, so that a reader may find half of one, and dies of it.
Here everything is written aside and renamed, which is one step for every reader.
"""

import contextlib
import fcntl
import logging
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

LONGEST_WAIT_S = 0.4
"""How long a worker waits for messages before it looks whether it should stop."""

ASIDE, TAKEN = ".aside", ".taken"
"""How files end that are no messages yet, and no longer."""

LEFT_BEHIND_S = 3600.0
"""A file that is neither for so long was left by a process that died."""

Row = filesystem.exchange_queue_t


class FolderChannel(filesystem.Channel):
    """Messages and tables of bindings as files that are whole or not there.

    A message is `<ns>_<id>.<queue>.msg` in `data_folder_in`; who renames it first has it. What
    cannot be read is put into the folder `broken` beside and named in the log, never shown there.
    """

    def get_table(self, exchange: str) -> list[Any]:
        """Returns the bindings of an exchange; where they cannot be read, they are rebuilt."""
        try:
            return self._table(exchange)
        except ValueError as error:
            logger.warning("%s, and is rebuilt", str(error))  # the log leaves errors' texts out
        with self._alone():
            return self._mended(exchange)

    def _table(self, exchange: str) -> list[Any]:
        """Returns what the file holds; raises ValueError, which names it."""
        file: Path = self._exchange_file(exchange)  # type: ignore[attr-defined] # not in stubs
        try:
            return [Row(*row) for row in loads(file.read_bytes())]
        except FileNotFoundError:
            return []
        except Exception as error:
            raise ValueError(f"{file} cannot be read ({type(error).__name__})") from error

    def _mended(self, exchange: str) -> list[Any]:
        """Returns the bindings; where they cannot be read, those of this process, and writes them.

        Others add theirs when they bind.
        """
        try:
            return self._table(exchange)
        except ValueError:
            rows = [
                _row(*self.typeof(exchange).prepare_bind(queue, exchange, key, {}))
                for queue, bound, key in list(self.state.bindings or ())
                if bound == exchange
            ]
            self._keep(exchange, rows)
            return rows

    def _keep(self, exchange: str, rows: list[Any]) -> None:
        file: Path = self._exchange_file(exchange)  # type: ignore[attr-defined] # not in stubs
        _write_aside(file, dumps(rows))

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        with self._alone():
            row, rows = _row(routing_key, pattern, queue), self._mended(exchange)
            if row not in rows:
                self._keep(exchange, [row, *rows])

    def _delete(self, queue: str, *args: Any, **kwargs: Any) -> None:
        virtual.Channel._delete(self, queue, *args, **kwargs)
        exchange, routing_key, pattern, *_ = args
        gone = _row(routing_key, pattern, queue)
        with self._alone():
            rows = self._mended(exchange)
            if gone in rows:
                self._keep(exchange, [row for row in rows if row != gone])

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Lets one process at a time change the tables."""
        folder: Path = self.control_folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        _write_aside(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Returns the oldest whole message of a queue; raises queue.Empty."""
        folder = Path(self.data_folder_in)
        for name in sorted(path.name for path in folder.iterdir()):
            if name.endswith((ASIDE, TAKEN)):
                _forget_old(folder / name)
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}{TAKEN}"
            try:
                (folder / name).rename(taken)
            except OSError:
                continue  # another worker was quicker
            try:
                payload = loads(taken.read_bytes())
                self._check(payload)
            except Exception as error:  # noqa: BLE001 - a broken file fails in many ways
                _set_aside(taken, folder.with_name("broken"), name, error)
                continue
            taken.unlink()
            return payload
        raise Empty

    def _check(self, payload: Any) -> None:
        """Raises an error of any kind for what would end the worker that takes it."""
        message = self.message_to_python(payload)
        for needed in (message.headers, message.delivery_info):
            dict(needed)
        _ = message.delivery_info["exchange"], message.delivery_info["routing_key"]


def _row(routing_key: str | None, pattern: Any, queue: str | None, *_: Any) -> Any:
    return Row(routing_key or "", pattern or "", queue or "")


def _write_aside(path: Path, text: str) -> None:
    """Writes a file whole or not at all, for its owner alone; raises ChannelError."""
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex}{ASIDE}")
    try:
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
        aside.rename(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise ChannelError(f"{path} cannot be written: {error.strerror or error}.") from error


def _set_aside(taken: Path, folder: Path, name: str, error: Exception) -> None:
    """Keeps a broken message where no worker looks, and says its name alone."""
    logger.warning("message %s is broken (%s), and was put aside", name, type(error).__name__)
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        taken.rename(folder / name)


def _forget_old(path: Path) -> None:
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > LEFT_BEHIND_S:
            path.unlink()


class FolderTransport(filesystem.Transport):
    """Looks into the folder every 0.2 s, and hands control back at least every 0.4 s.

    Celery's blocking loop asks for two seconds, twice more after it was told to stop: an
    idle worker would take over four seconds to end, longer than its supervisor waits.
    """

    Channel = FolderChannel
    polling_interval = 0.2

    def drain_events(  # type: ignore[override]
        self, connection: Any, timeout: float | None = None
    ) -> None:
        wait = LONGEST_WAIT_S if timeout is None else min(timeout, LONGEST_WAIT_S)
        super().drain_events(connection, timeout=wait)


def register() -> None:
    """Makes `filesystem://` mean this transport, in clients and workers alike."""
    TRANSPORT_ALIASES["filesystem"] = "voicesite.broker:FolderTransport"
