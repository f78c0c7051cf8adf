"""Runs Python with the given arguments, in a process that ends with the one that started it.

The kernel sends SIGTERM when the parent dies, however that happens: a killed supervisor leaves
nothing running. Only Linux has this; elsewhere the program runs without it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Asks the kernel for SIGTERM when the parent process ends (Linux, prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    die_with_parent()
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
