"""A background worker's metrics, behind a Unix socket in RUN_DIR that the web process reads.

A worker has no event loop and serves nothing else, so a thread of its own answers.
"""

import contextlib
import logging
import os
import socket
import threading
from pathlib import Path

from django.conf import settings

from sessions_app.runtime import media_processes
from sessions_app.runtime.monitoring.exposition import Exposition, of_this_process, text_of
from sessions_app.runtime.monitoring.names import WORKER, process_name
from sessions_app.services import owed_work, work

logger = logging.getLogger(__name__)

ENDING = ".metrics"
"""How the sockets of workers are called: another one than those of media processes."""

WAIT_S = 2.0
"""How long a reader may take. Longer lets one that hangs keep others waiting."""


def paths() -> list[Path]:
    """Returns the sockets of all workers, which may have been killed."""
    return sorted(Path(settings.VOICE["RUN_DIR"]).glob(f"*{ENDING}"))


def text() -> bytes:
    """Returns the metrics of this worker."""
    into = Exposition()
    for kind in (work.kind_of(model) for model in owed_work.SINCE):
        for outcome in work.OUTCOMES:
            into.put("job_attempts", work.attempts[kind, outcome], kind, outcome)
    into.put("process_up", 1, WORKER)
    return text_of(of_this_process(process_name(WORKER), into.families()))


def start() -> None:
    """Answers from now on; without METRICS_TOKEN, or where it cannot listen, not at all."""
    if not settings.METRICS_TOKEN:
        return
    try:
        listening = _listening(Path(settings.VOICE["RUN_DIR"]) / f"{os.getpid()}{ENDING}")
    except OSError as error:
        logger.warning("the worker's metrics cannot be read (%s)", error)
        return
    threading.Thread(target=_serve, args=(listening,), name="metrics", daemon=True).start()


def _listening(path: Path) -> socket.socket:
    """Returns a socket at `path` for this user only; raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # of a process that was killed and had this pid
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


def read(path: Path) -> str | None:
    """Returns the text of the worker at `path`; None if it does not answer. Blocks.

    The socket of one that is gone is removed.
    """
    if media_processes.refuses(path):
        path.unlink(missing_ok=True)
        return None
    pieces = []
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
            asking.settimeout(WAIT_S)
            asking.connect(str(path))
            while piece := asking.recv(1 << 16):
                pieces.append(piece)
    except OSError:
        return None
    return b"".join(pieces).decode()


def _serve(listening: socket.socket) -> None:
    while True:
        try:
            asking, _ = listening.accept()
        except OSError:
            return
        with asking, contextlib.suppress(OSError):
            asking.settimeout(WAIT_S)
            asking.sendall(text())
