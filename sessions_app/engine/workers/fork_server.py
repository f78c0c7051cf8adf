"""A process that loads something costly once, and forks a worker of itself for each request.

What was loaded is in memory once, however many workers there are, and a worker is ready within
milliseconds. A process with threads cannot be forked safely, so the fork server is a new
interpreter (`launching`) and must stay with one thread. Its owner sends it a byte and a socket
for each worker. The fork server ends when its owner's socket closes, a worker when its own
does, so none outlives the process that wanted it.

`multiprocessing`'s fork server would not do: an interpreter has only one, with one environment
and one list of what to load, while each of ours loads something else, and one of them gives up
the network and all secrets first.
"""

import logging
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence

from sessions_app.engine.workers.launching import launch

logger = logging.getLogger(__name__)

ANY = b"-"
"""The kind of worker where a fork server has only one."""


class ForkServer:
    """Owns the process that runs `module`, whose main calls `serve_forks`.

    It is started with the first worker, and again where it died. The module is run with the
    socket's descriptor and `arguments`; it and its workers have `environment`, or this
    process's own where none is given.
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
        """The fork server's process; None before the first worker, and after `close`."""
        return self._process.pid if self._process is not None else None

    def fork(self, kind: bytes = ANY) -> socket.socket:
        """Returns our end of a new worker's socket, which does not block.

        `kind` is one byte, for the module to know. The worker may come later: the module may
        still be loading. Where it cannot load, the socket ends without a message. Raises
        OSError where no process can be made.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._send(kind, theirs)
            except OSError:
                logger.warning("the fork server %s died; starting another", self._module)
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
            self._control, self._process = launch(self._module, self._arguments, self._environment)
        assert self._control is not None  # noqa: S101 - it comes with the process
        socket.send_fds(self._control, [kind], [channel.fileno()])


def serve_forks(descriptor: int, work: Callable[[socket.socket, bytes], None]) -> None:
    """Forks a worker that runs `work(socket, kind)` for each request until the owner has ended.

    For the main of a fork server's module, once it has loaded what workers share: `descriptor`
    is its first argument. A worker ends when `work` returns or raises.
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
        status = 0  # its owner has ended
    finally:
        os._exit(status)
