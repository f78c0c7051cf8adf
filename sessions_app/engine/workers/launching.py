"""Starts a worker's module in a new interpreter, with a socket to it."""

import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence


def launch(
    module: str, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """Runs `python -m module DESCRIPTOR *arguments`; returns our end of its socket, and it.

    DESCRIPTOR is the number of the worker's end. It inherits nothing else that is open, reads
    nothing from standard input, and has `environment`, or this process's own. It must end when
    its socket closes: it then ends with this process, even if that is killed. Our end blocks.
    Returns at once; the module may load for long. Raises OSError where no process can be made.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - modules of our own
            [sys.executable, "-m", module, str(theirs.fileno()), *arguments],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    return ours, process
