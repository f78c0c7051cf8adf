"""Priorities of threads: what can wait lets the rest of the machine go first."""

import os
import sys
import threading
from contextlib import suppress

LOWEST = 19
"""The niceness of the lowest priority that there is (setpriority(2))."""


def lower(by: int) -> None:
    """Adds `by` to the calling thread's niceness, up to LOWEST; elsewhere than on Linux, nothing.

    Without the right to do so, the thread works on as it is.
    """
    if sys.platform == "linux":  # there a thread has a priority of its own
        # a process that was itself started with a lower priority may not go back
        nice = min(os.getpriority(os.PRIO_PROCESS, 0) + by, LOWEST)
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)
