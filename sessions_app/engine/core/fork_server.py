"""A process that loads something costly once and forks a worker for each request.

Forking from a process with threads is unsafe, so the mother is started by exec and stays
single-threaded. Her owner sends one byte and a socket for each worker it wants. Everything
ends when the owner's sockets close, however it dies.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

logger = logging.getLogger(__name__)


class ForkServer:
    """Owns a process that runs `module` with `serve_forks`; starts it anew when it died.

    It and its workers have `environment`; this process's own where none is given. The module is
    run with the socket's descriptor and `arguments`.
    """

    def __init__(
        self,
        module: str,
        environment: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self._module = module
        self._arguments = list(arguments)
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def fork(self, kind: bytes) -> socket.socket:
        """Returns this side of a new worker's socket; the mother may still be loading."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._send(kind, theirs)
            except OSError:
                logger.warning("the mother process %s died; starting another", self._module)
                self.close()
                self._send(kind, theirs)
        ours.setblocking(False)
        return ours

    def close(self) -> None:
        """Ends the process; its workers end when their own sockets close."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _send(self, kind: bytes, channel: socket.socket) -> None:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._start()
        assert self._control is not None  # noqa: S101 - `_start` made it
        socket.send_fds(self._control, [kind], [channel.fileno()])

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", self._module, str(theirs.fileno()), *self._arguments],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                env=self._environment,
            )


def serve_forks(descriptor: int, work: Callable[[socket.socket, bytes], None]) -> None:
    """Forks a worker that runs `work(socket, kind)` for each request until the owner is gone.

    For the main of the mother's module, once it has loaded what workers share.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, which then closes
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended workers leave no zombies
    owner = socket.socket(fileno=descriptor)
    while True:
        request, descriptors, _, _ = socket.recv_fds(owner, 1, 1)
        if not request:
            return
        if not descriptors:
            continue
        channel = socket.socket(fileno=descriptors[0])
        if os.fork() == 0:
            owner.close()
            _run(work, channel, request)
        channel.close()


def _run(work: Callable[[socket.socket, bytes], None], channel: socket.socket, kind: bytes) -> None:
    status = 1
    try:
        work(channel, kind)
        status = 0
    except OSError:
        status = 0  # its owner is gone
    finally:
        os._exit(status)
