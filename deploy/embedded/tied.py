"""Runs Python with the given arguments, tied to the process that started it.

When that one dies, in whatever way, the kernel tells this one to stop: a killed supervisor
leaves nothing running. Other systems than Linux have no such tie; there it runs untied.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tie_to_parent() -> None:
    """Asks the kernel for SIGTERM when the parent process ends (Linux, prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    tie_to_parent()
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
